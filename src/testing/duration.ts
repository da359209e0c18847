import * as v from 'valibot';
import { checkOption } from '../core/options/option-schema.js';

/** The longest time span, in ms: 3,170 years. In a longer one parts of a ms could not be told from each other, and time would not move. */
const LONGEST = 1e14;

/** A time span up to 3,170 years: ms as a number, or text such as `'250ms'`, `'90s'`, `'1m 30s'`, `'2h'`, `'1.5d'`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*/gy;

/**
 * A time span in ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function toMs(duration: Duration, what: string): number {
  checkOption(durationOption, duration, 'the Distiller', what);
  return msOf(duration)!;
}

export const durationOption = v.custom<Duration>(
  (value) => msOf(value) !== undefined,
  'must be ms from 0 to 1e14, or text such as "1m 30s"',
);

function msOf(duration: unknown): number | undefined {
  if (typeof duration === 'number') return duration >= 0 && duration <= LONGEST ? duration : undefined;
  const text = typeof duration === 'string' ? duration.trim() : '';
  const parts = [...text.matchAll(PART)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
  return text !== '' && length === text.length && ms <= LONGEST ? ms : undefined;
}
