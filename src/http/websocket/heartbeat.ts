import type { Scheduler } from '../../core/scheduler.js';
import type { Due } from '../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../selector/interest.js';

/** What a heartbeat sees of its WebSocket. */
export interface HeartbeatOwner {
  readonly _ttScheduler: Scheduler;
  /** Whether the peer could not be heard now, since nobody reads. */
  readonly _ttPauses: number;
  _ttProgress(sides: InterestSet): number;
  _ttss__judge(watch: { judge(): void }): void;
}

/** What a heartbeat does. */
export interface HeartbeatLine {
  /** Asks the peer whether it is there. */
  ping(): void;
  /** It has sent nothing for so many ms after that. */
  silent(ms: number): void;
}

/** Asks a peer that sends nothing whether it is there: one look at the clock for each period, not for each message. */
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
    // What has come meanwhile is looked at first: the loop may have been late, and not the peer.
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

  /** Whether something came since the last look, or nobody could have heard it. */
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
