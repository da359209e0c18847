import * as v from 'valibot';
import { badOption } from '../../core/options/option-problem.js';
import { count, ms, parseOptions } from '../../core/options/option-schema.js';
import type { Random } from '../../core/time/random.js';

export const resendSchema = v.strictObject({
  /** How long an answer may take, in ms, before a datagram is sent once more. */
  timeout: v.optional(ms(1), 1_000),
  /** How many times as long each further wait is; 1 for always as long. */
  factor: v.optional(v.pipe(v.number('must be 1 or more'), v.minValue(1, 'must be 1 or more')), 2),
  /** The most that such a wait grows to, in ms. */
  maxTimeout: v.optional(ms(1), 60_000),
  /**
   * By what part of it the first wait may be longer, by chance: with 0.5 up to one and a half of `timeout`. So peers that were cut off together do not all
   * send at once (`ACK_RANDOM_FACTOR` of RFC 7252).
   */
  spread: v.optional(
    v.pipe(v.number('must be 0 to 1'), v.minValue(0, 'must be 0 to 1'), v.maxValue(1, 'must be 0 to 1')),
    0.5,
  ),
  /** How often a datagram is sent, the first time included. */
  tries: v.optional(count(1), 5),
});

/** How often a datagram is sent until it is answered, and after how long: see `sendUntilAnswered()`. */
export type ResendOptions = Readonly<v.InferInput<typeof resendSchema>>;

/** All of these. */
export type ResendPace = Readonly<v.InferOutput<typeof resendSchema>>;

/** What holds where nothing is set. */
export const USUAL_PACE: ResendPace = v.parse(resendSchema, {});

/**
 * What `setResend()` was given, complete.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function paceOf(options: ResendOptions, className: string): ResendPace {
  const of = `setResend() of ${className}`;
  const pace = parseOptions(resendSchema, options, of);
  if (options.maxTimeout !== undefined && pace.maxTimeout < pace.timeout)
    throw badOption(of, 'maxTimeout', `must not be less than "timeout" (${pace.timeout} ms)`);
  return pace;
}

/** How long the first answer may take, in ms. */
export function firstWait({ timeout, spread }: ResendPace, random: Random): number {
  return spread === 0 ? timeout : timeout * (1 + spread * random.next());
}

/** How long the next one may take, after one that has taken `wait` ms. */
export function nextWait({ factor, maxTimeout }: ResendPace, wait: number): number {
  return Math.max(wait, Math.min(wait * factor, maxTimeout));
}
