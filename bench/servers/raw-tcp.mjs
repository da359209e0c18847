// The server that a user would write by hand with node:net.
import { createServer } from 'node:net';
import { tellPort } from './child.mjs';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => socket.write(data));
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
