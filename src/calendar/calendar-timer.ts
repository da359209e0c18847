import type { AnyTonic } from '../core/any-tonic.js';
import { LogLevel } from '../core/log-level.js';
import { badOption, told } from '../core/options/option-problem.js';
import { ofFramework } from '../core/plan/plan.js';
import { runAs } from '../core/running.js';
import { type AnyTimerOptions, type Expiry, type TimerInfo, Timer } from '../core/time/timer.js';
import { type ClockSetInfo, ClockWatch } from './clock-watch.js';
import type { Rule } from './rule.js';
import { zoned } from './time-zone.js';

/** What every calendar timer takes. */
export interface CalendarTimerOptions extends AnyTimerOptions<CalendarTimerInfo> {
  /** The time zone: an IANA name such as `Europe/Amsterdam`, or an offset such as `+05:30`. Default: the system's. */
  readonly timeZone?: string | undefined;
}

/** What the event of a calendar timer is given. Times are in ms since 1970-01-01 UTC, as `new Date()` takes them. */
export interface CalendarTimerInfo extends TimerInfo {
  readonly timer: CalendarTimer;
  /**
   * How many times were skipped since it fired last: the loop was blocked, the machine slept, or the clock was set
   * forward.
   */
  readonly missed: number;
  /** The time at which it should fire; if some were missed, the last of them. Never later than the time of day. */
  readonly due: number;
  /** When it fires next, as far as is known now. */
  readonly next: number;
  /**
   * By how many ms the clock was set since it fired last or was started: positive forward, negative back, 0 if it was
   * not set.
   */
  readonly clockSet: number;
}

interface CalendarExpiry extends Expiry, Pick<CalendarTimerInfo, 'due' | 'next' | 'clockSet'> {}

/**
 * The common part of the calendar timers: fires by the time of day in a time zone, again and again.
 *
 * It is heard as every timer: by `sparkleBack`, by `ttse__on<Name>`, or by `ttse__onTimer`. It never fires early by the time of
 * day. Where the clock is set, its base hears `ttse__onClockSet`, if it has that event.
 */
export abstract class CalendarTimer extends Timer {
  readonly #rule: Rule;
  readonly #watch: ClockWatch;
  #due = Infinity;
  /** The newest time that it has fired for: it does not fire for it again where the clock is set back a little. */
  #fired = -Infinity;
  #clockSet = 0;

  /** @internal */
  constructor(options: CalendarTimerOptions, rule: Rule) {
    super(options);
    this.#rule = rule;
    this.#watch = ClockWatch.of(this._ttScheduler);
    this.start();
  }

  /** When it fires next, in ms since 1970-01-01 UTC; `undefined` while it is stopped or has finished. */
  get next(): number | undefined {
    return this.running ? this.#due : undefined;
  }

  /** The id of the zone whose clocks it goes by. */
  get timeZone(): string {
    return this.#rule.timeZone;
  }

  /**
   * The first time after an instant at which it would fire, in ms since 1970-01-01 UTC, even if it does not run.
   * @throws {TaskTonicError} `TT_BAD_OPTION` for an instant outside the range of the calendar.
   */
  nextAfter(instant: number | Date): number {
    return this.#rule.after(instantOf(instant, this._ttPlan.className));
  }

  /**
   * The times after an instant at which it would fire, for ever: take as many as you need.
   * @param after default now.
   * @throws {TaskTonicError} `TT_BAD_OPTION` as `nextAfter()`, when the first one is asked for.
   */
  *upcoming(after: number | Date = this._ttScheduler.clock.wallTime()): Generator<number, never, undefined> {
    for (let next = this.nextAfter(after); ; next = this.#rule.after(next)) yield next;
  }

  /**
   * An instant as the clocks of its zone show it, as RFC 9557 writes it: `2026-03-29T03:30:00+02:00[Europe/Amsterdam]`.
   * @throws {TaskTonicError} `TT_BAD_OPTION` as `nextAfter()`.
   */
  inZone(instant: number | Date): string {
    return zoned(instantOf(instant, this._ttPlan.className), this.timeZone).toString();
  }

  /** Restarts it from now; earlier times are forgotten. */
  restart(): this {
    if (this.finished) return this;
    super.stop();
    this.#watch.add(this);
    this.#fired = -Infinity;
    this.#clockSet = 0;
    this.#plan(this._ttScheduler.clock.wallTime());
    return this;
  }

  override stop(): this {
    this.#watch.remove(this);
    return super.stop();
  }

  /** @internal */
  override fire(now: number): void {
    this.#watch.look();
    const wallTime = this._ttScheduler.clock.wallTime();
    // The clock was set back meanwhile, or is slower than the one that waits.
    if (this.#due > wallTime) this.fireIn(this.#due - wallTime);
    // It was set back and has come again to the time that was fired for last.
    else if (this.#due < this.#fired && this.#rule.upTo(wallTime) === this.#fired) this.#plan(wallTime);
    else super.fire(now);
  }

  /** @internal */
  clockMoved(wallTime: number, by: number): void {
    this.#clockSet += by;
    if (by === 0 || this.#due <= wallTime) this.fireIn(this.#due - wallTime);
    else this.#plan(wallTime);
  }

  /** @internal */
  get listener(): AnyTonic | undefined {
    return this._ttBase;
  }

  /** @internal */
  tellClockSet(info: ClockSetInfo): void {
    const base = this._ttBase!;
    const event = base._ttPlan.sparkles.get('ttse__onClockSet');
    if (base._ttLogLevel >= LogLevel.quiet) {
      base._ttScheduler.logs.line(base, 'info', undefined, { by: info.by }, ['the clock was set']);
    }
    if (event !== undefined) runAs(this, () => base._ttScheduler.queue.put(base, event, 1, info, undefined));
  }

  /** @internal */
  protected override expired(): CalendarExpiry {
    const wallTime = this._ttScheduler.clock.wallTime();
    const clockSet = this.#clockSet;
    const first = this.#due;
    this.#fired = first;
    this.#clockSet = 0;
    this.#plan(first);
    if (this.#due > wallTime) return { missed: 0, due: first, next: this.#due, clockSet };
    const due = this.#rule.upTo(wallTime);
    this.#fired = due;
    this.#plan(wallTime);
    return { missed: this.#rule.count(first, due), due, next: this.#due, clockSet };
  }

  /**
   * Sets it to the next time after an instant, but for the one that it has fired for. An older one is taken again: a clock that
   * was set back past several was wrong before.
   */
  #plan(after: number): void {
    const next = this.#rule.after(after);
    this.#due = next === this.#fired ? this.#rule.after(next) : next;
    this.fireIn(this.#due - this._ttScheduler.clock.wallTime());
  }
}

ofFramework(CalendarTimer);

/** What a calendar reaches: 100,000,000 days on either side of 1970, less a margin for zones and the years around. */
const FARTHEST = 8.64e15 - 1_000 * 86_400_000;

function instantOf(instant: number | Date, className: string): number {
  const ms = instant instanceof Date || typeof instant === 'number' ? Math.floor(Number(instant)) : NaN;
  if (Math.abs(ms) <= FARTHEST) return ms;
  const problem = `it is ${told(instant, 'instant')}, and must be a Date or ms since 1970-01-01 UTC`;
  throw badOption(className, 'instant', problem);
}
