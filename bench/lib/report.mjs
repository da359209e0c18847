// The table on the screen and the machine that it was measured on.
import { cpus, release, totalmem } from 'node:os';
import { pinning } from './children.mjs';
import { barText } from './verdict.mjs';

/** Which machine, but not whose: no host name, no path. */
export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    pinned: pinning !== null,
  };
}

const header = ['work', 'ours', 'theirs', 'ratio', 'interval', 'A/A spread', 'bar', 'verdict'];

/** @param {any[]} results of runRow */
export function table(results) {
  const lines = results.flatMap(rowLines);
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column].length)));
  const print = (/** @type {string[]} */ line) =>
    line
      .map((cell, i) => (i === 0 || i === 7 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [print(header), print(widths.map((width) => '-'.repeat(width))), ...lines.map(print)].join('\n');
}

/**
 * @param {any} result
 * @returns {string[][]}
 */
function rowLines(result) {
  if (result.skipped) return [[result.title, '', '', '', '', '', '', `skipped: ${result.skipped}`]];
  if (result.failed) return [[result.title, '', '', '', '', '', '', `FAILED: ${result.failed.split('\n')[0]}`]];
  const { medians, unit, ratio, spread, bar, p99, cpu, limits } = result;
  const ratios = bar.kind === 'amount' ? ['', '', ''] : [ratio.median.toFixed(2), interval(ratio), range(spread)];
  const lines = [
    [result.title, amount(medians.ours, unit), amount(medians.theirs, unit), ...ratios, barText(bar), result.verdict],
  ];
  if (p99) {
    lines.push([
      '  p99',
      micros(p99.pooledNs.ours),
      micros(p99.pooledNs.theirs),
      p99.ratio.median.toFixed(2),
      interval(p99.ratio),
      range(p99.spread),
      barText(p99.bar),
      p99.verdict,
    ]);
  }
  if (cpu) {
    lines.push([
      '  CPU a message',
      `${cpu.us.ours.toFixed(2)} us`,
      `${cpu.us.theirs.toFixed(2)} us`,
      cpu.ratio.median.toFixed(2),
      interval(cpu.ratio),
      range(cpu.spread),
      barText(cpu.bar),
      cpu.verdict,
    ]);
  }
  if (result.loadCpuShare) {
    const { ours, theirs } = result.loadCpuShare;
    lines.push([
      '  load generator busy',
      share(ours),
      share(theirs),
      '',
      '',
      '',
      '',
      Math.max(ours, theirs) > 0.95 ? 'the generator is at its limit' : '',
    ]);
  }
  for (const limit of limits) {
    if (limit.skipped)
      lines.push([`  ${limit.label}`, '', '', '', '', '', '', `skipped: ${limit.skipped.split('\n')[0]}`]);
    else lines.push(limitLine(limit, medians.theirs, unit));
  }
  return lines;
}

/**
 * @param {any} limit
 * @param {number} theirs
 * @param {string} unit
 */
function limitLine(limit, theirs, unit) {
  const note = [limit.p99Ns && `p99 ${micros(limit.p99Ns)}`, limit.loadCpuShare && `load ${share(limit.loadCpuShare)}`];
  return [
    `  ${limit.label}`,
    amount(limit.median, unit),
    amount(theirs, unit),
    (limit.median / theirs).toFixed(2),
    '',
    '',
    'none',
    note.filter(Boolean).join(', '),
  ];
}

const range = (/** @type {{ min: number, max: number }} */ { min, max }) => `${min.toFixed(2)}..${max.toFixed(2)}`;
const interval = (/** @type {{ low: number, high: number }} */ { low, high }) =>
  `${low.toFixed(2)}..${high.toFixed(2)}`;
const share = (/** @type {number} */ part) => `${Math.round(part * 100)} %`;
const micros = (/** @type {number} */ ns) => `${(ns / 1000).toFixed(0)} us`;

/**
 * @param {number} value
 * @param {string} unit
 */
function amount(value, unit) {
  if (unit === 'cores') return `${value.toFixed(4)} cores`;
  if (unit === 'ms') return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  if (unit === 'bytes/connection') return `${(value / 1024).toFixed(1)} KiB`;
  if (unit === 'MB/s') return `${value.toFixed(0)} MB/s`;
  if (value < 1e4) return `${value.toFixed(0)} /s`;
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${(value / 1e3).toFixed(1)} k/s`;
}
