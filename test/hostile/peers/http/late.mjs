// Peers that take too long over HTTP and WebSocket, or do not read. They stay until the server has had enough: it must end each of them.
import { opening } from './bad-frames.mjs';
import { frame } from './frame.mjs';
import { askForMuch } from './rightly.mjs';
import { head, pathOf } from './talk.mjs';

/** @typedef {import('../peer.mjs').Peer} Peer */

/** Slowloris: a header now and then, and never the end of the head. @param {Peer} peer */
export async function slowloris(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  connection.say('GET / HTTP/1.1\r\nHost: localhost\r\n');
  for (let n = 0; await connection.rests(50, 200); n++) connection.say(`X-${n}: slowly\r\n`);
}

/** Nothing, half a head or half a body; and then silence. @param {Peer} peer */
export async function half(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  const post = head(`POST ${pathOf(peer, 1)}`, 'Content-Length: 1000');
  const begun = ['', post.slice(0, peer.chance(1, post.length - 1)), post, `${post}half of it`];
  connection.say(begun[peer.chance(0, 3)] ?? '');
  await connection.closed();
}

/** A body, a byte at a time. @param {Peer} peer */
export async function trickling(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  const isChunked = peer.chance(0, 1) === 0;
  connection.say(head(`POST ${pathOf(peer, 1)}`, isChunked ? 'Transfer-Encoding: chunked' : 'Content-Length: 100000'));
  while (await connection.rests(20, 100)) connection.say(isChunked ? '1\r\nx\r\n' : 'x');
}

/** Asks and asks, and reads none of the answers. @param {Peer} peer */
export async function deaf(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.pause();
  while (await connection.rests(1, 5)) if (!connection.socket.writableNeedDrain) askForMuch(connection);
}

/** The same over a WebSocket. @param {Peer} peer */
export async function deafChat(peer) {
  const connection = await opening(peer);
  if (connection === undefined) return;
  connection.socket.pause();
  while (await connection.rests(1, 5)) {
    for (let n = 0; n < 16 && !connection.socket.writableNeedDrain; n++)
      connection.say(frame(1, `${peer.kind.letter} ${peer.next} 16384`));
  }
}

/** Asks for something, and resets before or in the middle of the answer. @param {Peer} peer */
export async function resetting(peer) {
  const connection = await (peer.chance(0, 3) === 0 ? opening(peer) : peer.connect());
  if (connection === undefined) return;
  connection.socket.resume();
  if (peer.chance(0, 1) === 0) askForMuch(connection);
  connection.say(head(`POST ${pathOf(peer, 1)}`, 'Content-Length: 100').slice(0, peer.chance(1, 90)));
  await connection.rests(0, 20);
  connection.reset();
}

/** Asks for 256 KiB, reads nothing, and closes: soon, or after seconds of silence. @param {Peer} peer */
export async function vanishing(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.pause();
  askForMuch(connection);
  if (peer.chance(0, 1) === 0) await connection.rests(5, 100);
  else await connection.rests(1_000, 5_000);
  connection.vanish();
}
