// All peers of a program: they gather, act for the time that they have, and go.
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer } from './peer.mjs';
import { Times, newTally } from './tally.mjs';

/** @typedef {import('./peer.mjs').Kind} Kind */
/** @typedef {{ port: number, peers: number, seconds: number, drainSeconds: number, seed: number, kinds: string[] }} Options */

/** How often it looks whether it was busy with something else: so late an answer may have been seen. */
const LOOK_MS = 10;

export class Crowd {
  stopping = false;
  firstFault = '';
  requests = new Times();
  connects = new Times();
  longestTurnMs = 0;
  /** @type {Map<string, import('./tally.mjs').Tally>} */
  #tallies = new Map();
  /** @type {Peer[]} */
  #peers = [];

  /** @param {readonly Kind[]} kinds of which peer i is of kind i modulo their number @param {Options} options */
  constructor(kinds, options) {
    this.options = options;
    for (let i = 0; i < options.peers; i++) {
      const kind = /** @type {Kind} */ (kinds[i % kinds.length]);
      if (options.kinds.includes(kind.name)) this.#peers.push(new Peer(this, kind, i));
    }
  }

  /** @param {Kind} kind */
  tallyOf({ name, letter }) {
    const tally = this.#tallies.get(name) ?? newTally(letter);
    this.#tallies.set(name, tally);
    return tally;
  }

  /** @returns what is printed */
  async run() {
    const { peers, seconds, drainSeconds } = this.options;
    const from = performance.now();
    const gatherMs = Math.min(5_000, Math.max(200, peers / 2));
    const looks = this.#looks();
    const all = Promise.all(this.#peers.map((peer) => peer.live(gatherMs)));
    await sleep(gatherMs + seconds * 1_000);
    this.stopping = true;
    for (const peer of this.#peers) peer.stop();
    await Promise.race([all, sleep(drainSeconds * 1_000, null, { ref: false })]);
    for (const peer of this.#peers) peer.giveUp();
    clearInterval(looks);
    return this.#result((performance.now() - from) / 1_000);
  }

  #looks() {
    let before = performance.now();
    return setInterval(() => {
      const now = performance.now();
      this.longestTurnMs = Math.max(this.longestTurnMs, Math.round(now - before - LOOK_MS));
      before = now;
    }, LOOK_MS);
  }

  /** @param {number} seconds */
  #result(seconds) {
    const { user, system } = process.cpuUsage();
    const { firstFault, longestTurnMs, requests, connects } = this;
    const kinds = Object.fromEntries(this.#tallies);
    return { seconds, cpuShare: (user + system) / 1e6 / seconds, longestTurnMs, firstFault, kinds, requests, connects };
  }
}
