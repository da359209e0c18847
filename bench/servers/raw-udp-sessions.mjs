// What a user would write by hand with node:dgram for a state of each peer: a Map of objects, and a look now and then at who is idle.
import { createSocket } from 'node:dgram';
import { tellPort } from './child.mjs';

const IDLE_MS = 120_000;
const MOST = 20_000;

class Session {
  seenAt = 0;

  constructor(from) {
    this.address = from.address;
    this.port = from.port;
  }

  heard(message) {
    this.seenAt = performance.now();
    socket.send(message, this.port, this.address);
  }
}

/** @type {Map<string, Session>} */
const sessions = new Map();
const socket = createSocket({ type: 'udp4', recvBufferSize: 8_388_608 });
socket.on('message', (message, from) => {
  const key = `${from.address}:${from.port}`;
  let session = sessions.get(key);
  if (session === undefined) {
    if (sessions.size >= MOST) return;
    session = new Session(from);
    sessions.set(key, session);
  }
  session.heard(message);
});
setInterval(() => {
  const before = performance.now() - IDLE_MS;
  for (const [key, { seenAt }] of sessions) if (seenAt < before) sessions.delete(key);
}, 1_000).unref();
socket.on('error', () => {});
socket.bind(0, '127.0.0.1', () => tellPort(socket.address().port));
process.on('SIGTERM', () => process.exit(0));
