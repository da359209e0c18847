import { badOption, told } from '../core/options/option-problem.js';

/** A time span: ms as a number, or text such as `'250ms'`, `'90s'`, `'1m 30s'`, `'2h'`, `'1.5d'`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*/gy;

/**
 * A time span in ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function toMs(duration: Duration, what: string): number {
  if (typeof duration === 'number' && duration >= 0 && duration < Infinity) return duration;
  const text = typeof duration === 'string' ? duration.trim() : '';
  const parts = [...text.matchAll(PART)];
  const length = parts.reduce((sum, [part]) => sum + part.length, 0);
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0);
  if (text !== '' && length === text.length && ms < Infinity) return ms;
  const problem = `it is ${told(duration, what)}, and must be ms from 0 and finite, or text such as "1m 30s"`;
  throw badOption('the Distiller', what, problem);
}
