import type { Unchecked } from './options.js';
import { type Refuse, shown } from './words.js';

const UNITS = [
  { option: 'hour', ms: 3_600_000, below: 24 },
  { option: 'minute', ms: 60_000, below: 60 },
  { option: 'second', ms: 1_000, below: 60 },
] as const;

/** The options that say when within a day, an hour or a minute. */
export const timeOptions = { day: keysOf(UNITS), hour: keysOf(UNITS.slice(1)), minute: keysOf(UNITS.slice(2)) };

/**
 * How long after the beginning of a day, an hour or a minute, in whole ms.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function timeWithin(period: 'day' | 'hour' | 'minute', options: Unchecked, refuse: Refuse): number {
  const units = UNITS.slice({ day: 0, hour: 1, minute: 2 }[period]);
  const given = units.filter(({ option }) => options[option] !== undefined);
  if (options['time'] === undefined) return sumOf(units, (at) => options[units[at]!.option], period, refuse);
  if (given.length > 0)
    throw refuse('time', `give it, or ${given.map(({ option }) => option).join(' and ')}, not both`);
  const parts = partsOf(options['time'], units, refuse);
  return sumOf(units, (at) => parts[at], period, refuse, 'time');
}

/** `'23:59:59.5'` is 23, 59, 59.5. */
function partsOf(time: unknown, units: readonly (typeof UNITS)[number][], refuse: Refuse): number[] {
  const parts = typeof time === 'string' ? time.trim().split(':') : [];
  const fits = parts.length > 0 && parts.length <= units.length;
  // A fraction only of seconds: 6.5 as a text is more likely a slip of the pen.
  if (!fits || !parts.every((part, at) => (at === units.length - 1 ? /^\d\d?(\.\d+)?$/ : /^\d\d?$/).test(part))) {
    const example = ['23:59:59', '59:59', '59'][UNITS.length - units.length]!;
    throw refuse('time', `it is ${shown(time)}, and must be a text such as "${example}"`);
  }
  return parts.map(Number);
}

function sumOf(
  units: readonly (typeof UNITS)[number][],
  part: (at: number) => unknown,
  period: string,
  refuse: Refuse,
  option?: string,
): number {
  let sum = 0;
  for (const [at, unit] of units.entries()) {
    const given = part(at);
    const value = given === undefined ? 0 : given;
    if (typeof value !== 'number' || !(value >= 0 && value < unit.below)) {
      throw refuse(
        option ?? unit.option,
        `it has ${shown(value)} as its ${unit.option}, which must be from 0 to less than ${unit.below}`,
      );
    }
    sum += value * unit.ms;
  }
  const whole = units[0]!.ms * units[0]!.below;
  if (sum < whole) return Math.min(Math.round(sum), whole - 1);
  throw refuse(option ?? units[0]!.option, `hour, minute and second together are past the end of the ${period}`);
}

function keysOf(units: readonly { readonly option: string }[]): string[] {
  return ['time', ...units.map(({ option }) => option)];
}
