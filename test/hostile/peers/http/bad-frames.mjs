// Peers that open a WebSocket wrongly, or rightly and then send what is no frame. The server must end each of them.
import { frame } from './frame.mjs';
import { head, pathOf } from './talk.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../peer.mjs').Peer} Peer */

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const VERSION = 'Sec-WebSocket-Version: 13';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];

/** Opens a WebSocket. @param {Peer} peer @returns {Promise<Connection | undefined>} none where it was not opened */
export async function opening(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return undefined;
  let isOpen = false;
  connection.socket.once('data', (data) => {
    isOpen = data.toString('latin1').startsWith('HTTP/1.1 101 ');
    if (!isOpen) peer.wrong('a WebSocket was not opened');
    connection.hears();
    connection.wake();
  });
  connection.say(head('GET /chat', ...UPGRADE, KEY, VERSION));
  return (await connection.until(() => isOpen)) ? connection : undefined;
}

/** How it cannot be opened. */
const WRONG = [
  head('GET /chat', ...UPGRADE, VERSION),
  head('GET /chat', ...UPGRADE, VERSION, 'Sec-WebSocket-Key: short'),
  head('GET /chat', ...UPGRADE, VERSION, KEY, KEY),
  head('GET /chat', ...UPGRADE, KEY, 'Sec-WebSocket-Version: 12'),
  head('GET /nowhere', ...UPGRADE, KEY, VERSION),
  head('GET /chat', ...UPGRADE, KEY, VERSION, 'Origin: http://elsewhere.example'),
  head('POST /chat', ...UPGRADE, KEY, VERSION, 'Content-Length: 0'),
  head('GET /chat', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA'),
  head('GET /chat', 'Connection: Upgrade', 'Upgrade: '),
];

/** Asks for a WebSocket, or another protocol, in a wrong way, and goes on as if it were open. @param {Peer} peer */
export async function upgrading(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  connection.say(WRONG[peer.chance(0, WRONG.length - 1)] ?? '');
  while (await connection.rests(0, 50)) connection.say(frame(1, `${peer.kind.letter} 1 1`));
}

/** What comes instead of frames: each more and more of it, until the server has had enough. @type {readonly ((peer: Peer) => Buffer)[]} */
const BAD = [
  () => frame(1, 'unmasked', { isMasked: false }),
  () => frame(1, 'reserved', { reserved: 0x40 }),
  () => frame(3, 'unknown'),
  () => frame(11, 'unknown'),
  () => frame(9, 'a part of a ping', { isFinal: false }),
  () => frame(9, 'x'.repeat(200)),
  () => frame(0, 'goes on from nothing'),
  () => frame(1, Buffer.from([0xc3, 0x28])),
  () => frame(2, 'huge', { length: 2 ** 40 }),
  () => frame(2, Buffer.alloc(70_000)),
  () => Buffer.concat([frame(1, 'one', { isFinal: false }), frame(1, 'another')]),
  () =>
    Buffer.concat([
      frame(1, '', { isFinal: false }),
      ...Array.from({ length: 50 }, () => frame(0, 'x'.repeat(2_000), { isFinal: false })),
    ]),
  () => frame(8, Buffer.from([0x03, 0xed])),
  () => frame(1, 'no question'),
  (peer) => Buffer.concat([Buffer.of(0x81, 0xff), peer.randomBytes(200)]),
  (peer) => Buffer.concat([Buffer.of(0xf1), peer.randomBytes(200)]),
];

/** Opens a WebSocket, and sends such. @param {Peer} peer */
export async function framing(peer) {
  const connection = await opening(peer);
  if (connection === undefined) return;
  connection.socket.resume();
  connection.say((BAD[peer.chance(0, BAD.length - 1)] ?? frame)(peer));
  await connection.closed();
}

/** Opens a WebSocket and sends pings and small fragments as fast as they are taken, and reads what comes back: that may be. @param {Peer} peer */
export async function pinging(peer) {
  const connection = await opening(peer);
  if (connection === undefined) return;
  connection.socket.resume();
  const pings = Buffer.concat(Array.from({ length: 100 }, () => frame(9, 'are you there?')));
  const fragments = [...`${peer.kind.letter} ${pathOf(peer, 7).split('/')[2]} 7`].map((byte, at) =>
    frame(at === 0 ? 1 : 0, byte, { isFinal: false }),
  );
  do connection.say(Buffer.concat([...fragments, pings, frame(0, '')]));
  while (connection.socket.writableNeedDrain ? await connection.drains() : await connection.rests(0, 1));
}
