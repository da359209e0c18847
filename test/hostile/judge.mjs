// What must hold after a run. A judgement is a sentence that is true or not, and the figures that say so.
import { HEAP_SLACK } from './one-run.mjs';

/** @typedef {import('./one-run.mjs').Run} Run */
/** @typedef {import('./one-run.mjs').KindCounts} KindCounts */
/** @typedef {{ what: string, holds: boolean, figures: string }} Judgement */

/** How good a time must be beside the twin's, and from where on its slowest answers count as stuck. */
const MOST = { p50: 1.1, memory: 1.1, stuckNs: 5e9, stuckShare: 1 / 50, p99: 1.1 };

/** How these peers always leave. */
const RIGHT_ENDS = /** @type {const} */ ([
  ['good', 'peerEnded'],
  ['half-closing', 'peerEnded'],
  ['resetting', 'peerReset'],
]);

/** @param {Run} run @returns {Judgement[]} */
export function judgeResults(run) {
  const { measured, hostile, before, after } = run;
  const kinds = { ...measured.kinds, ...hostile.kinds };
  const of = (/** @type {string} */ name) => /** @type {KindCounts} */ (kinds[name]);
  const all = (/** @type {keyof KindCounts} */ what) => sum(Object.values(kinds).map((kind) => Number(kind[what])));
  const rules = ['slow', 'dripping', 'flooding', 'idle'].map(of);
  const connections = after.accepted + turnedAway(after) - before.accepted - turnedAway(before);
  const grown = after.heap - before.heap;
  return [
    judge('good peers hear each answer, once and in order', whole(of('good')), counts(of('good'))),
    judge(
      'half-closing peers hear all answers, and then the end',
      whole(of('half-closing')),
      counts(of('half-closing')),
    ),
    judge(
      'no peer hears what it has not asked for',
      all('wrong') === 0,
      `${all('wrong')} wrong, ${all('answers')} right`,
    ),
    judge(
      'who is slow, drips, floods or is idle is not cut off',
      rules.every(({ cut }) => cut === 0),
      ['slow', 'dripping', 'flooding', 'idle'].map((name) => `${name} ${of(name).cut}`).join(', '),
    ),
    judge(
      'the server took those connections that the kernel opened, and no others',
      all('failed') === 0 && connections >= all('connects') && connections <= all('connects') + all('unsure'),
      `taken ${connections}; opened ${all('connects')}, under way at the end ${all('unsure')}, failed ${all('failed')}`,
    ),
    judge(
      'nobody was turned away',
      turnedAway(after) === 0,
      Object.entries(after.turnedAway ?? {}).map(([why, n]) => `${why} ${n}`).join(', ') || 'none', // prettier-ignore
    ),
    judge(
      'the server has answered as many requests as these peers heard answers',
      ['good', 'half-closing'].every((name) => requestsOf(run, of(name)) === of(name).answers),
      ['good', 'half-closing'].map((name) => `${name} ${requestsOf(run, of(name))} and ${of(name).answers}`).join(', '),
    ),
    judge(
      'each accepted connection was connected, and is open or has ended for a reason',
      after.connected === after.accepted && after.accepted === after.open + endings(after),
      `accepted ${after.accepted}, connected ${after.connected}, open ${after.open}, ended ${endings(after)}`,
    ),
    judge(
      'an end is told as an end, and a reset as a reset',
      RIGHT_ENDS.every(([name, reason]) =>
        Object.keys(after.ended[of(name).letter] ?? {}).every((told) => told === reason),
      ),
      RIGHT_ENDS.map(([name]) => `${name} ${reasons(after.ended[of(name).letter] ?? {})}`).join('; '),
    ),
    judge('protocols threw at garbage, and it was counted', after.failed > before.failed, `failed ${after.failed}`),
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
    judge('the heap is back', grown < HEAP_SLACK, `${mib(after.heap)}, ${mib(before.heap)} before`),
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

/** @param {string} what @param {boolean} holds @param {string} figures @returns {Judgement} */
const judge = (what, holds, figures) => ({ what, holds, figures });

/** @param {KindCounts} kind */
const whole = ({ requests, answers, wrong, lost, cut }) =>
  answers > 0 && answers === requests && wrong === 0 && lost === 0 && cut === 0;

/** @param {KindCounts} kind */
const counts = ({ requests, answers, lost, wrong, cut, reset }) =>
  `asked ${requests}, heard ${answers}, lost ${lost}, wrong ${wrong}, cut off ${cut} (reset ${reset})`;

/** @param {Run} run @param {KindCounts} kind */
const requestsOf = ({ before, after }, { letter }) => (after.requests[letter] ?? 0) - (before.requests[letter] ?? 0);

/** @param {Run['after']} books */
const turnedAway = (books) => sum(Object.values(books.turnedAway ?? {}));

/** @param {Run['after']} books */
const endings = ({ ended }) => sum(Object.values(ended).flatMap((reasons) => Object.values(reasons)));

/** @param {Record<string, number>} ended */
const reasons = (ended) => Object.entries(ended).map(([reason, count]) => `${reason} ${count}`).join(', '); // prettier-ignore

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @param {number} bytes */
const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
