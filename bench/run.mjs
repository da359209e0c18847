// Side-by-side benchmarks: TaskTonic against what its user would write by hand. See README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killAll, pinning } from './lib/children.mjs';
import { help, readOptions } from './lib/options.mjs';
import { machine, table } from './lib/report.mjs';
import { runRow } from './lib/row-run.mjs';
import { againstCheckout, rows } from './lib/rows.mjs';
import { elsewhere, load, program } from './lib/tools.mjs';

/** @typedef {import('./lib/rows.mjs').Row} Row */

const options = optionsOrExit();
const progress = process.stderr.isTTY
  ? (/** @type {string} */ text) => process.stderr.write(`\r\x1b[K${text}`)
  : (/** @type {string} */ text) => void (options.quick || process.stderr.write(`${text}\n`));

const all = options.against === undefined ? rows : rows.map(againstCheckout);
const chosen = all.filter((row) => options.only.test(row.id) || options.only.test(row.title));
if (options.help) {
  console.log(help);
} else if (options.list) {
  for (const row of chosen) console.log(`${row.id.padEnd(18)}${row.title}`);
} else if (chosen.length === 0) {
  console.error('no row matches --only; see --list');
  process.exitCode = 2;
} else {
  await main();
}

async function main() {
  const notes = [
    load.note,
    pinning ? null : 'server and load share their cores: no taskset, or one core only',
    options.against === undefined ? null : 'theirs are the programs of another checkout of TaskTonic',
  ].filter((note) => note !== null);
  for (const note of notes) console.error(`note: ${note}`);
  const started = new Date();
  const results = [];
  for (const row of chosen) results.push(await resultOf(row));
  killAll();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(table(results));
  for (const result of results) {
    if ('noisy' in result && result.noisy)
      console.log(
        `noisy: ${result.title}: theirs against itself differed by more than 1.25 times; repeat on a quiet machine`,
      );
  }
  write(started, {
    started: started.toISOString(),
    machine: machine(),
    rounds: options.rounds,
    effort: options.effort,
    notes,
    rows: results,
  });
  // A missed bar is news, not an error; a wrong answer, or ours not being there, is one.
  if (results.some((result) => 'failed' in result || ('skipped' in result && result.ours))) process.exitCode = 1;
}

/** @param {Row} row */
async function resultOf(row) {
  const sides = {
    ours: program(candidate(row)),
    theirs: options.against === undefined ? program(row.theirs) : elsewhere(program(row.ours), options.against),
    limits: options.limits ? (row.limits ?? []).map(program) : [],
  };
  const skipped = row.needs ?? sides.ours.skip ?? sides.theirs.skip;
  if (skipped) return { id: row.id, title: row.title, skipped, ours: sides.ours.skip !== null };
  try {
    return await runRow(row, sides, options, progress);
  } catch (error) {
    return { id: row.id, title: row.title, failed: /** @type {Error} */ (error).message };
  }
}

/** @param {Row} row */
function candidate(row) {
  if (options.candidate === undefined) return row.ours;
  return options.candidate === 'raw' ? row.theirs : options.candidate;
}

/**
 * @param {Date} started
 * @param {object} report
 */
function write(started, report) {
  if (options.quick && !options.out) return;
  const name = `results/${started.toISOString().slice(0, 16).replace(':', '')}.json`;
  const file = options.out ?? fileURLToPath(new URL(name, import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
  console.log(`\nreport: ${options.out ?? `bench/${name}`}`);
}

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${help}`);
    process.exit(2);
  }
}
