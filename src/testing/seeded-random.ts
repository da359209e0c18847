import type { Random } from '../core/time/random.js';

/**
 * A stream of random numbers that its seed decides: xoshiro128** (https://prng.di.unimi.it), its state filled by splitmix32.
 *
 * Not for secrets.
 */
export class SeededRandom implements Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed a whole number; its lower 32 bits count. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    const fill = splitmix32(this.seed);
    [this.#a, this.#b, this.#c, this.#d] = [fill(), fill(), fill(), fill()];
  }

  /** A number from 0 up to, but not including, 1, with 53 random bits. */
  next(): number {
    return ((this.#bits() >>> 5) * 0x400_0000 + (this.#bits() >>> 6)) / 0x20_0000_0000_0000;
  }

  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Puts a list in another order, in place (Fisher and Yates). */
  shuffle(list: unknown[]): void {
    for (let left = list.length; left > 1; left--) {
      const at = this.below(left);
      const last = list[left - 1];
      list[left - 1] = list[at];
      list[at] = last;
    }
  }

  /**
   * A stream of its own for one purpose. It depends on the seed and the label alone: how much is drawn here, or from other forks,
   * shifts nothing in it.
   */
  fork(label: string): SeededRandom {
    return new SeededRandom(splitmix32(this.seed ^ hash(label))());
  }

  #bits(): number {
    const bits = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return bits >>> 0;
  }
}

function rotate(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let sum = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x0100_0193);
  return sum;
}
