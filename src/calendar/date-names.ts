import { nearest } from '../core/options/nearest.js';
import { badOption, told } from '../core/options/option-problem.js';

const MONTHS = [
  'january', 'february', 'march', 'april', 'may', 'june',
  'july', 'august', 'september', 'october', 'november', 'december',
] as const; // prettier-ignore
const MONTHS_SHORT = {
  jan: 1, feb: 2, mar: 3, apr: 4, jun: 6, jul: 7, aug: 8, sep: 9, sept: 9, oct: 10, nov: 11, dec: 12,
} as const; // prettier-ignore
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const WEEKDAYS_SHORT = {
  mon: 1, tue: 2, tues: 2, wed: 3, thu: 4, thur: 4, thurs: 4, fri: 5, sat: 6, sun: 7,
} as const; // prettier-ignore

/** In small letters, in capitals, or with a capital first; at run time the case plays no part. */
type AnyCase<Word extends string> = Word | Capitalize<Word> | Uppercase<Word>;

/** The English name of a month, or its abbreviation (`'jan'`, `'sept'`); the case plays no part. */
export type MonthName = AnyCase<(typeof MONTHS)[number] | keyof typeof MONTHS_SHORT>;
/** The English name of a day of the week, or its abbreviation (`'mon'`, `'thurs'`); the case plays no part. */
export type WeekdayName = AnyCase<(typeof WEEKDAYS)[number] | keyof typeof WEEKDAYS_SHORT>;

const MONTH_WORDS = numbered(MONTHS, MONTHS_SHORT);
const WEEKDAY_WORDS = numbered(WEEKDAYS, WEEKDAYS_SHORT);

/** 1 for January to 12. */
export function monthOf(month: MonthName | number, of: string): number {
  return typeof month === 'number' ? month : wordOf(month, MONTH_WORDS, 'month', 'the name of a month', of);
}

/** 1 for Monday to 7, as ISO 8601 counts. */
export function weekdayOf(day: string, of: string): number {
  return wordOf(day, WEEKDAY_WORDS, 'day', 'the name of a day of the week', of);
}

/** `: did you mean "august"?`, or nothing. */
export function didYouMean(word: string, words: readonly string[]): string {
  const small = words.map((known) => known.toLowerCase());
  const close = nearest(word.trim().toLowerCase(), small);
  return close === undefined ? '' : `: did you mean "${words[small.indexOf(close)]}"?`;
}

function wordOf(word: string, words: ReadonlyMap<string, number>, option: string, kind: string, of: string): number {
  const found = words.get(word.trim().toLowerCase());
  if (found !== undefined) return found;
  throw badOption(of, option, `it is ${told(word, option)}, and must be ${kind}${didYouMean(word, [...words.keys()])}`);
}

function numbered(names: readonly string[], short: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  return new Map([...names.map((name, at) => [name, at + 1] as const), ...Object.entries(short)]);
}
