// What must hold after a run, in whatever field; each field adds what is its own.
import { counts, judge, kindsOf, mib, overAll, requestsOf, turnedAway, whole } from './judging.mjs';
import { HEAP_SLACK } from './one-run.mjs';

/** @typedef {import('./one-run.mjs').Run} Run */
/** @typedef {import('./judging.mjs').Judgement} Judgement */
/** @typedef {import('./fields/field.mjs').Field} Field */

/** How good a time must be beside the twin's, and from where on its slowest answers count as stuck. */
const MOST = { p50: 1.1, memory: 1.1, stuckNs: 5e9, stuckShare: 1 / 50, p99: 1.1 };

/** @param {Run} run @param {Field} field @returns {Judgement[]} */
export function judgeResults(run, field) {
  return [...judgePeers(run, field), ...field.judge(run), ...judgeRest(run)];
}

/** What peers have heard. @param {Run} run @param {Field} field @returns {Judgement[]} */
function judgePeers(run, { waiting, ruled, held }) {
  const of = kindsOf(run);
  const all = (/** @type {keyof import('./one-run.mjs').KindCounts} */ what) => overAll(run, what);
  const { before, after } = run;
  const taken = after.accepted + turnedAway(after) - before.accepted - turnedAway(before);
  const ends = (/** @type {string} */ name) => of(name).ended + of(name).reset;
  return [
    ...waiting.map((name) =>
      judge(
        name === 'half-closing'
          ? 'half-closing peers hear all answers, and then the end'
          : `${name} peers hear each answer, once and in order`,
        whole(of(name)),
        counts(of(name)),
      ),
    ),
    judge(
      'no peer hears what it has not asked for',
      all('wrong') === 0,
      `${all('wrong')} wrong, ${all('answers')} right`,
    ),
    judge(
      'who keeps to the rules is not cut off',
      ruled.every((name) => of(name).cut === 0),
      ruled.map((name) => `${name} ${of(name).cut}`).join(', '),
    ),
    ...held.map((name) =>
      judge(
        `the server ends ${name} peers`,
        ends(name) > 0 && of(name).stayed === 0,
        `ended ${ends(name)} of ${of(name).connects}, not ended ${of(name).stayed}`,
      ),
    ),
    judge(
      'the server took those connections that the kernel opened, and no others',
      all('failed') === 0 && taken >= all('connects') && taken <= all('connects') + all('unsure'),
      `taken ${taken}; opened ${all('connects')}, under way at the end ${all('unsure')}, failed ${all('failed')}`,
    ),
    judge(
      'the server has answered as many requests as these peers heard answers',
      waiting.every((name) => requestsOf(run, of(name)) === of(name).answers),
      waiting.map((name) => `${name} ${requestsOf(run, of(name))} and ${of(name).answers}`).join(', '),
    ),
  ];
}

/** What is left of them. @param {Run} run @returns {Judgement[]} */
function judgeRest(run) {
  const { before, after } = run;
  return [
    judge('no connection is left', after.open === 0, `open ${after.open} after ${(run.clearMs / 1000).toFixed(1)} s`),
    judge(
      'the descriptors are back',
      run.descriptorsAfter <= run.descriptorsBefore,
      `${run.descriptorsAfter}, ${run.descriptorsBefore} before`,
    ),
    judge(
      'all Tonics and orders have gone',
      after.tonics === before.tonics && after.orders === before.orders,
      `Tonics ${after.tonics}, ${before.tonics} before; orders ${after.orders}, ${before.orders} before`,
    ),
    judge('the heap is back', after.heap - before.heap < HEAP_SLACK, `${mib(after.heap)}, ${mib(before.heap)} before`),
    judge('it ends when it is asked to', run.exitCode === 0, `exit code ${run.exitCode}`),
  ];
}

/**
 * @typedef {{ p50: number, p99: number, memory: number }} Figures in ns and bytes
 * @param {Figures} ours
 * @param {Figures} theirs
 * @returns {Judgement[]}
 */
export function judgeTimes(ours, theirs) {
  const stuck = theirs.p99 > MOST.stuckNs;
  const p99 = stuck ? MOST.stuckShare : MOST.p99;
  const ratio = (/** @type {keyof Figures} */ of) => ours[of] / theirs[of];
  return [
    judge(`half of the answers come within ${MOST.p50} times the twin's time`, ratio('p50') <= MOST.p50, ratio('p50').toFixed(2)),
    judge(`99 of 100 within ${p99} times`, ratio('p99') <= p99, ratio('p99').toFixed(stuck ? 4 : 2)),
    judge(`memory is at most ${MOST.memory} times the twin's`, ratio('memory') <= MOST.memory, ratio('memory').toFixed(2)),
  ]; // prettier-ignore
}
