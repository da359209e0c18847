// HTTP over a connection: what is asked, and the responses that are heard.

/** @typedef {import('../connection.mjs').Connection} Connection */
/** @typedef {import('../peer.mjs').Peer} Peer */

const HOST = 'Host: localhost';

/** @param {string} first @param {string[]} headers */
export const head = (first, ...headers) => [`${first} HTTP/1.1`, HOST, ...headers, '', ''].join('\r\n');

/** Connects; responses are heard from then on. @param {Peer} peer */
export async function talking(peer) {
  const connection = await peer.connect();
  connection?.socket.on('data', hearing(connection));
  return connection;
}

/** Asks, and expects the answer. @param {Connection} connection @param {number} size of the answer @param {string[]} headers */
export function get(connection, size, ...headers) {
  return connection.say(head(`GET ${asked(connection, size)}`, ...headers));
}

/** The same with a body, of which the length is said, or in chunks. @param {Connection} connection @param {string} body @param {boolean} isChunked */
export function post(connection, body, isChunked) {
  const path = asked(connection, 5, body);
  if (!isChunked) return connection.say(head(`POST ${path}`, `Content-Length: ${body.length}`) + body);
  const half = body.length >> 1;
  const chunks = [body.slice(0, half), body.slice(half)].filter((chunk) => chunk !== '');
  const coded = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return connection.say(`${head(`POST ${path}`, 'Transfer-Encoding: chunked')}${coded}0\r\n\r\n`);
}

/** Its answer is expected. @param {Connection} connection @param {number} size @param {string} [body] @returns {string} the path */
export function asked(connection, size, body = '') {
  const { peer } = connection;
  const path = pathOf(peer, size);
  connection.expects(`${peer.next++} ${'x'.repeat(size)}\n${body}`);
  return path;
}

/** Where a peer asks next. @param {Peer} peer @param {number} size of the answer */
export const pathOf = (peer, size) => `/${peer.kind.letter}/${peer.next}/${size}`;

/** Hears the responses in what comes. @param {Connection} connection @returns {(data: Buffer) => void} */
function hearing(connection) {
  let rest = '';
  return (data) => {
    connection.hears();
    rest += data.toString('latin1');
    for (let end = heard(connection, rest); end > 0; end = heard(connection, rest)) rest = rest.slice(end);
  };
}

/** @param {Connection} connection @param {string} text @returns {number} where the first response ends; 0 where it is not whole yet */
function heard(connection, text) {
  const headEnd = text.indexOf('\r\n\r\n') + 4;
  if (headEnd < 4) return 0;
  const status = text.slice(9, 12);
  if (status === '100') return headEnd;
  const length = /\r\nContent-Length: (\d+)\r\n/i.exec(text.slice(0, headEnd))?.[1];
  const end = headEnd + Number(length ?? 0);
  if (text.length < end) return 0;
  connection.answered(status === '200' && length !== undefined ? text.slice(headEnd, end) : `a response ${status}`);
  return end;
}
