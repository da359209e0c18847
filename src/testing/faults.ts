import type { Clock } from '../core/time/clock.js';
import type { SeededRandom } from './seeded-random.js';
import { inFewWords } from './in-few-words.js';
import { Ring } from './trace.js';

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
 * Every fault that chance injects is asked for here, so that a run that fails can be run again with some of them left out.
 *
 * Whoever injects draws from a stream of its own for each place, and draws whether or not the fault is allowed: to leave one out
 * shifts none of the others.
 */
export class Faults {
  readonly #allowed: (fault: Fault) => boolean;
  readonly #injected = new Ring<Fault>(MOST_KEPT);

  constructor(allowed: (fault: Fault) => boolean = () => true) {
    this.#allowed = allowed;
  }

  /** The faults that were injected so far, the newest 100,000. */
  get injected(): readonly Fault[] {
    return [...this.#injected];
  }

  /** Whether the fault is to happen; bound, so that it can be handed on. */
  readonly inject = (fault: Fault): boolean => {
    const happens = this.#allowed(fault);
    if (happens) this.#injected.push(fault);
    return happens;
  };
}

/** Throws the dice for the faults of a test's own: one for each place, so that none shifts another. */
export class TestDice {
  readonly #faults: Faults;
  readonly #random: SeededRandom;
  readonly #clock: Clock;
  readonly #places = new Map<string, { readonly random: SeededRandom; index: number }>();

  constructor(faults: Faults, random: SeededRandom, clock: Clock) {
    this.#faults = faults;
    this.#random = random;
    this.#clock = clock;
  }

  /** Whether a fault with such a probability happens now. */
  strikes(probability: number, kind: string, what: string): boolean {
    const name = `${kind}/${what}`;
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = { random: this.#random.fork(name), index: 0 }));
    const index = place.index++;
    return place.random.next() < probability && this.#faults.inject({ kind, what, index, at: this.#clock.now() });
  }
}

/** What one fault is known by from run to run: not by its time, which the absence of another one may shift. */
export function faultKey({ kind, what, index }: Fault): string {
  return `${kind}/${what}/${index}`;
}

function faultText({ kind, what, index }: Fault): string {
  return what === '' ? `${kind} #${index}` : `${kind} #${index} of ${what}`;
}

/** Many of them in few words. */
export function faultsText(faults: readonly Fault[]): string {
  return inFewWords(faults, faultText, ({ kind }) => kind);
}
