// What is counted for each kind of peers, and how long answers took: the same as in the C load (load/hostile.h).
import { bucketOf } from '../../../bench/lib/stats.mjs';

/** 128 buckets for each power of two, as in bench/load. */
const SUB_BITS = 7;

/** @param {string} letter the requests of its kind begin with it */
export const newTally = (letter) => ({
  letter,
  /** Connections that the kernel opened, tries that it did not, and those given up while they were under way. */
  connects: 0,
  failed: 0,
  unsure: 0,
  /** Connections that brought at least one byte. */
  heard: 0,
  requests: 0,
  /** Come back right and in order; otherwise, or unasked; not at all. */
  answers: 0,
  wrong: 0,
  lost: 0,
  /** Connections that the server ended although nothing was wrong with them. */
  cut: 0,
  /** By the server: with an end, with a reset. */
  ended: 0,
  reset: 0,
  /** Connections that the server had to end, and has not. */
  stayed: 0,
});

/** @typedef {ReturnType<typeof newTally>} Tally */

/** A histogram of times. */
export class Times {
  #total = 0;
  #longestNs = 0;
  /** @type {Map<number, number>} */
  #buckets = new Map();

  /** @param {number} ms */
  add(ms) {
    const ns = ms * 1e6;
    const bucket = bucketOf(ns, SUB_BITS);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#total++;
    this.#longestNs = Math.max(this.#longestNs, Math.round(ns));
  }

  toJSON() {
    const buckets = [...this.#buckets].sort((a, b) => a[0] - b[0]);
    return { total: this.#total, longestNs: this.#longestNs, subBits: SUB_BITS, buckets };
  }
}
