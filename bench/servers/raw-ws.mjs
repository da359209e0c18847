// An echo over WebSockets as a user would write it by hand with ws; or (broadcast) what one says is told to all.
import { WebSocketServer } from 'ws';
import { tellPort } from './child.mjs';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
const tellsAll = process.argv[2] === 'broadcast';
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    if (!tellsAll) return socket.send(data, { binary: isBinary });
    for (const client of server.clients) client.send(data, { binary: isBinary });
  });
  socket.on('error', () => socket.terminate());
});
server.on('listening', () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
