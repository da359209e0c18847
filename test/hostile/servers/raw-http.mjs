// The same server with node:http and ws, as one writes it with care: what a peer does not take is not made more.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { serveBooks } from './books.mjs';
import { WEB_SOCKETS, page, reply, seen } from './http.mjs';
import { BEGIN_MS, LONGEST_BODY, REQUEST_MS, STALL_MS } from './limits.mjs';

/** With so many bytes unsent nothing more is read of a WebSocket. */
const MOST_UNSENT = 262_144;

const counts = { accepted: 0, open: 0, failed: 0, http: seen };

/** @param {import('node:http').ServerResponse} response @param {() => string | Buffer} answer */
function give(response, answer) {
  try {
    response.end(answer());
  } catch {
    counts.failed++;
    response.writeHead(500).end();
  }
}

const times = { headersTimeout: BEGIN_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 500 };
const server = createServer(times, (request, response) => {
  const path = request.url ?? '';
  if (request.method !== 'POST') return give(response, () => page(path));
  let body = '';
  request.setEncoding('latin1').on('data', (text) => {
    body += text;
    if (body.length <= LONGEST_BODY || response.headersSent) return;
    response.writeHead(413, { Connection: 'close' }).end();
    request.destroy();
  });
  request.on('end', () => give(response, () => page(path, body)));
  request.on('error', () => {});
});
server.on('connection', (socket) => {
  counts.accepted++;
  counts.open++;
  socket.on('close', () => counts.open--);
  socket.setTimeout(STALL_MS, () => socket.destroy());
});

const sockets = new WebSocketServer({ server, path: WEB_SOCKETS, maxPayload: LONGEST_BODY });
sockets.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('message', (message) => {
    try {
      socket.send(reply(String(message)), () => socket.resume());
      if (socket.bufferedAmount > MOST_UNSENT) socket.pause();
    } catch {
      counts.failed++;
      socket.terminate();
    }
  });
});
server.listen({ port: 0, host: '127.0.0.1' }, () => serveBooks(server.address().port, () => counts));
process.on('SIGTERM', () => server.close());
