import { Duplex } from 'node:stream';
import { ConnectionDuplex } from './connection-duplex.js';

/** As Node has them: who replaces one, on a stream or for all, wants to see what passes. */
const { emit } = Duplex.prototype;
const { write } = ConnectionDuplex.prototype;

/**
 * A pipe from the stream of a connection to that of another one, or back to itself. While nothing but the pipe hears
 * what comes, no event needs to tell it: the bytes can be sent as they come, and nobody else has seen them.
 */
export class OwnPipe<S extends ConnectionDuplex> {
  readonly #from: S;
  readonly to: S;
  /** How it hears the data. */
  readonly #listener: unknown;

  private constructor(from: S, to: S, listener: unknown) {
    this.#from = from;
    this.to = to;
    this.#listener = listener;
  }

  /** @param pipe makes it. */
  static of<S extends ConnectionDuplex>(from: S, to: S, pipe: () => void): OwnPipe<S> | undefined {
    const before = from.rawListeners('data');
    pipe();
    const added = from.rawListeners('data').filter((listener) => !before.includes(listener));
    return added.length === 1 ? new OwnPipe(from, to, added[0]) : undefined;
  }

  /** Whether nothing else hears the data, nor sees what is written. */
  get isAlone(): boolean {
    const from = this.#from;
    const listeners = from.rawListeners('data');
    return listeners.length === 1 && listeners[0] === this.#listener && from.emit === emit && this.to.write === write;
  }
}
