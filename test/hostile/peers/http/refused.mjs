// Peers whose requests are refused over HTTP: too large, to be understood in two ways, or none at all. The server must end each of them.
import { head, pathOf } from './talk.mjs';

/** @typedef {import('../peer.mjs').Peer} Peer */

/** What is hidden behind a request of which two servers see the end at different places. */
const HIDDEN = head('GET /hidden');
const CHUNKED = 'Transfer-Encoding: chunked';

/** @param {string[]} headers */
const post = (...headers) => head('POST /hidden', ...headers);

/** What a server and one before it could understand in two ways. */
const AMBIGUOUS = [
  `${post('Content-Length: 5', CHUNKED)}0\r\n\r\n`,
  `${post(CHUNKED, 'Content-Length: 5')}0\r\n\r\n`,
  `${post('Content-Length: 3', 'Content-Length: 4')}abcd`,
  `${post('Content-Length: 3', 'Content-Length: 3')}abc`,
  `${post('Content-Length: 3, 3')}abc`,
  `${post('Content-Length: +3')}abc`,
  `${post('Content-Length: 0x3')}abc`,
  `${post('Content-Length: 99999999999999999999999')}`,
  `${post('Transfer-Encoding: xchunked')}0\r\n\r\n`,
  `${post('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
  `${post('Transfer-Encoding: chunked, identity')}0\r\n\r\n`,
  `${post(CHUNKED, CHUNKED)}0\r\n\r\n`,
  `${post('Transfer-Encoding: \x0bchunked')}0\r\n\r\n`,
  `${post('Transfer-Encoding:\r\n chunked')}0\r\n\r\n`,
  `${post('Transfer-Encoding : chunked')}0\r\n\r\n`,
  `${post(CHUNKED)}3\nabc\r\n0\r\n\r\n`,
  `${post(CHUNKED)}3 \r\nabc\r\n0\r\n\r\n`,
  `${post(CHUNKED)}0x3\r\nabc\r\n0\r\n\r\n`,
  `${post(CHUNKED)}3\r\nabcd\r\n0\r\n\r\n`,
  `${post(CHUNKED)}fffffffffffffffff\r\nabc\r\n0\r\n\r\n`,
  'GET /hidden HTTP/1.1\nHost: localhost\n\n',
  'GET /hidden HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n',
  'GET /hidden HTTP/1.1\r\n\r\n',
  head('GET /hidden', 'Host: elsewhere'),
];

/** Sends such a request with another one behind it. @param {Peer} peer */
export async function smuggling(peer) {
  await refused(peer, [(AMBIGUOUS[peer.chance(0, AMBIGUOUS.length - 1)] ?? '') + HIDDEN]);
}

/** Sends a head, a target, headers, a body or a chunk extension that is too large. @param {Peer} peer */
export async function oversize(peer) {
  const path = pathOf(peer, 1);
  const much = 'x'.repeat(20_000);
  const many = Array.from({ length: 200 }, (_, n) => `X-${n}: ${n}`);
  const all = [
    [head(`GET ${path}`, `X: ${much}`)],
    [head(`GET /${'x'.repeat(9_000)}`)],
    [head(`GET ${path}`, ...many)],
    [head(`POST ${path}`, 'Content-Length: 1000000'), ...Array.from({ length: 50 }, () => much)],
    [head(`POST ${path}`, CHUNKED), ...Array.from({ length: 50 }, () => `4e20\r\n${much}\r\n`)],
    [head(`POST ${path}`, CHUNKED), `3;x=${much}`],
    [head(`GET ${path}`), 'GET / HTTP/1.1\r\n', ...Array.from({ length: 50 }, () => much)],
  ];
  await refused(peer, all[peer.chance(0, all.length - 1)] ?? []);
}

/** Sends random bytes, or what others speak. @param {Peer} peer */
export async function garbage(peer) {
  const others = ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'g 17 100\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'];
  const hello = Buffer.from('16030100a5010000a10303000000000000000000', 'hex');
  const all = [peer.randomBytes(peer.chance(1, 4_000)), hello, ...others];
  await refused(peer, [all[peer.chance(0, all.length - 1)] ?? '']);
}

/** Asks for what the server cannot answer: that request fails, and no other. @param {Peer} peer */
export async function nonsense(peer) {
  await refused(peer, [head('GET /no/such/page'), head('GET /hidde', 'Connection: close')]);
}

/** @param {Peer} peer @param {readonly (string | Buffer)[]} pieces */
async function refused(peer, pieces) {
  const connection = await peer.connect();
  if (connection === undefined) return;
  connection.socket.resume();
  for (const piece of pieces) {
    connection.say(piece);
    if (!(await connection.rests(0, 2))) return;
  }
  await connection.closed();
}
