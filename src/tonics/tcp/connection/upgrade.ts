import type { Clock } from '../../../core/time/clock.js';
import type { Due, TimerQueue } from '../../../core/time/timer-queue.js';

/** What a connection keeps while it goes on under TLS. */
export class Upgrade implements Due {
  at = 0;
  slot = -1;
  /** The handshake is under way; before that the answers in front of it are still to be given. */
  begun = false;
  /** Bytes that came before, and belong to the handshake. */
  readonly rest: Uint8Array | undefined;
  readonly #timers: TimerQueue;
  readonly #tooLate: () => void;
  #looked = false;

  constructor(
    { clock, timers }: { readonly clock: Clock; readonly timers: TimerQueue },
    timeout: number,
    rest: Uint8Array | undefined,
    tooLate: () => void,
  ) {
    this.rest = rest;
    this.#timers = timers;
    this.#tooLate = tooLate;
    this.at = clock.now() + timeout;
    timers.add(this);
  }

  /** The loop may have been late, and not the peer: what has come is looked at first. */
  fire(now: number): void {
    if (this.#looked) return this.#tooLate();
    this.#looked = true;
    this.at = now + 1;
    this.#timers.add(this);
  }

  stop(): undefined {
    this.#timers.remove(this);
    return undefined;
  }
}
