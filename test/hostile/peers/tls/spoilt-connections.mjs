// Peers that have done a handshake, and then do not go on as they should.
import { ask } from '../lines.mjs';
import { askForMuch } from './rightly.mjs';
import { reading, secured } from './secure.mjs';

/** @typedef {import('../peer.mjs').Peer} Peer */

/** Asks something, and sends records below TLS that nobody can read: the server must end it. @param {Peer} peer */
export async function spoiling(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  for (let n = peer.chance(1, 10); n > 0; n--) ask(connection, 10);
  await connection.heardAll();
  const length = peer.chance(20, 1_000);
  const record = Buffer.from([23, 3, 3, length >> 8, length & 255]);
  connection.below.write(
    [peer.randomBytes(length), Buffer.concat([record, peer.randomBytes(length)])][peer.chance(0, 1)] ?? record,
  );
  await connection.closed();
}

/** Begins a record and ends its side in the middle of it, or resets there. @param {Peer} peer */
export async function breakingOff(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  ask(connection, 100);
  connection.below.write(Buffer.concat([Buffer.from([23, 3, 3, 1, 0]), peer.randomBytes(peer.chance(0, 255))]));
  await connection.rests(0, 20);
  if (peer.chance(0, 1) === 0) connection.vanish();
  else connection.reset();
}

/** Wants to agree on new keys in the middle of a connection of TLS 1.2: the server must refuse, and its side ends then. @param {Peer} peer */
export async function renegotiating(peer) {
  const connection = await reading(peer, { maxVersion: 'TLSv1.2' });
  if (connection === undefined) return;
  const socket = /** @type {import('node:tls').TLSSocket} */ (connection.socket);
  ask(connection, 10);
  await connection.heardAll();
  const refused = (/** @type {Error | null} */ error) =>
    error === null && peer.wrong('the renegotiation was not refused');
  if (!connection.isClosed) socket.renegotiate({}, refused);
  await connection.closed();
}

/** Asks for some things, and a part of one, and resets. @param {Peer} peer */
export async function resetting(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  for (let n = peer.chance(0, 10); n > 0; n--) ask(connection, 5);
  connection.say('r 1');
  await connection.rests(0, 20);
  connection.reset();
}

/** Asks for 256 KiB, reads nothing, and closes: soon, or after seconds of silence. @param {Peer} peer */
export async function vanishing(peer) {
  const connection = await secured(peer);
  if (connection === undefined) return;
  askForMuch(connection);
  if (peer.chance(0, 1) === 0) await connection.rests(5, 100);
  else await connection.rests(1_000, 5_000);
  connection.vanish();
}

/** Asks and asks, and reads none of the answers: the server must end it. @param {Peer} peer */
export async function deaf(peer) {
  const connection = await secured(peer);
  if (connection === undefined) return;
  connection.socket.pause();
  while (await connection.rests(1, 5)) if (!connection.socket.writableNeedDrain) askForMuch(connection);
}

/** Asks for what nobody can read: the protocol throws, and its connection ends. @param {Peer} peer */
export async function nonsense(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  connection.say(
    [Buffer.concat([peer.randomBytes(500), Buffer.from('\n')]), Buffer.alloc(100_000, 'x')][peer.chance(0, 1)] ?? '',
  );
  await connection.closed();
}
