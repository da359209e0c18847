// Redis itself, without anything on disk. It takes the place of this process's child: who measures is told its pid beside its port.
import { spawn } from 'node:child_process';
import { createServer, connect } from 'node:net';

const free = createServer().listen(0, '127.0.0.1', () => {
  const { port } = free.address();
  free.close(() => start(port));
});

function start(port) {
  const flags = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const redis = spawn('redis-server', args, { stdio: 'ignore' });
  redis.on('exit', (code) => process.exit(code ?? 1));
  process.on('SIGTERM', () => redis.kill('SIGKILL'));
  tellOnceThere(port, redis.pid);
}

function tellOnceThere(port, pid) {
  const socket = connect(port, '127.0.0.1');
  socket.on('connect', () => {
    socket.destroy();
    process.stdout.write(`${JSON.stringify({ port, pid })}\n`);
  });
  socket.on('error', () => setTimeout(tellOnceThere, 20, port, pid));
}
