// 50 peers that ask for a line at a time beside 50 that flood: how long do the good ones wait, and how many lines are answered in all?
// `node bench/fairness.mjs [rounds] [seconds]`. Not one of the rows: two loads run at once.
import { Child } from './lib/children.mjs';
import { median, percentile, pool } from './lib/stats.mjs';
import { load, program } from './lib/tools.mjs';

const rounds = Number(process.argv[2] ?? 3);
const durationMs = Number(process.argv[3] ?? 5) * 1_000;

/** Lines of 64 bytes: 4,096 on the way for each of those that flood, four times what a socket reads at once. */
const good = { mode: 'lines', connections: 50, size: 64, inflight: 1 };
const flooding = { ...good, inflight: 4_096 };

/** @param {string} name */
async function measure(name) {
  const server = new Child(program(name).command, { core: 'server', limitMs: 120_000 });
  try {
    const { port } = await server.json();
    const [ofFlood, ofGood] = await Promise.all([run(flooding, port), run(good, port)]);
    return { total: ofFlood.rate + ofGood.rate, good: ofGood.rate, histogram: ofGood.histogram };
  } finally {
    server.process.kill('SIGKILL');
    await server.ended;
  }
}

/** @param {Record<string, string | number>} options @param {number} port */
async function run(options, port) {
  const all = { ...options, port, 'warmup-ms': 2_000, 'duration-ms': durationMs };
  const words = Object.entries(all).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const result = await new Child([...load.command, ...words], { core: 'load', limitMs: 120_000 }).json();
  if (!result.ok) throw new Error(`wrong result: ${result.error}`);
  return { rate: result.messages / result.seconds, histogram: result.histogram };
}

/** @type {Record<string, Awaited<ReturnType<typeof measure>>[]>} */
const runs = { 'raw-split2': [], 'tasktonic-lines': [] };
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? Object.keys(runs) : Object.keys(runs).reverse();
  for (const name of order) runs[name]?.push(await measure(name));
}
for (const [name, list] of Object.entries(runs)) {
  const waits = pool(list.map(({ histogram }) => histogram));
  const ms = (/** @type {number} */ share) => (percentile(waits, share) / 1e6).toFixed(1).padStart(8);
  const perSecond = (/** @type {'total' | 'good'} */ what) =>
    Math.round(median(list.map((one) => one[what]))).toLocaleString('en');
  console.log(
    `${name.padEnd(16)} good peers wait p50${ms(0.5)} p99${ms(0.99)} ms; lines a second: ${perSecond('good')} of theirs, ${perSecond('total')} in all`,
  );
}
