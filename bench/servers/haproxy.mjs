// haproxy in TCP mode before the same backend as the relays. Who measures is told its pid beside its port.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackend } from './relay-backend.mjs';

const backend = await startBackend();
const folder = mkdtempSync(join(tmpdir(), 'bench-haproxy-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const free = createServer().listen(0, '127.0.0.1', () => {
  const { port } = free.address();
  free.close(() => start(port));
});

function start(port) {
  const file = join(folder, 'haproxy.cfg');
  const limits = 'timeout connect 5s\n  timeout client 60s\n  timeout server 60s';
  const listen = `listen here\n  mode tcp\n  ${limits}\n  bind 127.0.0.1:${port}\n  server there 127.0.0.1:${backend}`;
  writeFileSync(file, `global\n  nbthread 1\n${listen}\n`);
  const haproxy = spawn(process.argv[2], ['-db', '-f', file], { stdio: 'ignore' });
  haproxy.on('exit', (code) => process.exit(code ?? 1));
  process.on('SIGTERM', () => haproxy.kill('SIGKILL'));
  tellOnceThere(port, haproxy.pid);
}

function tellOnceThere(port, pid) {
  const socket = connect(port, '127.0.0.1');
  socket.on('connect', () => {
    socket.destroy();
    process.stdout.write(`${JSON.stringify({ port, pid })}\n`);
  });
  socket.on('error', () => setTimeout(tellOnceThere, 20, port, pid));
}
