import type { Clock } from '../../../../core/time/clock.js';
import type { Due, TimerQueue } from '../../../../core/time/timer-queue.js';

/** Within so many ms so many are told one by one. */
const WINDOW = 1_000;
const MOST = 10;

/** What is told of somebody who was turned away. */
interface Told {
  readonly reason: string;
  readonly count?: number;
}

/** Tells who was turned away, at a rate: a flood of peers must not become one of events. The rest of a second is one event for each reason. */
export class TurnedAwayEvents<T extends Told> implements Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  readonly #dependencies: { readonly clock: Clock; readonly timers: TimerQueue };
  readonly #tell: (peer: T) => void;
  #since = -Infinity;
  #told = 0;
  /** The last one of each reason, and how many there were. */
  readonly #rest = new Map<string, T & { count: number }>();

  constructor(dependencies: { readonly clock: Clock; readonly timers: TimerQueue }, tell: (peer: T) => void) {
    this.#dependencies = dependencies;
    this.#tell = tell;
  }

  add(peer: T): void {
    const now = this.#dependencies.clock.now();
    if (now - this.#since >= WINDOW) this.#begin(now);
    const count = peer.count ?? 1;
    if (this.#told < MOST) {
      this.#told++;
      return this.#tell(peer);
    }
    this.#rest.set(peer.reason, { ...peer, count: (this.#rest.get(peer.reason)?.count ?? 0) + count });
    if (this.slot >= 0) return undefined;
    this.at = this.#since + WINDOW;
    return this.#dependencies.timers.add(this);
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
    this.#dependencies.timers.remove(this);
    const rest = [...this.#rest.values()];
    this.#rest.clear();
    for (const peer of rest) this.#tell(peer);
  }
}
