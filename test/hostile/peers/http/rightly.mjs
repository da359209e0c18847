// Peers that keep to the rules, over HTTP and WebSocket: not one of them may be cut off, and those that wait lose nothing.
import WebSocket from 'ws';
import { question } from '../lines.mjs';
import { asksAgain, floods, readsSlowly } from '../rightly.mjs';
import { asked, get, head, pathOf, post, talking } from './talk.mjs';

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../peer.mjs').Peer} Peer */

/** Asks one to four things (GET, POST, POST in chunks), waits, thinks, asks again; then it leaves and connects anew. @param {Peer} peer */
export async function good(peer) {
  const connection = await talking(peer);
  if (connection === undefined) return;
  await asksAgain(connection, peer.chance(10, 60), () => askSomething(connection));
  await connection.leave();
}

/** @param {Connection} connection */
function askSomething(connection) {
  const { peer } = connection;
  const kind = peer.chance(0, 2);
  if (kind === 0) get(connection, peer.chance(0, 200));
  else post(connection, 'b'.repeat(peer.chance(0, 2_000)), kind === 1);
}

/** Asks up to 20 things at once, and ends its side, or says that the last one is the last; and reads to the end. @param {Peer} peer */
export async function halfClosing(peer) {
  const connection = await talking(peer);
  if (connection === undefined) return;
  for (let n = peer.chance(0, 19); n > 0; n--) askSomething(connection);
  connection.mayEnd = true;
  if (peer.chance(0, 1) === 0) {
    get(connection, 20_000);
    connection.endSending();
  } else {
    get(connection, 20_000, 'Connection: close');
    connection.say(head('GET /nobody/hears/this'));
  }
  await connection.closed();
}

/** Opens a WebSocket, asks one to four things, waits, thinks, asks again; then it closes, and wants to be told that. @param {Peer} peer */
export async function chatting(peer) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  const socket = new WebSocket('ws://localhost/chat', { createConnection: () => connection.below });
  socket.on('error', (error) => (connection.why ??= error.message));
  socket.on('open', () => connection.wake());
  socket.on('message', (message) => connection.answered(String(message)));
  await connection.until(() => socket.readyState === WebSocket.OPEN);
  await asksAgain(connection, peer.chance(10, 60), () => tell(socket, connection));
  await parts(socket, connection);
}

/** @param {WebSocket} socket @param {Connection} connection */
function tell(socket, connection) {
  const { peer } = connection;
  const size = peer.chance(0, 200);
  socket.send(question(connection, size));
  connection.expects(`${peer.next++} ${'x'.repeat(size)}`);
}

/** @param {WebSocket} socket @param {Connection} connection */
async function parts(socket, connection) {
  connection.mayEnd = true;
  let code = 0;
  const isTold = new Promise((resolve) => socket.once('close', (told) => resolve((code = told))));
  socket.close(1000);
  await connection.closed();
  await isTold;
  if (code !== 1000) connection.peer.wrong(`a WebSocket was closed with ${code} in the place of 1000`);
}

/** Asks for 256 KiB and reads 4 KiB at a time. @param {Peer} peer */
export async function slow(peer) {
  const connection = await talking(peer);
  if (connection !== undefined) await readsSlowly(connection, askForMuch);
}

/** @param {Connection} connection */
export function askForMuch(connection) {
  for (let n = 0; n < 16; n++) get(connection, 16_384);
}

/** Sends its requests some bytes at a time, within the time that they may take. @param {Peer} peer */
export async function dripping(peer) {
  const connection = await talking(peer);
  if (connection === undefined) return;
  for (;;) {
    const request = head(`GET ${pathOf(peer, 7)}`);
    for (let at = 0; at < request.length; at += 6) {
      const isLast = at + 6 >= request.length;
      if (isLast) asked(connection, 7);
      connection.say(request.slice(at, at + 6));
      if (!(await connection.rests(5, 40))) return;
    }
  }
}

/** Sends requests as fast as they are taken, and reads the answers. @param {Peer} peer */
export async function flooding(peer) {
  const connection = await talking(peer);
  if (connection !== undefined) await floods(connection, 50, () => get(connection, 0));
}
