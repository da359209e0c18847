// The newest report of the benchmark, and how its figures are said.
import { readFileSync, readdirSync } from 'node:fs';

const RESULTS = new URL('../bench/results/', import.meta.url);

/** The report, the name of its file, and those of its rows that the machine could run. */
export function newestReport() {
  const file = readdirSync(RESULTS)
    .filter((name) => /^[\dT-]+\.json$/.test(name))
    .sort()
    .at(-1);
  const report = JSON.parse(readFileSync(new URL(file, RESULTS), 'utf8'));
  return { file, report, rows: report.rows.filter((row) => row.medians !== undefined) };
}

/** `2 cores of an AMD EPYC, Node 20.20.2`. */
export function machineText({ machine }) {
  return `${machine.cores} cores of an ${machine.cpu}, Node ${machine.node.slice(1)}`;
}

/** `155,000 a second`. */
export function amount(value, unit) {
  if (unit === 'cores') return `${value.toFixed(3)} cores`;
  if (unit === 'MB/s') return `${value.toFixed(0)} MB/s`;
  if (unit === 'ms') return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  if (unit === 'bytes/connection') return `${(value / 1024).toFixed(1)} KiB`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} million a second` : `${Math.round(value / 1e3)},000 a second`;
}
