// Peers that never finish a handshake. Most stay until the server has had enough: it must end each of them.
import { CLIENT_HELLO, secured } from './secure.mjs';

/** @typedef {import('../peer.mjs').Peer} Peer */

/** A whole handshake, and away: again and again. @param {Peer} peer */
export async function handshaking(peer) {
  const versions = /** @type {const} */ (['TLSv1.2', 'TLSv1.3']);
  const connection = await secured(peer, { maxVersion: versions[peer.chance(0, 1)] });
  if (connection === undefined) return;
  if (peer.chance(0, 1) === 0) connection.vanish();
  else connection.reset();
}

/** A ClientHello, and away before the answer, or in the middle of it. @param {Peer} peer */
export async function greeting(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.say(CLIENT_HELLO);
  if (peer.chance(0, 1) === 0) await connection.rests(0, 20);
  if (peer.chance(0, 1) === 0) connection.vanish();
  else connection.reset();
}

/** A ClientHello in drips, which takes longer than it may. @param {Peer} peer */
export async function drippingHello(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  for (const byte of CLIENT_HELLO) {
    connection.say(Buffer.of(byte));
    if (!(await connection.rests(20, 100))) return;
  }
  await connection.closed();
}

/** Nothing, a part of a ClientHello, or a whole one; and then silence. @param {Peer} peer */
export async function silent(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  connection.say(
    CLIENT_HELLO.subarray(0, [0, peer.chance(1, CLIENT_HELLO.length - 1), CLIENT_HELLO.length][peer.chance(0, 2)]),
  );
  await connection.closed();
}

/** A part of a ClientHello, and the end of its side. @param {Peer} peer */
export async function truncated(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.say(CLIENT_HELLO.subarray(0, peer.chance(1, CLIENT_HELLO.length - 1)));
  connection.socket.resume().end();
  await connection.closed();
}

/** Speaks plain text where TLS is expected. @param {Peer} peer */
export async function plain(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  do connection.say(['p 1 100\n', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', '\n'][peer.chance(0, 2)] ?? '');
  while (await connection.rests(5, 50));
}

/** Random bytes, a ClientHello of which some are changed, or records of any kind and length. @param {Peer} peer */
export async function garbage(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  const changed = Buffer.from(CLIENT_HELLO);
  for (let n = peer.chance(1, 8); n > 0; n--) changed[peer.chance(0, changed.length - 1)] = peer.chance(0, 255);
  const length = peer.chance(0, 16_384);
  const record = Buffer.from([peer.chance(20, 24), 3, peer.chance(0, 4), length >> 8, length & 255]);
  const first = [peer.randomBytes(500), changed, Buffer.concat([record, peer.randomBytes(length)])];
  connection.say(first[peer.chance(0, 2)] ?? record);
  await connection.closed();
}
