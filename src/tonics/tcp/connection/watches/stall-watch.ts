import type { Due } from '../../../../core/time/timer-queue.js';
import { Interest } from '../../../../selector/interest.js';
import type { Watched } from './connection-watches.js';

/** With more bytes than this unsent the kernel has taken what it can: from then on it is watched whether some leave. */
export const STALL_FROM = 65_536;
/** How often it is looked at within the time that is allowed. */
const LOOKS = 4;

/** What a stall watch sees of its connection. */
export interface StallWatched extends Watched {
  readonly _ttChannel: { readonly unsent: number } | undefined;
  /** None of what is unsent has left for so long. @internal */
  _ttStalled(ms: number): void;
  /** Nothing is unsent any more. @internal */
  _ttFlows(): void;
}

/** Tells that nothing leaves of what a connection has to send: a few looks at its clock, and none for each send. */
export class StallWatch implements Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  readonly #watched: StallWatched;
  readonly #timeout: number;
  #progress: number;
  #movedAt: number;

  constructor(watched: StallWatched, timeout: number) {
    this.#watched = watched;
    this.#timeout = timeout;
    this.#progress = watched._ttProgress(Interest.WRITE);
    this.#movedAt = watched._ttScheduler.clock.now();
    this.#wait(this.#movedAt);
  }

  fire(now: number): void {
    const progress = this.#watched._ttProgress(Interest.WRITE);
    if ((this.#watched._ttChannel?.unsent ?? 0) === 0) return this.#watched._ttFlows();
    if (progress !== this.#progress) this.#movedAt = now;
    this.#progress = progress;
    // The loop may have been late, and not the peer: what has happened meanwhile is looked at first.
    if (now >= this.#movedAt + this.#timeout) this.#watched._ttss__judge(this);
    else this.#wait(now);
  }

  judge(): void {
    const { clock } = this.#watched._ttScheduler;
    if ((this.#watched._ttChannel?.unsent ?? 0) === 0) return this.#watched._ttFlows();
    if (this.#watched._ttProgress(Interest.WRITE) === this.#progress) return this.#watched._ttStalled(this.#timeout);
    this.#progress = this.#watched._ttProgress(Interest.WRITE);
    this.#movedAt = clock.now();
    return this.#wait(this.#movedAt);
  }

  stop(): undefined {
    this.#watched._ttScheduler.timers.remove(this);
    return undefined;
  }

  #wait(now: number): void {
    this.at = Math.min(now + this.#timeout / LOOKS, this.#movedAt + this.#timeout);
    this.#watched._ttScheduler.timers.add(this);
  }
}
