// Writes the tables of figures on the pages from the newest report under bench/results: `node scripts/speed-table.mjs`.
// With --check it writes nothing, and fails where a page says something else.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const ROOT = new URL('../', import.meta.url);
const RESULTS = new URL('bench/results/', ROOT);
const BEGIN = '<!-- Written by scripts/speed-table.mjs from bench/results. Do not change it here. -->\n';
const END = '<!-- the end of what it writes -->\n';

const isOfThreads = ({ id }) => id.startsWith('thread-');
/** The pages, and which rows each shows. */
const PAGES = [
  { name: 'README.md', shows: (row) => !isOfThreads(row) },
  { name: 'docs/use/cost-of-threads.md', shows: isOfThreads },
];

const newest = readdirSync(RESULTS)
  .filter((file) => /^[\dT-]+\.json$/.test(file))
  .sort()
  .at(-1);
const report = JSON.parse(readFileSync(new URL(newest, RESULTS), 'utf8'));

function speedTable(rows) {
  const { machine, rounds } = report;
  return [
    `Medians of ${rounds} rounds on ${machine.cores} cores of an ${machine.cpu}, Node ${machine.node.slice(1)}, from \`bench/results/${newest}\`:`,
    '',
    '| work | TaskTonic | by hand | ratio | by hand against itself | p99, ratio |',
    '|---|---|---|---|---|---|',
    ...rows.map(rowOf),
    '',
  ].join('\n');
}

function rowOf({ title, unit, medians, ratio, spread, p99 }) {
  const cells = [
    title,
    amount(medians.ours, unit),
    amount(medians.theirs, unit),
    // Where both are nothing there is no ratio.
    ratio.median?.toFixed(2) ?? '',
    spread.median === null ? '' : `${spread.min.toFixed(2)} to ${spread.max.toFixed(2)}`,
    p99 === undefined ? '' : p99.ratio.median.toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}

function amount(value, unit) {
  if (unit === 'cores') return `${value.toFixed(3)} cores`;
  if (unit === 'MB/s') return `${value.toFixed(0)} MB/s`;
  if (unit === 'ms') return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  if (unit === 'bytes/connection') return `${(value / 1024).toFixed(1)} KiB`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} million a second` : `${Math.round(value / 1e3)},000 a second`;
}

for (const { name, shows } of PAGES) {
  const url = new URL(name, ROOT);
  const page = readFileSync(url, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${name} has no place for the table: two comments mark it`);
  // One that this machine could not run is not shown.
  const rows = report.rows.filter((row) => row.medians !== undefined && shows(row));
  const wanted = page.slice(0, begin + BEGIN.length) + speedTable(rows) + page.slice(end);
  if (!process.argv.includes('--check')) writeFileSync(url, wanted);
  else if (page !== wanted) {
    console.error(`${name} does not show the newest report: run node scripts/speed-table.mjs`);
    process.exitCode = 1;
  }
}
