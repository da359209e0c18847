import type { AnyTonic } from '../core/any-tonic.js';
import { badOption } from '../core/options/option-problem.js';
import { type Duration, toMs } from './duration.js';

/** A sparkle that has run, and whose time is asked for. */
export interface SparkleThatTakes {
  /** The Tonic that it is of. */
  readonly tonic: AnyTonic;
  /** What was called, such as `ttsc__unlock`. */
  readonly sparkle: string;
  /** The host of its app. */
  readonly host: string;
}

/** How much virtual time each sparkle takes, or a function that says so of one: `({ sparkle }) => (sparkle === 'ttsc__save' ? 20 : 0)`. */
export type SparkleTakes = Duration | ((sparkle: SparkleThatTakes) => Duration | undefined);

/** What says how many ms a sparkle takes. */
export type SparkleTimer = (sparkle: SparkleThatTakes) => number;

/**
 * What the option says; `undefined` where sparkles take no time.
 * @throws {TaskTonicError} `TT_BAD_OPTION`; so does what is returned, where a function gives no time span.
 */
export function sparkleTimer(takes: SparkleTakes): SparkleTimer | undefined {
  if (typeof takes === 'function') return (sparkle) => checked(takes(sparkle) ?? 0);
  const ms = checked(takes);
  return ms === 0 ? undefined : () => ms;
}

/** So short a time is a slip of units, and would make of a second a billion instants. */
const SHORTEST = 0.001;

function checked(takes: Duration): number {
  const ms = toMs(takes, 'sparkleTakes');
  if (ms === 0 || ms >= SHORTEST) return ms;
  const problem = `it is ${ms} ms, and must be 0, or ${SHORTEST} ms (a microsecond) or more`;
  throw badOption('the Distiller', 'sparkleTakes', problem);
}
