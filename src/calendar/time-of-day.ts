import { badOption, told } from '../core/options/option-problem.js';
import type { Given } from './options.js';

const UNITS = [
  { option: 'hour', ms: 3_600_000, below: 24 },
  { option: 'minute', ms: 60_000, below: 60 },
  { option: 'second', ms: 1_000, below: 60 },
] as const;

type Unit = (typeof UNITS)[number];

/**
 * How long after the beginning of a day, an hour or a minute, in whole ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function timeWithin(period: 'day' | 'hour' | 'minute', options: Given, of: string): number {
  const units = UNITS.slice({ day: 0, hour: 1, minute: 2 }[period]);
  const given = units.filter(({ option }) => options[option] !== undefined);
  if (options.time === undefined) return sumOf(units, (at) => options[units[at]!.option] ?? 0, period, of);
  if (given.length > 0)
    throw badOption(of, 'time', `give it, or ${given.map(({ option }) => option).join(' and ')}, not both`);
  const parts = partsOf(options.time, units, of);
  return sumOf(units, (at) => parts[at] ?? 0, period, of, 'time');
}

/** `'23:59:59.5'` is 23, 59, 59.5. */
function partsOf(time: string, units: readonly Unit[], of: string): number[] {
  const parts = time.trim().split(':');
  // A fraction only of seconds: 6.5 as a text is more likely a slip of the pen.
  const fits = parts.every((part, at) => (at === units.length - 1 ? /^\d\d?(\.\d+)?$/ : /^\d\d?$/).test(part));
  if (!fits || parts.length > units.length) {
    const example = ['23:59:59', '59:59', '59'][UNITS.length - units.length]!;
    throw badOption(of, 'time', `it is ${told(time, 'time')}, and must be a text such as "${example}"`);
  }
  for (const [at, { option, below }] of units.entries())
    if (Number(parts[at] ?? 0) >= below)
      throw badOption(of, 'time', `it has ${parts[at]} as its ${option}, which must be from 0 to less than ${below}`);
  return parts.map(Number);
}

function sumOf(
  units: readonly Unit[],
  part: (at: number) => number,
  period: string,
  of: string,
  option: string = units[0]!.option,
): number {
  const sum = units.reduce((before, { ms }, at) => before + part(at) * ms, 0);
  const whole = units[0]!.ms * units[0]!.below;
  if (sum < whole) return Math.min(Math.round(sum), whole - 1);
  throw badOption(of, option, `hour, minute and second together are past the end of the ${period}`);
}
