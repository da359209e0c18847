import type { Scheduler } from '../../../../core/scheduler.js';
import type { Due } from '../../../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';

/** What a watch sees of its connection. */
export interface Watched {
  readonly _ttScheduler: Scheduler;
  /** Bytes that have come (READ) and bytes that have left (WRITE), or both together: it changes as long as something happens there. @internal */
  _ttProgress(sides: InterestSet): number;
  /** Bytes that wait to be sent. */
  readonly unsentBytes: number;
  /**
   * A watch has found that nothing happened. What has come meanwhile is looked at first, then {@link Watch.judge} is called: the loop may have
   * been late, and not the peer. @internal
   */
  _ttss__judge(watch: Pick<Watch, 'judge'>): void;
}

/** Ends something where nothing has happened on a connection for a while: one look at its clock for each period, not for each message. */
export class Watch implements Due {
  at = 0;
  slot = -1;
  /** @internal */ readonly watched: Watched;
  /** What of it is watched: READ, WRITE, or both. @internal */ readonly sides: InterestSet;
  readonly #timeout: number;
  readonly #endsAt: number;
  readonly #expired: (watch: Watch) => void;
  #progress: number;
  #movedAt: number;
  /** Whether that time was told, and not only noticed. */
  #told = false;
  /** It was due, and is still to be judged. */
  #isBeforeJudge = false;

  /**
   * @param timeout how long nothing may happen, in ms.
   * @param limit how long it may take in all, in ms.
   */
  constructor(
    watched: Watched,
    timeout: number,
    expired: (watch: Watch) => void,
    limit = Infinity,
    sides: InterestSet = Interest.READ | Interest.WRITE,
  ) {
    this.watched = watched;
    this.sides = sides;
    this.#timeout = timeout;
    this.#expired = expired;
    this.#progress = watched._ttProgress(sides);
    this.#movedAt = watched._ttScheduler.clock.now();
    this.#endsAt = this.#movedAt + limit;
    this.#wait();
  }

  /** Something has happened now: for who can say so exactly. */
  touch(): void {
    this.#movedAt = this.watched._ttScheduler.clock.now();
    this.#told = true;
  }

  /** Until when it may take, as far as is known now; a moment later, since it is judged first. */
  get deadline(): number {
    return (this.#isBeforeJudge ? this.watched._ttScheduler.clock.now() : this.at) + 1;
  }

  fire(now: number): void {
    this.#isBeforeJudge = this.#isOver(now);
    if (this.#isBeforeJudge) this.watched._ttss__judge(this);
    else this.#wait();
  }

  /** Whatever had come by then has been seen. */
  judge(): void {
    const { clock } = this.watched._ttScheduler;
    this.#isBeforeJudge = false;
    if (this.#isOver(clock.now())) this.#expired(this);
    else this.#wait();
  }

  /** It was over, and is not held to be: it begins anew. */
  excuse(): void {
    this.#movedAt = this.watched._ttScheduler.clock.now();
    this.#wait();
  }

  stop(): undefined {
    this.watched._ttScheduler.timers.remove(this);
    return undefined;
  }

  #isOver(now: number): boolean {
    const progress = this.watched._ttProgress(this.sides);
    // What leaves a slow connection bit by bit tells nobody the time: it is noticed here.
    if (progress !== this.#progress && (!this.#told || this.#isLeaving)) this.#movedAt = now;
    this.#progress = progress;
    this.#told = false;
    // The same sum as in #wait: a difference, rounded, can be less than the timeout, and the watch would be due for ever.
    return now >= this.#movedAt + this.#timeout || now >= this.#endsAt;
  }

  get #isLeaving(): boolean {
    return (this.sides & Interest.WRITE) !== 0 && this.watched.unsentBytes > 0;
  }

  #wait(): void {
    this.at = Math.min(this.#movedAt + this.#timeout, this.#endsAt);
    this.watched._ttScheduler.timers.add(this);
  }
}

/** Is due with the next turn, so after another poll of the kernel: what it had received by then is read first. */
export class NextTurn implements Due {
  at = 0;
  slot = -1;
  readonly #then: () => void;

  constructor(then: () => void) {
    this.#then = then;
  }

  fire(): void {
    this.#then();
  }
}
