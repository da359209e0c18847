// A field is what peers speak, and how: the servers, the load, and what must hold there besides.
import { fileURLToPath } from 'node:url';

/** @typedef {import('../one-run.mjs').Run} Run */
/**
 * @typedef {object} Field
 * @property {string} title
 * @property {readonly string[]} ours the program of our server, in servers/, and its arguments
 * @property {readonly string[]} twin that of the raw one
 * @property {readonly string[]} load the command of the peers
 * @property {readonly string[]} waiting kinds of which not one answer may be lost; they have a program of their own, so that their clocks do not wait for the others
 * @property {readonly string[]} hostile the other kinds
 * @property {readonly string[]} ruled those of them that may not be cut off
 * @property {readonly string[]} held those that the server must end
 * @property {{ peers: number, seconds: number, drainSeconds?: number }} taste a little of all first: what a server has compiled and keeps after this is no leak
 * @property {{ peers: number, seconds: number }} full what a run is where nothing else was said
 * @property {{ peers: number, seconds: number }} short the same for CI
 * @property {(run: Run) => import('../judging.mjs').Judgement[]} judge what must hold besides
 */

/** @param {string} name in test/hostile */
export const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * What kinds that are written in JavaScript say of themselves.
 * @param {readonly import('../peers/peer.mjs').Kind[]} kinds
 */
export function groupsOf(kinds) {
  const names = (/** @type {(kind: import('../peers/peer.mjs').Kind) => unknown} */ holds) =>
    kinds.filter(holds).map(({ name }) => name);
  return {
    waiting: names(({ waits }) => waits),
    hostile: names(({ waits }) => !waits),
    ruled: names(({ waits, mayBeCut }) => !waits && !mayBeCut),
    held: names(({ held }) => held),
    taste: { peers: 6 * kinds.length, seconds: 0.7, drainSeconds: 0.5 },
    full: { peers: 50 * kinds.length, seconds: 30 },
    short: { peers: 12 * kinds.length, seconds: 2 },
  };
}
