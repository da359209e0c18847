// The same server with node:net, as one writes it with care: the answers to what came together leave together, and reading pauses while the
// peer does not take them.
import { createServer } from 'node:net';
import { books, ended, serveBooks } from './books.mjs';
import { Lines, UNKNOWN, answer, kindOf } from './lines.mjs';

const counts = { accepted: 0, open: 0, failed: 0 };

const server = createServer({ noDelay: true }, (socket) => {
  const lines = new Lines();
  let kind = UNKNOWN;
  let reason = 'peerEnded';
  counts.accepted++;
  counts.open++;
  books.connected++;
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
});
server.listen({ port: 0, host: '127.0.0.1' }, () => serveBooks(server.address().port, () => counts));
process.on('SIGTERM', () => server.close());
