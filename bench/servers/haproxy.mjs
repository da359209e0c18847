// haproxy in TCP mode before the same backend as the relays.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveBy } from './other-program.mjs';
import { startBackend } from './relay-backend.mjs';

const backend = await startBackend();
const folder = mkdtempSync(join(tmpdir(), 'bench-haproxy-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

serveBy((port) => {
  const file = join(folder, 'haproxy.cfg');
  const limits = 'timeout connect 5s\n  timeout client 60s\n  timeout server 60s';
  const listen = `listen here\n  mode tcp\n  ${limits}\n  bind 127.0.0.1:${port}\n  server there 127.0.0.1:${backend}`;
  writeFileSync(file, `global\n  nbthread 1\n${listen}\n`);
  return spawn(process.argv[2], ['-db', '-f', file], { stdio: 'ignore' });
});
