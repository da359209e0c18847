// A small Redis: `node dist/examples/redis-lite/server.js`, then `redis-cli -p 7012`; `--help` shows more.
import { runServer } from '../shared/program.js';
import { RedisServer } from './redis-server.js';

await runServer({
  name: 'redis-lite',
  about: 'Keeps values under keys for clients of Redis',
  defaults: { host: '127.0.0.1', port: 7012 },
  options: {
    'max-keys': 'the most keys (default 1000000)',
    'max-memory': 'the most bytes of them (default 268435456)',
  },
  start: (places, { 'max-keys': keys = '1000000', 'max-memory': bytes = '268435456' }) =>
    void new RedisServer(places, { maxKeys: Number(keys), maxBytes: Number(bytes) }),
});
