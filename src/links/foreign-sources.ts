import type { RemoteTonic } from './remote-tonic.js';

/** After this many numbers the oldest is used again; the other side remembers no more. */
const MOST = 1_024;

/** Numbers the Tonics of third threads whose orders are forwarded. Services forward orders. */
export class ForeignSources {
  readonly #numbers = new Map<RemoteTonic, number>();
  readonly #byNumber: RemoteTonic[] = [];
  #next = 0;

  /** The number of a Tonic, from 0; `define` announces a new one to the other side. */
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
