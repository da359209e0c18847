import type { RemoteTonic } from './remote-tonic.js';

/** Numbers are used again after so many: the other side keeps no more. */
const MOST = 1_024;

/** Numbers for Tonics of third threads, whose orders are passed on: those of services do. */
export class ForeignSources {
  readonly #numbers = new Map<RemoteTonic, number>();
  readonly #byNumber: RemoteTonic[] = [];
  #next = 0;

  /** The number of one, from 0; `define` tells the other side of a new one. */
  numberOf(tonic: RemoteTonic, define: (tonic: RemoteTonic, number: number) => void): number {
    const known = this.#numbers.get(tonic);
    if (known !== undefined) return known;
    const number = this.#next;
    this.#next = (number + 1) % MOST;
    const before = this.#byNumber[number];
    if (before !== undefined) this.#numbers.delete(before);
    this.#byNumber[number] = tonic;
    this.#numbers.set(tonic, number);
    define(tonic, number);
    return number;
  }
}
