// Writes the tables of figures on the pages from the newest report under bench/results: `node scripts/speed-table.mjs`.
// With --check it writes nothing, and fails where a page says something else.
import { readFileSync, writeFileSync } from 'node:fs';
import { amount, machineText, newestReport } from './newest-report.mjs';

const ROOT = new URL('../', import.meta.url);
const BEGIN = '<!-- Written by scripts/speed-table.mjs from bench/results. Do not change it here. -->\n';
const END = '<!-- the end of what it writes -->\n';

const isOfThreads = ({ id }) => id.startsWith('thread-');
/** The pages, and which rows each shows. */
const PAGES = [
  { name: 'bench/README.md', shows: (row) => !isOfThreads(row) },
  { name: 'docs/use/cost-of-threads.md', shows: isOfThreads },
];

const { file, report, rows } = newestReport();

function speedTable(shown) {
  return [
    `Medians of ${report.rounds} rounds on ${machineText(report)}, from \`bench/results/${file}\`:`,
    '',
    '| work | TaskTonic | by hand | ratio | by hand against itself | p99, ratio |',
    '|---|---|---|---|---|---|',
    ...shown.map(rowOf),
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

for (const { name, shows } of PAGES) {
  const url = new URL(name, ROOT);
  const page = readFileSync(url, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${name} has no place for the table: two comments mark it`);
  const wanted = page.slice(0, begin + BEGIN.length) + speedTable(rows.filter(shows)) + page.slice(end);
  if (!process.argv.includes('--check')) writeFileSync(url, wanted);
  else if (page !== wanted) {
    console.error(`${name} does not show the newest report: run node scripts/speed-table.mjs`);
    process.exitCode = 1;
  }
}
