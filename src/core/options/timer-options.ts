import * as v from 'valibot';
import { badOption } from './option-problem.js';
import { aSparkle, flag, text } from './option-schema.js';
import { OptionCheck } from './option-check.js';
import { type TonicOptions, tonicOptions } from './tonic-options.js';

const PART = 'must be a number, 0 or more';
const part = v.pipe(v.number(PART), v.finite(PART), v.minValue(0, PART));

export const periodOptions = {
  /** A part of the period, 0 or more, fractions allowed. */
  seconds: v.optional(part),
  /** A further part. */
  minutes: v.optional(part),
  /** A further part. */
  hours: v.optional(part),
  /** A further part. */
  days: v.optional(part),
};

export const periodSchema = v.strictObject(periodOptions);

/** How long, as a sum of parts; each 0 or more, fractions allowed. */
export type Period = Readonly<v.InferInput<typeof periodSchema>>;

/** The sparkle of its base that hears a timer, or work in chunks. */
export const sparkleOption = aSparkle<(...info: never[]) => void>();

/** What every timer takes, those of `tasktonic/calendar` too. */
export const anyTimerOptions = {
  base: tonicOptions.base,
  logMode: tonicOptions.logMode,
  /**
   * With the name `lightsOff` its base gets `ttse__onLightsOff`. Several timers may have the same name: it is not in
   * the Ledger.
   */
  name: v.optional(text),
  /** The sparkle to call instead, such as `this.ttse__enough`. */
  sparkleBack: v.optional(sparkleOption),
};

const anyTimerSchema = v.strictObject(anyTimerOptions);
type AnyTimerInput = v.InferInput<typeof anyTimerSchema>;

// What comes from another set loses its doc comments in the declarations; the type that is added brings them back.
/** The options of a timer whose sparkle is given `Info`. */
export type ToldOptions<Info> = Pick<TonicOptions, 'base' | 'logMode'> & {
  readonly [Key in keyof AnyTimerInput]: Key extends 'sparkleBack'
    ? ((info: Info) => void) | undefined
    : AnyTimerInput[Key];
};

export const timerSchema = v.strictObject({ ...anyTimerOptions, ...periodOptions });

export const pausingSchema = v.strictObject({
  ...anyTimerOptions,
  ...periodOptions,
  /** Whether it starts paused, with its whole period left. Without a period it always does. */
  paused: v.optional(flag, false),
});

/** Whether it begins held. */
export type Paused = Readonly<Pick<v.InferInput<typeof pausingSchema>, 'paused'>>;

const periodCheck = OptionCheck.of(periodSchema);

export function hasPeriod({ seconds, minutes, hours, days }: Period): boolean {
  return (seconds ?? minutes ?? hours ?? days) !== undefined;
}

/**
 * The period that `changePeriod()` is given, in ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkedPeriod(given: Period, className: string): number {
  periodCheck.check(given, className);
  return periodIn(given, className);
}

/**
 * The period among options that have been checked, in ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where there is none, or it is too short.
 */
export function periodIn(options: Period, className: string): number {
  if (!hasPeriod(options)) return checkedMs(Infinity, className);
  const { seconds = 0, minutes = 0, hours = 0, days = 0 } = options;
  return checkedMs(seconds * 1_000 + minutes * 60_000 + hours * 3_600_000 + days * 86_400_000, className);
}

/** The shortest period, in ms. A shorter one is probably a wrong unit, and would keep the loop busy all the time. */
const SHORTEST = 0.001;

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkedMs(ms: number, className: string): number {
  if (ms >= SHORTEST && ms < Infinity) return ms;
  const problem =
    ms === Infinity || ms === 0
      ? 'a timer needs a period: give seconds, minutes, hours or days, more than 0 together'
      : `the period is ${ms} ms, and must be ${SHORTEST} ms (a microsecond) or more`;
  throw badOption(className, 'seconds', problem);
}
