import type { Clock } from '../../../core/time/clock.js';
import type { Due, TimerQueue } from '../../../core/time/timer-queue.js';
import { graceFor } from '../late-loop.js';
import type { Seen, SeenLists } from './seen-lists.js';

/** Tells when somebody may have been idle for too long: one timer for all, which is set once for each period and not for each datagram. */
export class IdleTimer implements Due {
  at = Infinity;
  slot = -1;
  readonly #means: { readonly clock: Clock; readonly timers: TimerQueue };
  readonly #lists: Pick<SeenLists<Seen>, 'nextAt'>;
  readonly #tell: () => void;
  /** The loop was late, and what came meanwhile has had its time. */
  #waited = false;

  /** @param tell looks at who has been idle for too long, and says {@link set} then. */
  constructor(
    means: { readonly clock: Clock; readonly timers: TimerQueue },
    lists: Pick<SeenLists<Seen>, 'nextAt'>,
    tell: () => void,
  ) {
    this.#means = means;
    this.#lists = lists;
    this.#tell = tell;
  }

  /** Somebody may be due earlier than was known. */
  set(): void {
    const next = this.#lists.nextAt;
    if (next < Infinity && (this.slot < 0 || next < this.at)) this.#setFor(next);
  }

  fire(now: number): void {
    const grace = this.#waited ? 0 : graceFor(now - this.at);
    this.#waited = grace > 0;
    if (this.#waited) this.#setFor(now + grace);
    else this.#tell();
  }

  stop(): void {
    this.#means.timers.remove(this);
  }

  #setFor(at: number): void {
    this.#means.timers.remove(this);
    this.at = at;
    this.#means.timers.add(this);
  }
}
