import type { AnyTonic } from './any-tonic.js';
import { fail } from './errors.js';
import type { LogLane } from './log-lane.js';
import { LogLevel, type LogMode } from './log-level.js';

/** Options that every Tonic takes; a subclass passes them on to `super`. */
export interface TonicOptions {
  /** Its name, unique in the app. Default: its id and class, such as `02.Door`. */
  readonly name?: string | undefined;
  /** What it writes to the log. Default: as its base. */
  readonly logMode?: LogMode | undefined;
  /** The colour of its lines and entries on the screen and in a viewer. Default: as its base. */
  readonly logLane?: LogLane | undefined;
  /** Its base. Default: the Tonic whose sparkle makes it; needed where none runs (a promise, an event of Node's, a test). */
  readonly base?: AnyTonic | undefined;
  /**
   * How long it may drain when it finishes, and then wait for its infusions, in ms each, counted from the last progress: an answer that
   * it waited for has come, an infusion has ended. An infusion that may take longer is waited for. Default 5,000; from 0 to `Infinity`,
   * which is no bound of its own.
   */
  readonly drainTimeout?: number | undefined;
}

/** Options of a transition. */
export interface TransitionOptions {
  /** Whether the state that holds is left and entered again. Default `false`. */
  readonly reenter?: boolean | undefined;
  /**
   * How long the state may last, in ms: then `ttse__onStateTimeout` is heard, unless it was left. `Infinity` for no bound. Default: what
   * `static stateTimeouts` says for it.
   */
  readonly timeout?: number | undefined;
}

const DRAIN_TIMEOUT = 5_000;

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkedName(name: unknown, className: string): string | undefined {
  if (name === undefined || (typeof name === 'string' && name !== '')) return name;
  throw fail('TT_BAD_OPTION', {
    class: className,
    option: 'name',
    problem: `it is ${String(name)}, and must be a text`,
  });
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkedTimeout(timeout: unknown, className: string): number {
  if (timeout === undefined) return DRAIN_TIMEOUT;
  if (typeof timeout === 'number' && timeout >= 0) return timeout;
  throw fail('TT_BAD_OPTION', {
    class: className,
    option: 'drainTimeout',
    problem: `it is ${String(timeout)}, and must be 0 ms or more`,
  });
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkedMode(mode: unknown, className: string): number {
  if (Object.hasOwn(LogLevel, mode as LogMode)) return LogLevel[mode as LogMode];
  const problem = `it is ${String(mode)}, and must be one of ${Object.keys(LogLevel).join(', ')}`;
  throw fail('TT_BAD_OPTION', { class: className, option: 'logMode', problem });
}
