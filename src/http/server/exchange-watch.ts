import type { Scheduler } from '../../core/scheduler.js';
import type { Due } from '../../core/time/timer-queue.js';
import type { HttpExchange } from './exchange.js';

/** What the watch needs of a connection. */
export interface WatchedExchanges {
  readonly _ttScheduler: Scheduler;
  /** Exchanges that may still be open, the oldest first. */
  readonly _ttExchanges: Iterable<HttpExchange>;
  /** The number of received bytes. If it grows, more of a body is arriving. */
  readonly _ttReceived: number;
}

/**
 * Answers exchanges with 503 that were not answered in time. It checks a connection once in each period, and not at all
 * while it has no open exchange.
 */
export class ExchangeWatch implements Due {
  at = Infinity;
  slot = -1;
  readonly #watched: WatchedExchanges;
  readonly #timeout: number;

  /** @param timeout how long an answer may take, in ms. */
  constructor(watched: WatchedExchanges, timeout: number) {
    this.#watched = watched;
    this.#timeout = timeout;
  }

  /** An exchange has begun. */
  begins(exchange: HttpExchange): void {
    const { clock, timers } = this.#watched._ttScheduler;
    exchange._ttSince = clock.now();
    if (this.slot >= 0) return;
    this.at = exchange._ttSince + this.#timeout;
    timers.add(this);
  }

  fire(now: number): void {
    let next = Infinity;
    for (const exchange of this.#watched._ttExchanges) {
      if (!exchange.open) continue;
      this.#look(exchange, now);
      if (exchange.open) next = Math.min(next, exchange._ttSince + this.#timeout);
    }
    if (next === Infinity) return;
    this.at = next;
    this.#watched._ttScheduler.timers.add(this);
  }

  #look(exchange: HttpExchange, now: number): void {
    const { _ttReceived: received } = this.#watched;
    // The body is still arriving: the time begins again.
    if (!exchange.request.complete && received !== exchange._ttSeen) exchange._ttSince = now;
    exchange._ttSeen = received;
    if (now >= exchange._ttSince + this.#timeout) exchange._ttTimedOut(this.#timeout);
  }

  stop(): void {
    this.#watched._ttScheduler.timers.remove(this);
  }
}
