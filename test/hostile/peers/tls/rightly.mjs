// Peers that keep to the rules, over TLS: not one of them may be cut off, and those that wait lose nothing.
import { ask, asked, question } from '../lines.mjs';
import { asksAgain, floods, readsSlowly } from '../rightly.mjs';
import { reading } from './secure.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../peer.mjs').Peer} Peer */

/** Asks one to four things, waits, thinks, asks again; then it leaves and connects anew. @param {Peer} peer */
export async function good(peer) {
  await asks(await reading(peer, { minVersion: 'TLSv1.3' }), peer.chance(10, 60));
}

/** The same with TLS 1.2 for a short time, and once more with the session of that. @param {Peer} peer */
export async function resuming(peer) {
  const first = await reading(peer, { maxVersion: 'TLSv1.2' });
  const socket = /** @type {import('node:tls').TLSSocket | undefined} */ (first?.socket);
  const session = socket?.getSession();
  await asks(first, peer.chance(1, 5));
  await asks(await reading(peer, { maxVersion: 'TLSv1.2', session }), peer.chance(1, 5));
}

/** @param {Connection | undefined} connection @param {number} many */
async function asks(connection, many) {
  if (connection === undefined) return;
  const { peer } = connection;
  await asksAgain(connection, many, () => ask(connection, peer.chance(0, 200)));
  await connection.leave();
}

/** Asks up to 30 things, ends its side, and reads to the end. @param {Peer} peer */
export async function halfClosing(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  for (let n = peer.chance(1, 30); n > 0; n--)
    ask(connection, peer.chance(0, 9) === 0 ? 20_000 : peer.chance(0, 2_000));
  connection.endSending();
  await connection.closed();
}

/** Asks for 256 KiB and reads 4 KiB at a time. @param {Peer} peer */
export async function slow(peer) {
  const connection = await reading(peer);
  if (connection !== undefined) await readsSlowly(connection, askForMuch);
}

/** @param {Connection} connection */
export function askForMuch(connection) {
  for (let n = 0; n < 16; n++) ask(connection, 16_384);
}

/** Sends its requests a byte at a time. @param {Peer} peer */
export async function dripping(peer) {
  const connection = await reading(peer);
  if (connection === undefined) return;
  for (;;) {
    const size = peer.chance(0, 9);
    for (const byte of `${question(connection, size)}\n`) {
      if (!(await connection.rests(10, 100))) return;
      if (byte === '\n') asked(connection, size);
      connection.say(byte);
    }
  }
}

/** Sends lines as fast as they are taken, and reads the answers. @param {Peer} peer */
export async function flooding(peer) {
  const connection = await reading(peer);
  if (connection !== undefined)
    await floods(connection, 100, () => ask(connection, 0, ' xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'));
}
