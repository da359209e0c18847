// How peers speak TLS, and what those send that do not.
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { certFile } from '../../../../bench/lib/certificate.mjs';
import { hearing } from '../lines.mjs';
import { Under } from './under.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../peer.mjs').Peer} Peer */

const ca = readFileSync(certFile);
const WHOM = { ca, servername: 'localhost' };

/**
 * Connects and does the handshake; answers are heard from then on.
 * @param {Peer} peer
 * @param {import('node:tls').ConnectionOptions} [options]
 * @returns {Promise<Connection | undefined>} none where that failed
 */
export async function secured(peer, options = {}) {
  const connection = await peer.connect();
  if (connection === undefined) return undefined;
  const socket = connect({ socket: new Under(connection.below), ...WHOM, ...options });
  connection.below.once('error', () => socket.destroy());
  let isDone = false;
  socket.once('secureConnect', () => {
    isDone = true;
    connection.wake();
  });
  connection.through(socket);
  return (await connection.until(() => isDone)) ? connection : undefined;
}

/** The same, and all answers are read at once. @param {Peer} peer @param {import('node:tls').ConnectionOptions} [options] */
export async function reading(peer, options) {
  const connection = await secured(peer, options);
  connection?.socket.on('data', hearing(connection));
  return connection;
}

/** What a client sends first, as Node sends it. */
export const CLIENT_HELLO = await new Promise((/** @type {(bytes: Buffer) => void} */ resolve) => {
  const over = new Duplex({ read: () => {}, write: (bytes, _encoding, done) => (resolve(bytes), done()) });
  connect({ socket: over, ...WHOM }).on('error', () => {});
});
