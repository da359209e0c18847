import type { Clock } from '../../../core/time/clock.js';
import type { Due, TimerQueue } from '../../../core/time/timer-queue.js';

/**
 * A connection that goes on under TLS: `asked`: what was given before is still to be sent; `leaving`: it is handed over, and not all has left;
 * `handshake`: the two agree.
 */
export type UpgradeStep = 'asked' | 'leaving' | 'handshake';

/** What a connection keeps while it goes on under TLS. */
export class Upgrade implements Due {
  at = 0;
  slot = -1;
  step: UpgradeStep = 'asked';
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
