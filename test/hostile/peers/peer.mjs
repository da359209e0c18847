// A peer: it comes, does what its kind does, and comes again, until the time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.mjs';

/** @typedef {import('./crowd.mjs').Crowd} Crowd */
/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} letter its requests begin with it
 * @property {(peer: Peer) => Promise<void>} visit what it does each time that it comes
 * @property {boolean} [waits] for all its answers, also when the others have gone: not one may be lost
 * @property {boolean} [timed] how long its answers take is measured
 * @property {boolean} [mayBeCut] the server is right to end its connections
 * @property {boolean} [held] the server must end its connections: it stays until then
 */

/** Numbers of a peer's requests begin at its index times this: no two peers ask with the same ones. */
const NUMBERS = 1_000_000;

export class Peer {
  /** @type {Connection | undefined} */
  #connection;
  #chance;
  /** It does not come any more. */
  isFinished = false;

  /** @param {Crowd} crowd @param {Kind} kind @param {number} index */
  constructor(crowd, kind, index) {
    this.crowd = crowd;
    this.kind = kind;
    this.index = index;
    this.next = index * NUMBERS;
    this.tally = crowd.tallyOf(kind);
    this.#chance = (crowd.options.seed * 0x9e3779b1 + index * 0x85ebca6b) >>> 0;
  }

  /** The time is over: nothing new is begun. */
  get stopping() {
    return this.crowd.stopping;
  }

  /** A whole number from `low` to `high`: the same in each run of the same seed. @param {number} low @param {number} high */
  chance(low, high) {
    this.#chance = (this.#chance + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#chance ^ (this.#chance >>> 15), 1 | this.#chance);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) % (high - low + 1));
  }

  /** @param {number} length @returns {Buffer} */
  randomBytes(length) {
    return Buffer.from(Array.from({ length }, () => this.chance(0, 255)));
  }

  /** @param {number} gatherMs how long all peers together take to come the first time */
  async live(gatherMs) {
    await sleep(this.chance(1, gatherMs));
    while (!this.stopping) {
      await this.kind.visit(this);
      if (this.#connection?.isClosed === false) this.#connection.vanish();
      if (!this.stopping) await sleep(this.chance(5, 50));
    }
    this.isFinished = true;
  }

  /** @returns {Promise<Connection | undefined>} none where it could not be opened */
  async connect() {
    const connection = new Connection(this);
    this.#connection = connection;
    return (await connection.until(() => connection.isOpened)) ? connection : undefined;
  }

  /** The time is over. Who waits for answers, or for the server to end its connection, stays. */
  stop() {
    if (!this.kind.waits && !this.kind.held) this.#connection?.vanish();
  }

  /** What it has waited for has not come. */
  giveUp() {
    if (this.isFinished) return;
    if (this.kind.waits) this.tally.lost += Math.max(1, this.#connection?.missing ?? 0);
    if (this.kind.held) this.tally.stayed++;
    if (this.#connection?.isOpened === false) this.tally.unsure++;
    this.fault(this.kind.held ? 'was not ended by the server' : 'waited for answers until the end');
  }

  /** @param {string} what */
  wrong(what) {
    this.tally.wrong++;
    this.fault(what);
  }

  /** @param {string} what */
  failed(what) {
    this.tally.failed++;
    this.fault(what);
  }

  /** @param {string} what */
  fault(what) {
    this.crowd.firstFault ||= `${this.kind.name} peer ${this.index}: ${what}`;
  }
}
