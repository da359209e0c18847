import type { Scheduler } from '../../core/scheduler.js';
import type { Due } from '../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../selector/interest.js';

/** What a heartbeat needs of its connection. */
export interface HeartbeatOwner {
  readonly _ttScheduler: Scheduler;
  /** Greater than 0 while nobody reads, so that the peer cannot be heard. */
  readonly _ttPauses: number;
  _ttProgress(sides: InterestSet): number;
  _ttss__judge(watch: { judge(): void }): void;
}

/** Carries out the decisions of a heartbeat. */
export interface HeartbeatLine {
  /** Sends a ping. */
  ping(): void;
  /** The peer has sent nothing for this many ms after the ping. */
  silent(ms: number): void;
}

/**
 * Sends a ping to a peer that is silent, and notices if nothing comes back. It checks once in each period, not for each
 * message.
 */
export class Heartbeat implements Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  readonly #owner: HeartbeatOwner;
  readonly #interval: number;
  readonly #timeout: number | false;
  readonly #line: HeartbeatLine;
  #seen: number;
  #isAsked = false;

  /** @param timeout how long the peer may take to send anything after a ping, in ms. */
  constructor(
    owner: HeartbeatOwner,
    line: HeartbeatLine,
    times: { readonly interval: number; readonly timeout: number | false },
  ) {
    this.#owner = owner;
    this.#line = line;
    this.#interval = times.interval;
    this.#timeout = times.timeout;
    this.#seen = owner._ttProgress(Interest.READ);
    this.#wait(this.#interval);
  }

  fire(): void {
    if (this.#hasSpoken) return this.#wait(this.#interval);
    // Received data is handled first: perhaps the event loop was late, and not the peer.
    if (this.#isAsked) return this.#owner._ttss__judge(this);
    this.#line.ping();
    this.#isAsked = this.#timeout !== false;
    return this.#wait(this.#timeout === false ? this.#interval : this.#timeout);
  }

  judge(): void {
    if (this.#hasSpoken) this.#wait(this.#interval);
    else this.#line.silent(this.#timeout as number);
  }

  stop(): undefined {
    this.#owner._ttScheduler.timers.remove(this);
    return undefined;
  }

  /** Whether something has arrived since the last check, or reading was paused. */
  get #hasSpoken(): boolean {
    const received = this.#owner._ttProgress(Interest.READ);
    const hasSpoken = received !== this.#seen || this.#owner._ttPauses !== 0;
    this.#seen = received;
    if (hasSpoken) this.#isAsked = false;
    return hasSpoken;
  }

  #wait(ms: number): void {
    const { clock, timers } = this.#owner._ttScheduler;
    this.at = clock.now() + ms;
    timers.add(this);
  }
}
