const { readdirSync } = require('node:fs');

// Files that try floods, deaths, programs of others or the command line for seconds each. CI runs them; `npm test` has no time for them, unless one
// is named, or asked for as CONTRIBUTING.md says.
const LONG = [
  'app/{load-balancer,process,sighup-threads,upgrade}',
  'cli/{diagram,program,start,upgrade}',
  'examples/*',
  '{http,tonics/tcp}/server/systemd',
  'framing/promises',
  'links/crossing-any-data',
  'links/thread/{failures,life,loading,logs,nested}',
  'log/{odd-values,output}',
  'mutation/mutation',
  'package/bundle',
  'robustness/{deaf-peers,few-descriptors,fuzz,hostile-peers,http-sigterm,idle-server,order-flood,self-queueing,sigterm,slow-handlers,soak,threads-soak,throws,tls-hostile-peers,tls-reload,upgrade-load}',
  'store/durable/{crash,damage,encoding,kill}',
  'tonics/kernel-options',
  'tonics/late-loop',
  'tonics/log/log-ip-sockets',
  'tonics/readiness/readiness',
  'tonics/udp/server/udp-threads',
].map((name) => `test/${name}.test.ts`);

const FILES = readdirSync(`${__dirname}/test`, { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name.replaceAll('\\', '/')}`)
  .sort();
/** They begin first, so that none of them runs alone at the end. */
const isLong = (file) => /^test\/(?:links|robustness|app|tonics\/tcp\/server\/tcp-server-threads)\b/.test(file);

const isAsked =
  Object.keys(process.env).some((name) => /^TT_(?:ALL|CYCLES|FUZZ|MUTATION|SOAK|UPGRADE)/.test(name)) ||
  process.argv.some((word) => word.endsWith('.test.ts'));
if (!isAsked && process.env.MOCHA_WORKER_ID === undefined)
  console.log('  left out: files that take long; TT_ALL=1 runs them, as CI does');

module.exports = {
  extension: ['ts'],
  spec: [...FILES.filter(isLong), ...FILES.filter((file) => !isLong(file))],
  ignore: isAsked ? [] : LONG,
  'node-option': ['no-warnings', 'enable-source-maps', 'loader=./test/support/loader.mjs'],
  timeout: 30_000,
  parallel: true,
  jobs: 2,
};
