// An echo of lines as a user would write it by hand with node:net: split2 cuts them.
import { createServer } from 'node:net';
import split2 from 'split2';
import { tellPort } from './child.mjs';

const server = createServer({ noDelay: true }, (socket) => {
  socket.pipe(split2()).on('data', (line) => socket.write(`${line}\n`));
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
