// What judgements are made of. A judgement is a sentence that is true or not, and the figures that say so.

/** @typedef {import('./one-run.mjs').Run} Run */
/** @typedef {import('./one-run.mjs').KindCounts} KindCounts */
/** @typedef {{ what: string, holds: boolean, figures: string }} Judgement */

/** @param {string} what @param {boolean} holds @param {string} figures @returns {Judgement} */
export const judge = (what, holds, figures) => ({ what, holds, figures });

/** Nothing that this kind has asked for is missing. @param {KindCounts} kind */
export const whole = ({ requests, answers, wrong, lost, cut }) =>
  answers > 0 && answers === requests && wrong === 0 && lost === 0 && cut === 0;

/** @param {KindCounts} kind */
export const counts = ({ requests, answers, lost, wrong, cut, reset }) =>
  `asked ${requests}, heard ${answers}, lost ${lost}, wrong ${wrong}, cut off ${cut} (reset ${reset})`;

/** What was counted for each kind. @param {Run} run @returns {(name: string) => KindCounts} */
export function kindsOf({ measured, hostile }) {
  const kinds = { ...measured.kinds, ...hostile.kinds };
  return (name) => /** @type {KindCounts} */ (kinds[name]);
}

/** The sum of it over all kinds. @param {Run} run @param {keyof KindCounts} what */
export const overAll = ({ measured, hostile }, what) =>
  sum([measured, hostile].flatMap(({ kinds }) => Object.values(kinds).map((kind) => Number(kind[what]))));

/** The requests of this kind that the server has answered. @param {Run} run @param {KindCounts} kind */
export const requestsOf = ({ before, after }, { letter }) =>
  (after.requests[letter] ?? 0) - (before.requests[letter] ?? 0);

/** @param {Run['after']} books */
export const turnedAway = (books) => sum(Object.values(books.turnedAway ?? {}));

/** By why, where there are some. @param {Record<string, number> | undefined} numbers */
export const reasons = (numbers = {}) =>
  Object.entries(numbers).filter(([, count]) => count > 0).map(([why, count]) => `${why} ${count}`).join(', ') || 'none'; // prettier-ignore

/** How the connections of this kind have ended, by why. @param {Run} run @param {KindCounts} kind @returns {Record<string, number>} */
export function endsOf({ before, after }, { letter }) {
  const were = before.ended[letter] ?? {};
  const ends = Object.entries(after.ended[letter] ?? {}).map(([why, count]) => [why, count - (were[why] ?? 0)]);
  return Object.fromEntries(ends.filter(([, count]) => Number(count) > 0));
}

/** @param {Run['after']} books */
export const endings = ({ ended }) => sum(Object.values(ended).flatMap((byWhy) => Object.values(byWhy)));

/** @param {number[]} numbers */
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @param {number} bytes */
export const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
