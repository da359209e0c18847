// A server among hostile peers, beside its raw twin: lines over TCP or TLS, or HTTP. See README.md.
import { existsSync } from 'node:fs';
import { pinning } from '../../bench/lib/children.mjs';
import { path } from './fields/field.mjs';
import { httpField } from './fields/http.mjs';
import { plainField } from './fields/plain.mjs';
import { tlsField } from './fields/tls.mjs';
import { judgeResults, judgeTimes } from './judge.mjs';
import { run } from './one-run.mjs';
import { help, readOptions } from './options.mjs';
import { figuresOf, sentences, table } from './report.mjs';

/** @typedef {import('./one-run.mjs').Run} Run */

/** @typedef {import('./fields/field.mjs').Field} Field */

const FIELDS = { plain: plainField, tls: tlsField, http: httpField };

const options = optionsOrExit();
if (options.help) console.log(help);
else if (!existsSync(path('../../dist/lib/index.js'))) fail('the package is not built (npm run build)');
else {
  const field = process.platform === 'linux' ? await FIELDS[options.field]() : 'it looks into /proc, so it needs Linux';
  if (typeof field === 'string') console.log(`skipped: ${field}\n  1 pending`);
  else await main(field);
}

/** @param {Field} field */
async function main(field) {
  const asked = { ...(options.short ? field.short : field.full), ...options.asked };
  const load = { ...asked, peers: Math.min(asked.peers, options.most), seed: options.seed };
  console.log(`${load.peers} ${field.title} for ${load.seconds} s, seed ${load.seed}`);
  if (load.peers < asked.peers) console.log(`(not ${asked.peers}: so many descriptors a process cannot have)`);
  if (!pinning) console.log('(server and load share their cores: no taskset, or one core only)');
  /** @type {Run[]} */
  const ours = [];
  /** @type {Run[]} */
  const twins = [];
  const rounds = options.twin
    ? Array.from({ length: options.rounds }, () => [twins, ours, ours, twins]).flat()
    : [ours];
  for (const runs of rounds) runs.push(await run(runs === ours ? field.ours : field.twin, field, load));
  const judged = ours.map((of) => judgeResults(of, field));
  const times = options.twin ? judgeTimes(figuresOf(ours), figuresOf(twins)) : [];
  console.log(`\n${table(ours, twins)}\n`);
  for (const [index, judgements] of judged.entries()) {
    if (judged.length > 1) console.log(`TaskTonic, run ${index + 1}:`);
    console.log(`${sentences(judgements)}\n`);
    tellFirstFaults(ours[index]);
  }
  for (const twin of twins) tellTwin(twin, field);
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

/** The twin is judged, too, so that a fault of the load is seen as one; it does not count. @param {Run} twin @param {Field} field */
function tellTwin(twin, field) {
  const missed = judgeResults(twin, field).filter(({ holds }) => !holds);
  if (missed.length > 0) console.log(`The twin itself (not counted):\n${sentences(missed)}\n`);
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
