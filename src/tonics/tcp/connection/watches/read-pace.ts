import type { Scheduler } from '../../../../core/scheduler.js';
import type { Due } from '../../../../core/time/timer-queue.js';
import { type Bucket, type Rate, TokenBucket } from '../../../../core/time/token-bucket.js';
import { Pause } from '../pause.js';

/** What it sees of its connection. */
export interface Paced {
  readonly _ttScheduler: Scheduler;
  /** @internal */ _ttPause(reason: number): void;
  /** @internal */ _ttResume(reason: number): void;
}

/**
 * Holds the reading of a connection to a rate of its own, and to one that it shares with others. What a read has brought is there already: so the
 * next one waits until that is made up for. The kernel's window holds the peer back meanwhile.
 */
export class ReadPace implements Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  readonly #paced: Paced;
  readonly #own: TokenBucket | undefined;
  readonly #shared: Bucket | undefined;

  constructor(paced: Paced, own: Rate | undefined, shared: Bucket | undefined) {
    this.#paced = paced;
    this.#own = own && new TokenBucket(own, paced._ttScheduler.clock);
    this.#shared = shared;
  }

  /** So many bytes were read. */
  took(bytes: number): void {
    const wait = Math.max(this.#own?.take(bytes) ?? 0, this.#shared?.take(bytes) ?? 0);
    if (wait === 0) return;
    const { clock, timers } = this.#paced._ttScheduler;
    this.at = clock.now() + wait;
    timers.add(this);
    this.#paced._ttPause(Pause.rate);
  }

  /** @internal */
  fire(): void {
    this.#paced._ttResume(Pause.rate);
  }

  stop(): undefined {
    this.#paced._ttScheduler.timers.remove(this);
    return undefined;
  }
}
