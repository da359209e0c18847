// What a server that is not in Node needs around it: a free port, an end, and to tell its port and its own pid once it listens.
import { createServer, connect } from 'node:net';

/** @param {(port: number) => import('node:child_process').ChildProcess} spawned starts the program at that port. */
export function serveBy(spawned) {
  const free = createServer().listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (free.address());
    free.close(() => {
      const program = spawned(port);
      program.on('exit', (code) => process.exit(code ?? 1));
      process.on('SIGTERM', () => program.kill('SIGKILL'));
      tellOnceThere(port, program.pid);
    });
  });
}

/** @param {number} port @param {number | undefined} pid */
function tellOnceThere(port, pid) {
  const socket = connect(port, '127.0.0.1');
  socket.on('connect', () => {
    socket.destroy();
    process.stdout.write(`${JSON.stringify({ port, pid })}\n`);
  });
  socket.on('error', () => setTimeout(tellOnceThere, 20, port, pid));
}
