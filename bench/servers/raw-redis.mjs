// The shortest server of SET and GET with node:net; what cuts and reads the commands, and writes replies, is the framing that ours has.
import { createServer } from 'node:net';
import { tellPort } from './child.mjs';
import { respCommands } from '../../dist/lib/framing.js';
import { Keys } from '../../dist/examples/redis-lite/keys.js';
import { run } from '../../dist/examples/redis-lite/commands.js';

const framing = respCommands({ encoding: 'latin1', max: 1_048_576 });
const keys = new Keys(() => performance.now(), 1_000_000, 268_435_456);

const server = createServer({ noDelay: true }, (socket) => {
  const decoder = framing.decoder();
  socket.on('data', (data) => {
    decoder.push(data);
    for (let words = decoder.next(); words !== undefined; words = decoder.next())
      socket.write(framing.encode(run(keys, words)));
  });
  socket.on('error', () => socket.destroy());
});
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
