// An echo by Node's streams: each socket is piped to itself.
import { createServer } from 'node:net';
import { tellPort } from './child.mjs';

const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  socket.pipe(socket);
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
