import type { Clock } from '../core/time/clock.js';
import type { SeededRandom } from './seeded-random.js';
import { shortList } from './short-list.js';
import { RingBuffer } from './trace.js';

/** Something that goes wrong by chance: a lost datagram, a connection that is reset, a peer that stalls. */
export interface Fault {
  /** Such as `loss` or `reset`. */
  readonly kind: string;
  /** What it befalls, such as a connection. */
  readonly what: string;
  /** Which of its kind there it is, from 1. */
  readonly index: number;
  /** The virtual time, in ms since the world began. */
  readonly at: number;
}

const MOST_KEPT = 100_000;

/**
 * Decides about every random fault, so that a failed run can be repeated without some of them.
 *
 * Each place has a random stream of its own, and draws a number whether or not the fault is allowed. So leaving one
 * fault out changes no other one.
 */
export class Faults {
  readonly #allowed: (fault: Fault) => boolean;
  readonly #injected = new RingBuffer<Fault>(MOST_KEPT);

  constructor(allowed: (fault: Fault) => boolean = () => true) {
    this.#allowed = allowed;
  }

  /** The faults that were injected so far, the newest 100,000. */
  get injected(): readonly Fault[] {
    return [...this.#injected];
  }

  /** Whether a fault must happen; bound, so that it can be passed on. */
  readonly inject = (fault: Fault): boolean => {
    const happens = this.#allowed(fault);
    if (happens) this.#injected.push(fault);
    return happens;
  };
}

/** Draws the faults of the test itself, with a random stream for each place. */
export class TestFaults {
  readonly #faults: Faults;
  readonly #random: SeededRandom;
  readonly #clock: Clock;
  readonly #places = new Map<string, { readonly random: SeededRandom; index: number }>();

  constructor(faults: Faults, random: SeededRandom, clock: Clock) {
    this.#faults = faults;
    this.#random = random;
    this.#clock = clock;
  }

  /** Whether a fault with this probability happens now. */
  strikes(probability: number, kind: string, what: string): boolean {
    const name = `${kind}/${what}`;
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = { random: this.#random.fork(name), index: 0 }));
    const index = place.index++;
    return place.random.next() < probability && this.#faults.inject({ kind, what, index, at: this.#clock.now() });
  }
}

/** Identifies a fault in several runs: not by its time, which depends on other faults. */
export function faultKey({ kind, what, index }: Fault): string {
  return `${kind}/${what}/${index}`;
}

function faultText({ kind, what, index }: Fault): string {
  return what === '' ? `${kind} #${index}` : `${kind} #${index} of ${what}`;
}

/** A short text for many faults. */
export function faultsText(faults: readonly Fault[]): string {
  return shortList(faults, faultText, ({ kind }) => kind);
}
