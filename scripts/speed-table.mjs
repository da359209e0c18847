// Writes the table of figures in README.md from the newest report under bench/results: `node scripts/speed-table.mjs`.
// With --check it writes nothing, and fails where the page says something else.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const PAGE = new URL('README.md', ROOT);
const RESULTS = new URL('bench/results/', ROOT);
const BEGIN = '<!-- Written by scripts/speed-table.mjs from bench/results. Do not change it here. -->\n';
const END = '<!-- the end of what it writes -->\n';

const newest = readdirSync(RESULTS)
  .filter((file) => /^[\dT-]+\.json$/.test(file))
  .sort()
  .at(-1);
const report = JSON.parse(readFileSync(new URL(newest, RESULTS), 'utf8'));

function speedTable() {
  const { machine, rounds } = report;
  return [
    `Medians of ${rounds} rounds on ${machine.cores} cores of an ${machine.cpu}, Node ${machine.node.slice(1)}, from \`bench/results/${newest}\`:`,
    '',
    '| work | TaskTonic | by hand | ratio | by hand against itself | p99, ratio |',
    '|---|---|---|---|---|---|',
    ...report.rows.map(row),
    '',
  ].join('\n');
}

function row({ title, unit, medians, ratio, spread, p99 }) {
  const cells = [
    title,
    amount(medians.ours, unit),
    amount(medians.theirs, unit),
    ratio.median.toFixed(2),
    `${spread.min.toFixed(2)} to ${spread.max.toFixed(2)}`,
    p99 === undefined ? '' : p99.ratio.median.toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}

function amount(value, unit) {
  if (unit === 'ms') return `${value.toFixed(0)} ms`;
  if (unit === 'bytes/connection') return `${(value / 1024).toFixed(1)} KiB`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} million a second` : `${Math.round(value / 1e3)},000 a second`;
}

const page = readFileSync(PAGE, 'utf8');
const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
if (begin < 0 || end < begin) throw new Error('README.md has no place for the table: two comments mark it');
const wanted = page.slice(0, begin + BEGIN.length) + speedTable() + page.slice(end);
if (!process.argv.includes('--check')) writeFileSync(PAGE, wanted);
else if (page !== wanted) {
  console.error('README.md does not show the newest report: run node scripts/speed-table.mjs');
  process.exitCode = 1;
}
