import { afterMicrotasks } from '../real-time.js';

/** How many check phases in a row must bring nothing, before what Node does by itself is taken for done: streams hand on over some of them. */
const QUIET = 6;

/**
 * What Node does by itself in the machine's time, and a simulated network waits for: the handshakes and ciphers of TLS. While there is some, the
 * world is held, so nothing of that falls between two of its steps by chance: the same seed gives the same order.
 */
export class MachineWork {
  readonly #hold: ((something: Promise<unknown>) => unknown) | undefined;
  #left = 0;

  constructor(hold: ((something: Promise<unknown>) => unknown) | undefined) {
    this.#hold = hold;
  }

  /** Something begins, or has happened: more may follow. */
  readonly goesOn = (): void => {
    const isHeld = this.#left > 0;
    this.#left = QUIET;
    if (!isHeld) this.#hold?.(this.#rest());
  };

  /** Calls it in a phase of the loop of its own, as Node calls what the kernel brings. */
  soon(then: () => void): void {
    this.goesOn();
    void afterMicrotasks().then(() => {
      this.goesOn();
      then();
    });
  }

  async #rest(): Promise<void> {
    while (this.#left > 0) {
      await afterMicrotasks();
      this.#left--;
    }
  }
}
