import type { Scheduler } from '../../core/scheduler.js';
import type { Due } from '../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { Watch } from '../../tonics/tcp/connection/watches/connection-watches.js';
import type { HttpSettings } from './http-server-options.js';

/** What has taken too long. */
export type Late = 'head' | 'body' | 'bodyRate' | 'rest' | 'socket';

/** What a watch over requests sees of its connection. */
export interface RequestWatched {
  readonly _ttScheduler: Scheduler;
  /** @internal */
  _ttProgress(sides: InterestSet): number;
  /** @internal */
  _ttss__judge(watch: Pick<Watch, 'judge'>): void;
  /** The body of a request is not read just now: that is not its peer's fault. @internal */
  readonly _ttReadsNot: boolean;
  /** Something has come and was not read yet, since others were before it: that is not its peer's fault either. @internal */
  readonly _ttIsBehind: boolean;
  /** A request has come whose body is not whole. @internal */
  readonly _ttIsInBody: boolean;
  readonly unsentBytes: number;
  /** No request is under way. @internal */
  readonly _ttRests: boolean;
  /** @internal */
  _ttLate(what: Late): void;
}

export type RequestTimes = Pick<HttpSettings, 'headersTimeout' | 'requestTimeout' | 'bodyRate'>;

/** What a client is told is a second less than what it has: its next request may be under way. */
const TOLD_LESS = 1_000;
const ANY = Interest.READ | Interest.WRITE;

/**
 * The times of one connection's requests, with one timer: it is set where a time begins that ends before it, and looks then. So a request costs it a few writes of
 * fields.
 */
export class RequestWatch implements Due {
  /** @internal */ at = Infinity;
  /** @internal */ slot = -1;
  readonly #watched: RequestWatched;
  readonly #times: RequestTimes;
  /** Since when a head comes; `NaN` while none does. */
  #headAt = NaN;
  /** The same of a body, with the bytes that have come since. */
  #bodyAt = NaN;
  #came = 0;
  /** Since when the request whose body comes does. */
  #requestAt = NaN;
  /** How long the socket may be still, as `socket.setTimeout()` of Node; 0 for ever. */
  #stillFor = 0;
  #stillAt = 0;
  #progress = 0;

  /** A connection is there, and its first head is to come. */
  constructor(watched: RequestWatched, times: RequestTimes) {
    this.#watched = watched;
    this.#times = times;
    this.headBegins();
  }

  // ---- What begins and ends ----

  /** A part of a head has come. */
  headBegins(): void {
    if (!Number.isNaN(this.#headAt)) return;
    this.#headAt = this.#now;
    this.#by(this.#headEnd);
  }

  /** A head has come, and was read. */
  headEnded(): void {
    this.#headAt = NaN;
  }

  /** So many bytes have come, of a head whose body is still to come, or of that. */
  bodyComes(bytes: number): void {
    this.#came += bytes;
    if (!Number.isNaN(this.#bodyAt)) return;
    this.#requestAt = this.#now;
    this.#bodyAnew(this.#requestAt, bytes);
    this.#by(this.#bodyEnd);
  }

  bodyEnded(): void {
    this.#bodyAt = NaN;
  }

  /** As `socket.setTimeout()`: from now on it may be still for so long. */
  mayBeStill(ms: number): void {
    this.#stillFor = ms;
    if (ms === 0) return;
    this.#stillAt = this.#now;
    this.#progress = this.#watched._ttProgress(ANY);
    this.#by(this.#stillEnd);
  }

  stop(): void {
    this.#watched._ttScheduler.timers.remove(this);
    this.#headAt = this.#bodyAt = NaN;
    this.#stillFor = 0;
  }

  // ---- What is looked at ----

  /** @internal */
  fire(now: number): void {
    this.#notice(now);
    if (this.#lateAt(now) === undefined) this.#wait();
    // The loop may have been late, and not the peer: what has come by then is heard first.
    else this.#watched._ttss__judge(this);
  }

  judge(): void {
    const now = this.#now;
    this.#notice(now);
    if (this.#watched._ttIsBehind) this.#excuse(now);
    const late = this.#lateAt(now);
    if (late === 'socket' || late === 'rest') this.#stillFor = 0;
    else if (late !== undefined) this.headEnded();
    if (late !== undefined && late !== 'socket') this.bodyEnded();
    this.#wait();
    if (late !== undefined) this.#watched._ttLate(late);
  }

  /** What is under way begins anew. */
  #excuse(now: number): void {
    if (!Number.isNaN(this.#headAt)) this.#headAt = now;
    if (!Number.isNaN(this.#bodyAt)) this.#bodyAnew((this.#requestAt = now), 0);
    this.#stillAt = now;
  }

  /** What was not told as it happened. */
  #notice(now: number): void {
    if (!this.#watched._ttIsInBody) this.bodyEnded();
    if (this.#watched._ttReadsNot && !Number.isNaN(this.#bodyAt)) this.#bodyAnew((this.#requestAt = now), 0);
    const progress = this.#watched._ttProgress(ANY);
    // What is given to a slow peer leaves for a while: it rests afterwards.
    const moves = progress !== this.#progress && (!this.#watched._ttRests || this.#watched.unsentBytes > 0);
    if (moves) this.#stillAt = now;
    this.#progress = progress;
  }

  #lateAt(now: number): Late | undefined {
    if (now >= this.#headEnd) return 'head';
    if (now >= this.#bodyEnd) return now >= this.#requestEnd ? 'body' : 'bodyRate';
    if (now >= this.#stillEnd) return this.#watched._ttRests ? 'rest' : 'socket';
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
    return Math.min(this.#bodyAt + bodyRate.grace + (this.#came / bodyRate.perSecond) * 1_000, this.#requestEnd);
  }

  get #requestEnd(): number {
    const { requestTimeout } = this.#times;
    return requestTimeout === false ? Infinity : this.#requestAt + requestTimeout;
  }

  get #stillEnd(): number {
    if (this.#stillFor === 0) return Infinity;
    return this.#stillAt + this.#stillFor + (this.#watched._ttRests ? TOLD_LESS : 0);
  }

  #bodyAnew(now: number, came: number): void {
    this.#bodyAt = now;
    this.#came = came;
  }

  // ---- Its timer ----

  get #now(): number {
    return this.#watched._ttScheduler.clock.now();
  }

  /** It is to look by then. */
  #by(end: number): void {
    if (this.slot >= 0 && this.at <= end) return;
    this.at = end;
    if (end < Infinity) this.#watched._ttScheduler.timers.add(this);
  }

  #wait(): void {
    this.at = Infinity;
    this.#by(Math.min(this.#headEnd, this.#bodyEnd, this.#stillEnd));
  }
}
