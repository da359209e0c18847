// Hands TCP connections on: `node dist/examples/tcp-proxy/server.js --config examples/tcp-proxy/proxy.json`.
import { runServer } from '../shared/program.js';
import { Proxy } from './proxy.js';
import { settings } from './settings.js';

await runServer({
  name: 'tcp-proxy',
  about: 'Hands TCP connections on to the backend that has the fewest',
  defaults: { host: '127.0.0.1', port: 7080 },
  options: { config: 'a file of JSON; SIGHUP reads it again. Such as examples/tcp-proxy/proxy.json' },
  settings: { shutdown: { grace: 40_000 } },
  configuration({ config }) {
    if (config === undefined) throw new Error('--config FILE: where are the backends?');
    return { file: config, schema: settings, sighup: true };
  },
  start: (places) => void new Proxy(places),
});
