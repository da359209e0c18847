// The server that a user would write by hand with node:dgram.
import { createSocket } from 'node:dgram';
import { tellPort } from './child.mjs';

const socket = createSocket('udp4');
socket.on('message', (message, from) => socket.send(message, from.port, from.address));
socket.on('error', () => {});
socket.bind(0, '127.0.0.1', () => tellPort(socket.address().port));
process.on('SIGTERM', () => process.exit(0));
