// The server of DNS that a user would write by hand with node:dgram; what reads questions and writes answers is what ours has.
import { createSocket } from 'node:dgram';
import { tellPort } from './child.mjs';
import { answer, zone } from './dns-zone.mjs';

const socket = createSocket('udp4');
socket.on('message', (message, from) => {
  const reply = answer(zone, message, true);
  if (reply !== undefined) socket.send(reply, from.port, from.address);
});
socket.on('error', () => {});
socket.bind(0, '127.0.0.1', () => tellPort(socket.address().port));
process.on('SIGTERM', () => process.exit(0));
