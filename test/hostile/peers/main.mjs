// Peers that a server on the loopback has to live with, over TLS or HTTP. The same command line as the C load's, and the same JSON line on stdout:
//
//   node main.mjs tls|http --port P --peers N --seconds S --seed X --drain-seconds D --kinds good,slow,...
//
// It talks to 127.0.0.1 only, and always ends by itself.
import { parseArgs } from 'node:util';
import { Crowd } from './crowd.mjs';

const NAMES = ['port', 'peers', 'seconds', 'drain-seconds', 'seed', 'kinds'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }])),
});
const number = (/** @type {string} */ name) => Number(values[name]);
const options = {
  port: number('port'),
  peers: number('peers'),
  seconds: number('seconds'),
  drainSeconds: number('drain-seconds'),
  seed: number('seed'),
  kinds: String(values.kinds).split(','),
};
/** What hangs in spite of all is ended. */
setTimeout(() => process.exit(3), (options.seconds + options.drainSeconds + 60) * 1_000).unref();

const { kinds } = await (positionals[0] === 'tls' ? import('./tls/kinds.mjs') : import('./http/kinds.mjs'));
const result = await new Crowd(kinds, options).run();
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
