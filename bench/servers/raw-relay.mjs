// A relay as a user would write it by hand: each socket, and one to the backend, in a pipeline.
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { tellPort } from './child.mjs';
import { startBackend } from './relay-backend.mjs';

const port = await startBackend();
const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  const backend = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  pipeline(socket, backend, socket, () => {});
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
