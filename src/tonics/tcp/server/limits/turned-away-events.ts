import type { Clock } from '../../../../core/time/clock.js';
import type { Due, TimerQueue } from '../../../../core/time/timer-queue.js';
import type { TurnedAway, TurnedAwayReason } from '../../../../selector/network.js';

/** Within so many ms so many are told one by one. */
const WINDOW = 1_000;
const MOST = 10;

/** Tells who was turned away, at a rate: a flood of peers must not become one of events. The rest of a second is one event for each reason. */
export class TurnedAwayEvents implements Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  readonly #means: { readonly clock: Clock; readonly timers: TimerQueue };
  readonly #tell: (peer: TurnedAway) => void;
  #since = -Infinity;
  #told = 0;
  /** The last one of each reason, and how many there were. */
  readonly #rest = new Map<TurnedAwayReason, TurnedAway & { count: number }>();

  constructor(means: { readonly clock: Clock; readonly timers: TimerQueue }, tell: (peer: TurnedAway) => void) {
    this.#means = means;
    this.#tell = tell;
  }

  add(peer: TurnedAway): void {
    const now = this.#means.clock.now();
    if (now - this.#since >= WINDOW) this.#begin(now);
    const count = peer.count ?? 1;
    if (this.#told < MOST) {
      this.#told++;
      return this.#tell(peer);
    }
    this.#rest.set(peer.reason, { ...peer, count: (this.#rest.get(peer.reason)?.count ?? 0) + count });
    if (this.slot >= 0) return undefined;
    this.at = this.#since + WINDOW;
    return this.#means.timers.add(this);
  }

  #begin(now: number): void {
    this.flush();
    this.#since = now;
    this.#told = 0;
  }

  /** @internal */
  fire(): void {
    this.flush();
    this.#since = -Infinity;
  }

  /** Tells what is still to be told. */
  flush(): void {
    this.#means.timers.remove(this);
    const rest = [...this.#rest.values()];
    this.#rest.clear();
    for (const peer of rest) this.#tell(peer);
  }
}
