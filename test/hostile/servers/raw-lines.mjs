// The same server with node:net, as one writes it with care: the answers to what came together leave together, and reading pauses while the
// peer does not take them. Over TLS (--tls) it is node:tls.
import { createServer } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { books, ended, serveBooks } from './books.mjs';
import { BEGIN_MS, STALL_MS } from './limits.mjs';
import { Lines, UNKNOWN, answer, kindOf } from './lines.mjs';
import { certificate, isSecure } from './tls.mjs';

const counts = { accepted: 0, open: 0, failed: 0, turnedAway: { handshake: 0 } };

/** @param {import('node:net').Socket} socket */
function serve(socket) {
  const lines = new Lines();
  let kind = UNKNOWN;
  let reason = 'peerEnded';
  counts.accepted++;
  counts.open++;
  books.connected++;
  if (isSecure) socket.setTimeout(STALL_MS, () => socket.destroy());
  socket.on('data', (data) => {
    socket.cork();
    try {
      for (const line of lines.push(data)) {
        if (!socket.write(answer(line))) socket.pause();
        kind = kindOf(line);
      }
      socket.uncork();
    } catch {
      counts.failed++;
      reason = 'error';
      socket.destroy();
    }
    if (lines.tooLong && !socket.destroyed) {
      reason = 'aborted';
      socket.resetAndDestroy();
    }
  });
  socket.on('drain', () => socket.resume());
  socket.on('error', () => (reason = 'peerReset'));
  socket.on('close', () => {
    counts.open--;
    ended(kind, reason);
  });
}

const secure = () => createSecureServer({ ...certificate(), noDelay: true, handshakeTimeout: BEGIN_MS }, serve);
const server = isSecure ? secure() : createServer({ noDelay: true }, serve);
server.on('tlsClientError', (_error, socket) => {
  counts.turnedAway.handshake++;
  socket.destroy();
});
server.listen({ port: 0, host: '127.0.0.1' }, () => serveBooks(server.address().port, () => counts));
process.on('SIGTERM', () => server.close());
