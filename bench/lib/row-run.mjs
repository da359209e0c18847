// One row of the table: the rounds in their order, then the figures and the verdict.
import { measure, units } from './measure.mjs';
import { median, percentile, pool, ratioOf } from './stats.mjs';
import { isNoisy, verdict } from './verdict.mjs';

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./tools.mjs').Program} Program */
/** @typedef {import('./measure.mjs').Measured} Measured */
/** @typedef {{ ours: Program, theirs: Program, limits: Program[] }} Sides */

/**
 * Theirs (A) and ours (B) run A B, B A, A B ... so that a drift of the machine hits both alike. A second run of theirs
 * stands beside the first, on its far side from ours: A A B, B A A. It gives the spread of raw against itself.
 * @param {Row} row
 * @param {Sides} sides
 * @param {{ rounds: number, effort: import('./measure.mjs').Effort }} options
 * @param {(text: string) => void} progress
 */
export async function runRow(row, sides, { rounds, effort }, progress) {
  /** @type {{ ours: Measured[], theirs: Measured[], again: Measured[] }} */
  const runs = { ours: [], theirs: [], again: [] };
  const forward = /** @type {('again' | 'theirs' | 'ours')[]} */ (['again', 'theirs', 'ours']);
  if (effort.quick) {
    // Nothing is judged: no second run of theirs.
    forward.shift();
    runs.again = runs.theirs;
  }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? forward : [...forward].reverse();
    for (const side of order) {
      progress(`${row.title}: round ${round + 1} of ${rounds}`);
      runs[side].push(await measure(row, side === 'ours' ? sides.ours : sides.theirs, effort));
    }
  }
  const limits = [];
  for (const limit of sides.limits) limits.push(await runLimit(row, limit, rounds, effort, progress));
  return { ...figures(row, runs, effort.quick), limits, runs: withoutHistograms(runs) };
}

/**
 * A line without a bar: measured as often, judged never. What fails here says so and stops nothing.
 * @param {Row} row
 * @param {Program} limit
 * @param {number} rounds
 * @param {import('./measure.mjs').Effort} effort
 * @param {(text: string) => void} progress
 */
async function runLimit(row, limit, rounds, effort, progress) {
  if (limit.skip) return { label: limit.label, skipped: limit.skip };
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    progress(`${row.title}: ${limit.label}, round ${round + 1} of ${rounds}`);
    try {
      runs.push(await measure(row, limit, effort));
    } catch (error) {
      return { label: limit.label, skipped: /** @type {Error} */ (error).message };
    }
  }
  return { label: limit.label, median: median(values(runs)), p99Ns: p99Of(runs), loadCpuShare: loadCpu(runs) };
}

/**
 * @param {Row} row
 * @param {{ ours: Measured[], theirs: Measured[], again: Measured[] }} runs
 * @param {boolean} quick
 */
function figures(row, { ours, theirs, again }, quick) {
  const { unit } = units[row.kind];
  const ratio = ratioOf(values(ours), values(theirs));
  const spread = ratioOf(values(again), values(theirs));
  const figure = row.bar.kind === 'amount' ? median(values(ours)) : ratio.median;
  return {
    id: row.id,
    title: row.title,
    unit,
    bar: row.bar,
    medians: { ours: median(values(ours)), theirs: median(values(theirs)) },
    ratio,
    spread,
    verdict: quick ? 'checked' : verdict(row.bar, figure, ratio, spread),
    noisy: !quick && row.bar.kind !== 'amount' && isNoisy(spread),
    ...(row.p99 ? { p99: latencyFigures(row.p99, { ours, theirs, again }, quick) } : {}),
    ...(row.cpu ? cpuFigures(row.cpu, { ours, theirs, again }, quick) : {}),
    ...(row.load ? { loadCpuShare: { ours: loadCpu(ours), theirs: loadCpu(theirs) } } : {}),
  };
}

/**
 * @param {import('./verdict.mjs').Bar} bar
 * @param {{ ours: Measured[], theirs: Measured[], again: Measured[] }} runs
 * @param {boolean} quick
 */
function latencyFigures(bar, { ours, theirs, again }, quick) {
  const perRound = (/** @type {Measured[]} */ runs) => runs.map((run) => p99Of([run]) ?? NaN);
  const pooled = { ours: p99Of(ours) ?? NaN, theirs: p99Of(theirs) ?? NaN };
  const ratio = { ...ratioOf(perRound(ours), perRound(theirs)), median: pooled.ours / pooled.theirs };
  const spread = { ...ratioOf(perRound(again), perRound(theirs)), median: (p99Of(again) ?? NaN) / pooled.theirs };
  return {
    bar,
    pooledNs: pooled,
    ratio,
    spread,
    verdict: quick ? 'checked' : verdict(bar, ratio.median, ratio, spread),
  };
}

/**
 * What the server's processor had to do for a message: steadier than the rate.
 * @param {import('./verdict.mjs').Bar} bar
 * @param {{ ours: Measured[], theirs: Measured[], again: Measured[] }} runs
 * @param {boolean} quick
 */
function cpuFigures(bar, { ours, theirs, again }, quick) {
  const perMessage = (/** @type {Measured[]} */ runs) => runs.map((run) => run.details?.cpuUsPerMessage ?? 0);
  const us = { ours: median(perMessage(ours)), theirs: median(perMessage(theirs)) };
  if (us.ours === 0 || us.theirs === 0) return {}; // no books here, or too short a look
  const ratio = ratioOf(perMessage(ours), perMessage(theirs));
  const spread = ratioOf(perMessage(again), perMessage(theirs));
  return { cpu: { bar, us, ratio, spread, verdict: quick ? 'checked' : verdict(bar, ratio.median, ratio, spread) } };
}

const values = (/** @type {Measured[]} */ runs) => runs.map((run) => run.value);

const loadCpu = (/** @type {Measured[]} */ runs) =>
  runs[0].details?.loadCpuShare === undefined ? undefined : median(runs.map((run) => run.details?.loadCpuShare ?? NaN));

/** @param {Measured[]} runs */
function p99Of(runs) {
  const histograms = runs.flatMap((run) => run.histogram ?? []);
  return histograms.length ? percentile(pool(histograms), 0.99) : undefined;
}

/** The report keeps every run's value and details; their histograms would make it a hundred times as long. */
const withoutHistograms = (/** @type {Record<string, Measured[]>} */ runs) =>
  Object.fromEntries(
    Object.entries(runs).map(([side, list]) => [side, list.map(({ value, details }) => ({ value, ...details }))]),
  );
