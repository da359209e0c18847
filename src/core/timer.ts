import type { AnyTonic } from './any-tonic.js';
import { fail } from './errors.js';
import { LogLevel } from './log-service.js';
import { ofFramework } from './plan.js';
import { runAs, running } from './running.js';
import { eventName } from './sparkle-names.js';
import type { Due } from './timer-queue.js';
import { Tonic } from './tonic.js';
import type { TonicOptions } from './tonic-options.js';

/** How long, as a sum of parts; each 0 or more, fractions allowed. */
export interface Period {
  /** A part of the period, 0 or more, fractions allowed. */
  readonly seconds?: number | undefined;
  /** A further part. */
  readonly minutes?: number | undefined;
  /** A further part. */
  readonly hours?: number | undefined;
  /** A further part. */
  readonly days?: number | undefined;
}

/** What every timer takes, those of `tasktonic/calendar` too. */
export interface AnyTimerOptions<Info extends TimerInfo = TimerInfo> extends Pick<TonicOptions, 'base' | 'logMode'> {
  /**
   * Named `lightsOff`, its base hears `ttse__onLightsOff`. Timers of several Tonics may have one name: it is no entry in the
   * Ledger.
   */
  readonly name?: string | undefined;
  /** The sparkle to call instead, such as `this.ttse__enough`. */
  readonly sparkleBack?: ((info: Info) => void) | undefined;
}

/** Options of a timer. */
export interface TimerOptions extends Period, AnyTimerOptions {}

/** What a timer's event is given. */
export interface TimerInfo {
  /** The id of the timer. */
  readonly id: number;
  /** The name of the timer. */
  readonly name: string;
  /** The timer itself. */
  readonly timer: Timer;
  /** How often it has fired, this time included. */
  readonly count: number;
  /** Periods that passed unheard since it fired last, because the loop was held up. */
  readonly missed: number;
}

/** What a timer tells of its expiry besides what it is. */
export type Expiry = Pick<TimerInfo, 'missed'>;

const NONE_MISSED: Expiry = { missed: 0 };
const SECONDS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;

/**
 * The common part of the timers: an infusion that queues a sparkle of its base when its time has come.
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

  /** A subclass starts it when it has what it needs. @throws {TaskTonicError} as every Tonic, and `TT_NOT_A_SPARKLE`. */
  constructor(options: AnyTimerOptions<never>) {
    // Looked at before it is entered, so that what is refused leaves nothing.
    const base = options.base ?? running.tonic;
    const target = base === undefined ? undefined : targetOf(base, options);
    super({ base, logMode: options.logMode, drainTimeout: 0 });
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
  start(): void {
    if (!this.running) this.restart();
  }

  /** Does not fire until it is started again. */
  stop(): void {
    this._ttScheduler.timers.remove(this);
  }

  /** Lets it begin anew. */
  abstract restart(): void;

  /** @internal */
  fire(now: number): void {
    const expiry = this.expired(now);
    const info: TimerInfo = { id: this.id, name: this.name, timer: this, count: ++this.#count, ...expiry };
    // The timer is the source of the sparkle that it calls.
    runAs(this, () => this.#call(info));
  }

  /** What it does when its time has come, before its sparkle is queued, and what it tells of that. @internal */
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

  #call(info: TimerInfo): void {
    try {
      this.#target(info);
    } catch (thrown) {
      // The queue is full: the loop must not break for it, and whoever waits for the timer must hear of it.
      this._ttBase?._ttss__throw(thrown as Error);
    }
  }
}

/** A timer with a period: its time is that of a monotonic clock. */
export abstract class PeriodTimer extends Timer {
  #period: number;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` where no period, or no possible one, is given; and as every timer. */
  constructor(options: TimerOptions) {
    const period = checkedPeriod(options, new.target.name);
    super(options);
    this.#period = period;
    this.start();
  }

  /** Its period, in ms. */
  get period(): number {
    return this.#period;
  }

  /** Lets the whole period begin anew. */
  restart(): void {
    this.fireIn(this.#period);
  }

  /**
   * Takes another period, which begins now if the timer runs, else when it is started.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  changePeriod(period: Period): void {
    this.#period = checkedPeriod(period, this._ttPlan.className);
    if (this.running) this.restart();
  }

  /** @internal */
  protected expired(_now: number): Expiry {
    return NONE_MISSED;
  }
}

/** Fires once; then it has finished. */
export class TimerSingleShot extends PeriodTimer {
  /** @internal */
  override fire(now: number): void {
    super.fire(now);
    this.ttsc__finish();
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

/** Can be held: `pause()` keeps what is left of the period, `resume()` goes on with it. It pauses itself when it has fired. */
export class TimerPausing extends PeriodTimer {
  /** Whether it is held, and by how much it is from firing when it goes on. */
  get paused(): boolean {
    return this._ttLeft !== undefined;
  }

  /** Holds it, and keeps what is left of its period; nothing where it does not run. */
  pause(): void {
    if (!this.running) return;
    this._ttLeft = Math.max(this.at - this._ttScheduler.clock.now(), 0);
    super.stop();
  }

  /** Goes on with what was left of its period; nothing where it is not held. */
  resume(): void {
    if (this._ttLeft === undefined) return;
    const left = this._ttLeft;
    this._ttLeft = undefined;
    this.fireIn(left);
  }

  override stop(): void {
    this._ttLeft = undefined;
    super.stop();
  }

  override restart(): void {
    this._ttLeft = undefined;
    super.restart();
  }

  /** @internal */
  protected override expired(): Expiry {
    this._ttLeft = this.period;
    return NONE_MISSED;
  }
}

for (const timer of [Timer, PeriodTimer, TimerSingleShot, TimerRepeat, TimerPausing]) ofFramework(timer);

/** In ms. */
function checkedPeriod(period: Period, className: string): number {
  const bad = (option: string, problem: string): Error => fail('TT_BAD_OPTION', { class: className, option, problem });
  let ms = 0;
  for (const [unit, factor] of Object.entries(SECONDS)) {
    const given = period[unit as keyof Period];
    if (given === undefined) continue;
    if (!Number.isFinite(given) || given < 0) throw bad(unit, `it is ${String(given)}, and must be a number from 0`);
    ms += given * factor * 1000;
  }
  if (ms > 0) return ms;
  throw bad('seconds', 'a timer needs a period: give seconds, minutes, hours or days, more than 0 together');
}

function targetOf(base: AnyTonic, { name, sparkleBack }: AnyTimerOptions<never>): (info: unknown) => void {
  return sparkleBack === undefined ? eventOf(base, name) : base._ttResolve(sparkleBack);
}

function eventOf(base: AnyTonic, name: string | undefined): (info: unknown) => void {
  const { sparkles } = base._ttPlan;
  const sparkle = (name === undefined ? undefined : sparkles.get(eventName(name))) ?? sparkles.get('ttse__onTimer');
  if (sparkle !== undefined) return (info) => base._ttScheduler.queue.put(base, sparkle, 1, info, undefined);
  return () => {
    if (base._ttLogLevel >= LogLevel.quiet) base._ttScheduler.logs.debug(base, `nobody hears the timer ${name ?? ''}`);
  };
}
