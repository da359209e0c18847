import * as v from 'valibot';
import type { AnyTonic } from '../any-tonic.js';
import { type LogLane, laneOption } from '../log-lane.js';
import { type LogMode, LogLevel } from '../log-level.js';
import { checkOptionsOf } from './class-options.js';
import { OptionCheck } from './option-check.js';
import { checkOption, flag, ms, oneOf, text } from './option-schema.js';
import { TonicRoot } from '../plan/tonic-root.js';

export const DRAIN_TIMEOUT = 5_000;

/** How much a Tonic writes. */
export const logModeOption = oneOf('stealth', 'off', 'quiet', 'full');

/** Whether it is a constructed Tonic; an object with the prototype alone is none. */
function isTonic(value: unknown): boolean {
  return value instanceof TonicRoot && (value as TonicRoot & Partial<AnyTonic>)._ttScheduler !== undefined;
}

/** What every Tonic takes; those of the framework take these and their own. */
export const tonicOptions = {
  /** Its name, unique in its thread, without a `/`. Default: its id and class, such as `02.Door`. */
  name: v.optional(v.pipe(text, v.excludes('/', 'must have no "/" in it'))),
  /** What it writes to the log. Default: as its base. */
  logMode: v.optional(logModeOption),
  /** The colour of its lines and entries on the screen and in a viewer. Default: as its base. */
  logLane: v.optional(laneOption),
  /** Its base. Default: the Tonic whose sparkle makes it; needed where none runs (a promise, an event of Node's, a test). */
  base: v.optional(v.custom<AnyTonic>(isTonic, 'must be a Tonic')),
  /**
   * How long it may drain when it finishes, and then wait for its infusions, in ms each, counted from the last
   * progress: an answer that it waited for has come, an infusion has ended. If an infusion has a longer deadline, its
   * base waits for it. `Infinity`: only the deadline of its base counts.
   */
  drainTimeout: v.optional(ms(), DRAIN_TIMEOUT),
};

export const tonicSchema = v.strictObject(tonicOptions);

/** Options that every Tonic takes; a subclass passes them on to `super`. */
export type TonicOptions = Readonly<v.InferInput<typeof tonicSchema>>;

/** The options of a Tonic after all checks, as one class of the framework passes them to the next. */
export class TonicSettings implements TonicOptions {
  readonly #checked = true;

  constructor(
    readonly base: AnyTonic | undefined,
    readonly name: string | undefined,
    readonly logMode: LogMode | undefined,
    readonly logLane: LogLane | undefined,
    readonly drainTimeout = DRAIN_TIMEOUT,
  ) {}

  /** Whether options were checked; a proxy cannot interfere. */
  static is(options: TonicOptions): options is TonicSettings {
    return typeof options === 'object' && options !== null && #checked in options;
  }

  /** The Tonic's options among the checked options of a class. */
  static of({ base, name, logMode, logLane, drainTimeout }: TonicOptions): TonicSettings {
    return new TonicSettings(base, name, logMode, logLane, drainTimeout);
  }
}

/** No options: most Tonics have none, and share this object. */
export const NO_OPTIONS: TonicOptions = new TonicSettings(undefined, undefined, undefined, undefined);

/**
 * The options of a new Tonic. Options that a subclass has checked are not checked again.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function tonicSettings(options: TonicOptions, tonicClass: { readonly name: string }): TonicSettings {
  if (TonicSettings.is(options)) return options;
  checkOptionsOf(tonicClass, options);
  return TonicSettings.of(options);
}

export const transitionSchema = v.strictObject({
  /** Whether the current state is left and entered again. */
  reenter: v.optional(flag, false),
  /**
   * How long the state may last, in ms: then `ttse__onStateTimeout` is called. `Infinity` for no limit. Default: what
   * `static stateTimeouts` says for it.
   */
  timeout: v.optional(ms()),
});

/** Options of a transition. */
export type TransitionOptions = Readonly<v.InferInput<typeof transitionSchema>>;

export const NO_TRANSITION: TransitionOptions = {};
export const transitionCheck = OptionCheck.of(transitionSchema);

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function levelOf(mode: LogMode, className: string): number {
  checkOption(logModeOption, mode, className, 'logMode');
  return LogLevel[mode];
}
