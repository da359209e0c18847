// What is printed: the figures of both servers side by side, and each judgement.
import { median, percentile, pool } from '../../bench/lib/stats.mjs';

/** @typedef {import('./one-run.mjs').Run} Run */
/** @typedef {import('./judge.mjs').Judgement} Judgement */

/** What is judged by time. @param {Run[]} runs @returns {import('./judge.mjs').Figures} */
export function figuresOf(runs) {
  const times = pool(runs.flatMap(({ measured }) => [measured.requests, measured.connects]));
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    memory: median(runs.map(({ peakBytes }) => peakBytes)),
  };
}

/** @type {[string, (runs: Run[]) => string][]} */
const LINES = [
  ['good peers, all answers: half within', (runs) => ms(figuresOf(runs).p50)],
  ['  99 of 100 within', (runs) => ms(figuresOf(runs).p99)],
  ['  longest', (runs) => ms(longest(runs, ['requests', 'connects']))],
  ['  answers a second', (runs) => perSecond(runs, ['good'])],
  ['new connections, to the first answer: half within', (runs) => ms(share(runs, 'connects', 0.5))],
  ['  99 of 100 within', (runs) => ms(share(runs, 'connects', 0.99))],
  ['  longest', (runs) => ms(longest(runs, ['connects']))],
  ['answers a second, all peers', (runs) => perSecond(runs)],
  ['most memory', (runs) => `${(figuresOf(runs).memory / 2 ** 20).toFixed(0)} MiB`],
  ['CPU of the server', (runs) => percent(median(runs.map((run) => run.cpuSeconds / run.measured.seconds)))],
  ['CPU of the load, good peers and the others', (runs) => `${cpu(runs, 'measured')} and ${cpu(runs, 'hostile')}`],
  ['longest look away of the good peers', (runs) => `${Math.max(...runs.map((run) => run.measured.longestTurnMs))} ms`],
  ['connections', (runs) => String(median(runs.map((run) => run.after.accepted - run.before.accepted)))],
];

/** @param {Run[]} ours @param {Run[]} theirs none where there is no twin */
export function table(ours, theirs) {
  const cells = LINES.map(([title, cell]) => [title, cell(ours), theirs.length > 0 ? cell(theirs) : '']);
  const lines = [['', 'TaskTonic', theirs.length > 0 ? 'raw twin' : ''], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0))))
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

/** @param {Judgement[]} judgements */
export function sentences(judgements) {
  return judgements.map(({ what, holds, figures }) => `${holds ? 'ok    ' : 'MISSED'}  ${what}: ${figures}`).join('\n');
}

/** @typedef {'requests' | 'connects'} Which */

/** @param {Run[]} runs @param {Which} which @param {number} part */
const share = (runs, which, part) => percentile(pool(runs.map(({ measured }) => measured[which])), part);

/** @param {Run[]} runs @param {Which[]} which */
const longest = (runs, which) =>
  Math.max(...runs.flatMap(({ measured }) => which.map((name) => measured[name].longestNs)));

/** @param {Run[]} runs @param {string[]} [names] */
function perSecond(runs, names) {
  const rates = runs.map(({ measured, hostile }) => {
    const kinds = Object.entries({ ...measured.kinds, ...hostile.kinds }).filter(
      ([name]) => names?.includes(name) ?? true,
    );
    return kinds.reduce((sum, [, { answers }]) => sum + answers, 0) / measured.seconds;
  });
  return median(rates).toFixed(0);
}

/** @param {Run[]} runs @param {'measured' | 'hostile'} part */
const cpu = (runs, part) => percent(median(runs.map((run) => run[part].cpuShare)));

/** @param {number} part */
const percent = (part) => `${(part * 100).toFixed(0)} %`;

/** @param {number} ns */
const ms = (ns) => `${(ns / 1e6).toFixed(ns < 1e7 ? 2 : 0)} ms`;
