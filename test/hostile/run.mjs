// A line server among hostile peers, beside its raw twin. See README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pinning } from '../../bench/lib/children.mjs';
import { judgeResults, judgeTimes } from './judge.mjs';
import { run } from './one-run.mjs';
import { help, readOptions } from './options.mjs';
import { figuresOf, sentences, table } from './report.mjs';

/** @typedef {import('./one-run.mjs').Run} Run */

const SOURCES = ['main.c', 'peers.c', 'kinds.c'];
const OURS = 'tasktonic-lines.mjs';
const TWIN = 'raw-lines.mjs';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

const options = optionsOrExit();
const missing = process.platform === 'linux' ? null : 'it looks into /proc, so it needs Linux';
const load = missing === null ? compiledLoad() : null;
if (options.help) console.log(help);
else if (missing !== null || load === null)
  console.log(`skipped: ${missing ?? 'it needs gcc for its load'}\n  1 pending`);
else if (!existsSync(path('../../dist/lib/index.js'))) fail('the package is not built (npm run build)');
else await main(load);

/** @param {string} program */
async function main(program) {
  const { peers, wanted, seconds, seed } = options;
  console.log(`${peers} peers of nine kinds for ${seconds} s, seed ${seed}`);
  if (peers < wanted) console.log(`(not ${wanted}: so many descriptors a process cannot have)`);
  if (!pinning) console.log('(server and load share their cores: no taskset, or one core only)');
  /** @type {Record<string, Run[]>} */
  const runs = { [OURS]: [], [TWIN]: [] };
  const order = options.twin ? Array.from({ length: options.rounds }, () => [TWIN, OURS, OURS, TWIN]).flat() : [OURS];
  for (const server of order) runs[server]?.push(await run(server, program, options));
  const [ours, twins] = [runs[OURS] ?? [], runs[TWIN] ?? []];
  const judged = ours.map(judgeResults);
  const times = options.twin ? judgeTimes(figuresOf(ours), figuresOf(twins)) : [];
  console.log(`\n${table(ours, twins)}\n`);
  for (const [index, judgements] of judged.entries()) {
    if (judged.length > 1) console.log(`TaskTonic, run ${index + 1}:`);
    console.log(`${sentences(judgements)}\n`);
    tellFirstFaults(ours[index]);
  }
  for (const twin of twins) tellTwin(twin);
  if (times.length > 0) console.log(`${options.judgeTimes ? '' : 'Times (not judged: see --judge-times)\n'}${sentences(times)}\n`); // prettier-ignore
  const counted = [...judged.flat(), ...(options.judgeTimes ? times : [])];
  const failing = counted.filter(({ holds }) => !holds).length;
  console.log(`  ${counted.length - failing} passing\n  ${failing} failing`);
  if (failing > 0) process.exitCode = 1;
}

/** @param {Run | undefined} of */
function tellFirstFaults(of) {
  for (const { firstFault } of of === undefined ? [] : [of.measured, of.hostile]) {
    if (firstFault !== '') console.log(`the first thing that went wrong there: ${firstFault}\n`);
  }
}

/** The twin is judged, too, so that a fault of the load is seen as one; it does not count. @param {Run} twin */
function tellTwin(twin) {
  const missed = judgeResults(twin).filter(({ holds }) => !holds);
  if (missed.length > 0) console.log(`The twin itself (not counted):\n${sentences(missed)}\n`);
}

/** The load's program, or null where there is no gcc. */
function compiledLoad() {
  const output = path('../../bench/build/hostile-load');
  mkdirSync(path('../../bench/build'), { recursive: true });
  const sources = SOURCES.map((name) => path(`load/${name}`));
  const gcc = spawnSync('gcc', ['-O2', '-o', output, ...sources], { encoding: 'utf8', timeout: 60_000 });
  if (gcc.error) return null;
  return gcc.status === 0 ? output : fail(`gcc failed: ${gcc.stderr}`);
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return fail(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}

/** @param {string} why @returns {never} */
function fail(why) {
  console.error(why);
  process.exit(2);
}
