// Collects metrics of statsd: `node dist/examples/metrics-collector/server.js`, then `echo 'requests:1|c' | nc -u -w0 127.0.0.1 8125`.
import * as v from 'valibot';
import { runServer } from '../shared/program.js';
import { Collector } from './collector.js';

const mostNames = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1, 'must be 1 or more')), 10_000);

await runServer({
  name: 'metrics-collector',
  about: 'Takes metrics of statsd over UDP, and tells the figures over TCP',
  defaults: { host: '127.0.0.1', port: 8125 },
  options: { config: 'a file of JSON, such as { "mostNames": 10000 }' },
  configuration: ({ config }) => ({
    schema: v.looseObject({ mostNames }),
    ...(config !== undefined && { file: config }),
  }),
  start: (places) => void new Collector(places),
});
