import type { AnyTonic } from '../any-tonic.js';
import { isBound } from '../plan/bound-sparkle.js';
import { checkOptionsOf, takesOptions } from '../options/class-options.js';
import { fail } from '../errors.js';
import { BINDER, type Sparkle, type SparkleBinder, ofFramework } from '../plan/plan.js';
import { runAs, running } from '../running.js';
import { BUILT_IN_PREFIXES, eventName } from '../plan/sparkle-names.js';
import type { Due } from './timer-queue.js';
import {
  type Paused,
  type Period,
  type ToldOptions,
  checkedMs,
  checkedPeriod,
  hasPeriod,
  pausingSchema,
  periodIn,
  timerSchema,
} from '../options/timer-options.js';
import { Tonic } from '../tonic.js';
import { TonicSettings } from '../options/tonic-options.js';

export type { Period } from '../options/timer-options.js';

/** What every timer takes, those of `tasktonic/calendar` too. */
export type AnyTimerOptions<Info extends TimerInfo = TimerInfo> = ToldOptions<Info>;

/** Options of a timer. */
export type TimerOptions = Period & AnyTimerOptions;

/** Options of a {@link TimerPausing}. */
export type TimerPausingOptions = TimerOptions & Paused;

/** What a timer's event is given. */
export interface TimerInfo {
  /** The id of the timer. */
  readonly id: number;
  /** The name of the timer. */
  readonly name: string;
  /** The timer itself. */
  readonly timer: Timer;
  /** How often it was heard, this time included. */
  readonly count: number;
  /** Periods that passed unheard since it was heard last, because the loop was held up. */
  readonly missed: number;
}

/** What a timer reports besides its own fields. */
export type Expiry = Pick<TimerInfo, 'missed'>;

const NONE_MISSED: Expiry = { missed: 0 };

/**
 * The common part of the timers: an infusion that queues a sparkle of its base when its time has come. What waits on the queue is not
 * heard where the timer is stopped, paused, started anew or finished before its turn.
 *
 * It starts at once. It calls `sparkleBack` if given; else, named `lightsOff`, the base's `ttse__onLightsOff`; unnamed or
 * where the base has no such event, `ttse__onTimer`.
 */
export abstract class Timer extends Tonic implements Due {
  /** @internal */ at = Infinity;
  /** @internal */ slot = -1;
  // Declared only: the constructors of the classes below ask for them before fields of this one are there.
  /** @internal */ declare _ttTimerName: string | undefined;
  /** @internal */ declare _ttLeft: number | undefined;
  readonly #target: (info: unknown) => void;
  #count = 0;
  /** It has fired, and its order waits. */
  #waiting: Expiry | undefined = undefined;

  /** @internal A timer that is told to finish does not fire any more. */
  static override readonly [BINDER]: SparkleBinder = ({ key }, enqueue) =>
    key !== 'ttsc__finish'
      ? enqueue
      : function (this: object) {
          // Without a Timer as `this`, `enqueue` reports the error.
          (this as Timer | undefined)?.stop();
          enqueue.call(this);
        };

  /**
   * A subclass has checked its options, and starts it when it is ready. @throws {TaskTonicError} as every Tonic, and
   * `TT_NOT_A_SPARKLE`.
   */
  constructor(options: AnyTimerOptions<never>) {
    // Checked before it is entered, so that a refused one leaves nothing behind.
    const base = options.base ?? running.tonic;
    const target = base === undefined ? undefined : targetOf(base, options);
    super(new TonicSettings(base, undefined, options.logMode, undefined, 0));
    this._ttTimerName = options.name;
    this.#target = target!;
  }

  override get name(): string {
    return this._ttTimerName ?? super.name;
  }

  /** Whether it is on its way to fire. */
  get running(): boolean {
    return this.slot >= 0;
  }

  /** Lets it begin now, unless it runs already. */
  start(): this {
    return this.running ? this : this.restart();
  }

  /** Does not fire until it is started again. */
  stop(): this {
    this.#waiting = undefined;
    this._ttScheduler.timers.remove(this);
    return this;
  }

  /** Lets it begin anew. */
  abstract restart(): this;

  /** @internal */
  fire(now: number): void {
    const { missed, ...expiry } = this.expired(now);
    const before = this.#waiting;
    // One waiting order is enough, however long the loop is blocked.
    this.#waiting = { ...expiry, missed: before === undefined ? missed : before.missed + missed + 1 };
    if (before === undefined) this._ttss__fired();
  }

  /** @internal Its order runs. */
  _ttss__fired(): void {
    const expiry = this.#waiting;
    this.#waiting = undefined;
    if (expiry !== undefined) this.tell(expiry);
  }

  /** @internal */
  protected tell(expiry: Expiry): void {
    const info: TimerInfo = { id: this.id, name: this.name, timer: this, count: ++this.#count, ...expiry };
    try {
      // The timer itself is the source of the call, and not one of its sparkles.
      runAs(this, () => this.#target(info));
    } catch (thrown) {
      // The queue of another Catalyst is full: its base must be told.
      this._ttBase?._ttss__throw(thrown as Error);
    }
  }

  /** What it does when it is due, before its sparkle is queued. Returns what is reported. @internal */
  protected abstract expired(now: number): Expiry;

  protected fireIn(ms: number): void {
    if (this.finished) return;
    this.at = this._ttScheduler.clock.now() + ms;
    this._ttScheduler.timers.add(this);
  }

  /** @internal */
  override _ttRelease(): void {
    this.stop();
  }
}

/** A timer with a period: its time is that of a monotonic clock. */
export abstract class PeriodTimer extends Timer {
  #period: number;

  /**
   * @param mayWait whether it may begin paused, or without a period.
   * @throws {TaskTonicError} `TT_BAD_OPTION` without a valid period; and as every timer.
   */
  constructor(options: TimerPausingOptions, mayWait = false) {
    checkOptionsOf(new.target, options);
    const isGiven = hasPeriod(options);
    const waits = mayWait && (options.paused === true || !isGiven);
    const period = waits && !isGiven ? Infinity : periodIn(options, new.target.name);
    super(options);
    this.#period = period;
    if (!waits) this.start();
  }

  /** Its period, in ms; `Infinity` where it has none yet. */
  get period(): number {
    return this.#period;
  }

  /** Lets the whole period begin anew. @throws {TaskTonicError} `TT_BAD_OPTION` where it has none. */
  restart(): this {
    const ms = checkedMs(this.#period, this._ttPlan.className);
    super.stop();
    this.fireIn(ms);
    return this;
  }

  /**
   * Takes another period, which begins now if the timer runs, else when it is started.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  changePeriod(period: Period): this {
    this.#period = checkedPeriod(period, this._ttPlan.className);
    return this.running ? this.restart() : this;
  }

  /** @internal */
  protected expired(_now: number): Expiry {
    return NONE_MISSED;
  }
}

/** Fires once; then it has finished. */
export class TimerSingleShot extends PeriodTimer {
  /** @internal */
  protected override tell(expiry: Expiry): void {
    super.tell(expiry);
    runAs(undefined, () => this.ttsc__finish());
  }
}

/** Fires again and again, without drift. After a stall it fires once and tells how many periods were missed. */
export class TimerRepeat extends PeriodTimer {
  /** @internal */
  protected override expired(now: number): Expiry {
    const missed = Math.floor((now - this.at) / this.period);
    this.at += (missed + 1) * this.period;
    this._ttScheduler.timers.add(this);
    return { missed };
  }
}

/**
 * Can be held: `pause()` keeps what is left of the period, `resume()` goes on with it. It pauses itself when it has fired. Without a period
 * it is held until `changePeriod()` and `resume()`.
 */
export class TimerPausing extends PeriodTimer {
  /** @throws {TaskTonicError} as every timer with a period. */
  constructor(options: TimerPausingOptions) {
    super(options, true);
    if (!this.running) this._ttLeft = this.period;
  }

  /** Whether it is held, and by how much it is from firing when it goes on. */
  get paused(): boolean {
    return this._ttLeft !== undefined;
  }

  /** Holds it, and keeps what is left of its period; nothing where it does not run. What has fired and waits is not heard. */
  pause(): this {
    const left = this.running ? Math.max(this.at - this._ttScheduler.clock.now(), 0) : this._ttLeft;
    super.stop();
    this._ttLeft = left;
    return this;
  }

  /**
   * Goes on with what was left of its period; nothing where it is not held.
   * @throws {TaskTonicError} `TT_BAD_OPTION` where it has no period.
   */
  resume(): this {
    if (this._ttLeft === undefined) return this;
    const left = Math.min(this._ttLeft, checkedMs(this.period, this._ttPlan.className));
    this._ttLeft = undefined;
    this.fireIn(left);
    return this;
  }

  override stop(): this {
    this._ttLeft = undefined;
    return super.stop();
  }

  override restart(): this {
    super.restart();
    this._ttLeft = undefined;
    return this;
  }

  /** Takes another period, all of which is left. @throws {TaskTonicError} `TT_BAD_OPTION` */
  override changePeriod(period: Period): this {
    super.changePeriod(period);
    if (this.paused) this._ttLeft = this.period;
    return this;
  }

  /** @internal */
  protected override expired(): Expiry {
    this._ttLeft = this.period;
    return NONE_MISSED;
  }
}

for (const timer of [Timer, PeriodTimer, TimerSingleShot, TimerRepeat, TimerPausing]) ofFramework(timer);
for (const timer of [TimerSingleShot, TimerRepeat]) takesOptions(timer, timerSchema);
takesOptions(TimerPausing, pausingSchema);

/**
 * The function that is called when it has fired, in a sparkle of the timer. For its base the order is raised, so that
 * it takes the place of the timer's order.
 */
function targetOf(base: AnyTonic, { name, sparkleBack }: AnyTimerOptions<never>): (info: unknown) => void {
  if (sparkleBack === undefined) return eventOf(base, name);
  const sparkle = isBound(sparkleBack) && sparkleBack.tonic !== base ? undefined : base._ttOwn(sparkleBack);
  return sparkle === undefined || !BUILT_IN_PREFIXES.includes(sparkle.prefix)
    ? base._ttResolve(sparkleBack)
    : raising(base, sparkle);
}

function raising(base: AnyTonic, sparkle: Sparkle): (info: unknown) => void {
  return (info) => base._ttScheduler.raiseEvent(base, sparkle, 1, info, undefined);
}

function eventOf(base: AnyTonic, name: string | undefined): (info: unknown) => void {
  const { sparkles, className } = base._ttPlan;
  const sparkle = (name === undefined ? undefined : sparkles.get(eventName(name))) ?? sparkles.get('ttse__onTimer');
  if (sparkle !== undefined) return raising(base, sparkle);
  let told = false;
  return () => {
    if (told) return;
    told = true;
    const event = name === undefined ? 'ttse__onTimer' : eventName(name);
    base._ttScheduler.logs.warn(
      base,
      fail('TT_TIMER_UNHEARD', { class: className, timer: name ?? 'without a name', event }),
    );
  };
}
