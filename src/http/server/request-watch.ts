import type { Scheduler } from '../../core/scheduler.js';
import type { Due } from '../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { Watch } from '../../tonics/tcp/connection/watches/connection-watches.js';
import type { HttpSettings } from './http-server-options.js';

/** What has taken too long. */
export type TimeoutKind = 'head' | 'body' | 'bodyRate' | 'idle' | 'socket';

/** What a watch needs of its connection. */
export interface RequestWatched {
  readonly _ttScheduler: Scheduler;
  /** @internal */
  _ttProgress(sides: InterestSet): number;
  /** @internal */
  _ttss__judge(watch: Pick<Watch, 'judge'>): void;
  /** Whether the body is not being read now: then its peer is not late. @internal */
  readonly _ttIsReadingPaused: boolean;
  /** Whether received data waits to be parsed after earlier requests: then its peer is not late. @internal */
  readonly _ttHasUnreadInput: boolean;
  /** Whether a body is incomplete. @internal */
  readonly _ttIsInBody: boolean;
  readonly unsentBytes: number;
  /** Whether no request is in progress. @internal */
  readonly _ttIsIdle: boolean;
  /** @internal */
  _ttLate(what: TimeoutKind): void;
}

export type RequestTimes = Pick<HttpSettings, 'headersTimeout' | 'requestTimeout' | 'bodyRate'>;

/** A client is told one second less than the actual time, because its next request may be on the way. */
const KEEP_ALIVE_MARGIN = 1_000;
const ANY = Interest.READ | Interest.WRITE;

/**
 * The timeouts of the requests of a connection, with one timer. The timer is moved only to an earlier time, and checks
 * when it fires. So a request costs only a few assignments.
 */
export class RequestWatch implements Due {
  /** @internal */ at = Infinity;
  /** @internal */ slot = -1;
  readonly #watched: RequestWatched;
  readonly #times: RequestTimes;
  /** When the headers began to arrive; `NaN` if none are arriving. */
  #headAt = NaN;
  /** When the body began to arrive, and the bytes received since. */
  #bodyAt = NaN;
  #bodyBytes = 0;
  /** When the request of the arriving body began. */
  #requestAt = NaN;
  /** How long the socket may be inactive, as in `socket.setTimeout()` of Node; 0 for no limit. */
  #idleTimeout = 0;
  #idleSince = 0;
  #progress = 0;

  /** A connection has opened, and its first request is expected. */
  constructor(watched: RequestWatched, times: RequestTimes) {
    this.#watched = watched;
    this.#times = times;
    this.headBegins();
  }

  // ---- Beginnings and ends ----

  /** A part of the headers has arrived. */
  headBegins(): void {
    if (!Number.isNaN(this.#headAt)) return;
    this.#headAt = this.#now;
    this.#by(this.#headEnd);
  }

  /** The headers have arrived completely. */
  headEnded(): void {
    this.#headAt = NaN;
  }

  /** Bytes of a body have arrived, or 0 when the body begins. */
  bodyComes(bytes: number): void {
    this.#bodyBytes += bytes;
    if (!Number.isNaN(this.#bodyAt)) return;
    this.#requestAt = this.#now;
    this.#bodyAnew(this.#requestAt, bytes);
    this.#by(this.#bodyEnd);
  }

  bodyEnded(): void {
    this.#bodyAt = NaN;
  }

  /** As `socket.setTimeout()`: sets how long the socket may be inactive. */
  setIdleTimeout(ms: number): void {
    this.#idleTimeout = ms;
    if (ms === 0) return;
    this.#idleSince = this.#now;
    this.#progress = this.#watched._ttProgress(ANY);
    this.#by(this.#idleEnd);
  }

  stop(): void {
    this.#watched._ttScheduler.timers.remove(this);
    this.#headAt = this.#bodyAt = NaN;
    this.#idleTimeout = 0;
  }

  // ---- Checks ----

  /** @internal */
  fire(now: number): void {
    this.#notice(now);
    if (this.#lateAt(now) === undefined) this.#wait();
    // Perhaps the event loop was late, and not the peer: received data is handled first.
    else this.#watched._ttss__judge(this);
  }

  judge(): void {
    const now = this.#now;
    this.#notice(now);
    if (this.#watched._ttHasUnreadInput) this.#excuse(now);
    const late = this.#lateAt(now);
    if (late === 'socket' || late === 'idle') this.#idleTimeout = 0;
    else if (late !== undefined) this.headEnded();
    if (late !== undefined && late !== 'socket') this.bodyEnded();
    this.#wait();
    if (late !== undefined) this.#watched._ttLate(late);
  }

  /** Restarts the running timeouts. */
  #excuse(now: number): void {
    if (!Number.isNaN(this.#headAt)) this.#headAt = now;
    if (!Number.isNaN(this.#bodyAt)) this.#bodyAnew((this.#requestAt = now), 0);
    this.#idleSince = now;
  }

  /** Notices what has happened without a call. */
  #notice(now: number): void {
    if (!this.#watched._ttIsInBody) this.bodyEnded();
    if (this.#watched._ttIsReadingPaused && !Number.isNaN(this.#bodyAt)) this.#bodyAnew((this.#requestAt = now), 0);
    const progress = this.#watched._ttProgress(ANY);
    // While data leaves to a slow peer, the connection is not idle.
    const moves = progress !== this.#progress && (!this.#watched._ttIsIdle || this.#watched.unsentBytes > 0);
    if (moves) this.#idleSince = now;
    this.#progress = progress;
  }

  #lateAt(now: number): TimeoutKind | undefined {
    if (now >= this.#headEnd) return 'head';
    if (now >= this.#bodyEnd) return now >= this.#requestEnd ? 'body' : 'bodyRate';
    if (now >= this.#idleEnd) return this.#watched._ttIsIdle ? 'idle' : 'socket';
    return undefined;
  }

  get #headEnd(): number {
    const { headersTimeout } = this.#times;
    return headersTimeout === false || Number.isNaN(this.#headAt) ? Infinity : this.#headAt + headersTimeout;
  }

  get #bodyEnd(): number {
    const { bodyRate } = this.#times;
    if (Number.isNaN(this.#bodyAt)) return Infinity;
    if (bodyRate === false) return this.#requestEnd;
    return Math.min(this.#bodyAt + bodyRate.grace + (this.#bodyBytes / bodyRate.perSecond) * 1_000, this.#requestEnd);
  }

  get #requestEnd(): number {
    const { requestTimeout } = this.#times;
    return requestTimeout === false ? Infinity : this.#requestAt + requestTimeout;
  }

  get #idleEnd(): number {
    if (this.#idleTimeout === 0) return Infinity;
    return this.#idleSince + this.#idleTimeout + (this.#watched._ttIsIdle ? KEEP_ALIVE_MARGIN : 0);
  }

  #bodyAnew(now: number, came: number): void {
    this.#bodyAt = now;
    this.#bodyBytes = came;
  }

  // ---- Its timer ----

  get #now(): number {
    return this.#watched._ttScheduler.clock.now();
  }

  /** Makes the timer fire by then. */
  #by(end: number): void {
    if (this.slot >= 0 && this.at <= end) return;
    this.at = end;
    if (end < Infinity) this.#watched._ttScheduler.timers.add(this);
  }

  #wait(): void {
    this.at = Infinity;
    this.#by(Math.min(this.#headEnd, this.#bodyEnd, this.#idleEnd));
  }
}
