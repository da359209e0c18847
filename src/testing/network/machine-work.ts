import { afterMicrotasks } from '../real-time.js';

/**
 * After this many check phases without work, Node's own work counts as done: streams pass data on over several phases.
 */
const QUIET = 6;

/**
 * Work that Node does in real time, such as the handshakes and ciphers of TLS. While there is some, the simulation
 * waits, so the result does not depend on real time: the same seed gives the same order.
 */
export class MachineWork {
  readonly #hold: ((something: Promise<unknown>) => unknown) | undefined;
  #left = 0;

  constructor(hold: ((something: Promise<unknown>) => unknown) | undefined) {
    this.#hold = hold;
  }

  /** Work has begun or happened; more may follow. */
  readonly goesOn = (): void => {
    const isHeld = this.#left > 0;
    this.#left = QUIET;
    if (!isHeld) this.#hold?.(this.#rest());
  };

  /** Calls a function in a phase of its own, as Node does with events of the kernel. */
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
