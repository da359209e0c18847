import * as v from 'valibot';
import { badValue, missingOption, noOptions, unknownOption, unreadable } from './option-problem.js';

// Options are described once, with valibot. The description gives their types, limits, defaults, errors, and the tables
// in docs/look-up/options-*.md. This file has the common parts of descriptions.

/**
 * Bytes in an option: a Buffer or a Uint8Array. A named interface, because compilers before TypeScript 5.7 cannot read
 * the type that is inferred for Uint8Array.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface OptionBytes extends Uint8Array {}

/** Bytes, with a given length if one is given. */
export const someBytes = (problem: string, length?: number): v.GenericSchema<OptionBytes> =>
  v.custom<OptionBytes>(
    (value) => value instanceof Uint8Array && (length === undefined || value.length === length),
    problem,
  );

/** A number with one error text for everything that is invalid. */
function from(least: number, problem: string) {
  return v.pipe(v.number(problem), v.minValue(least, problem));
}

function moreThan0(problem: string) {
  return v.pipe(v.number(problem), v.gtValue(0, problem));
}

/** Milliseconds, from 0 (or `least`). */
export const ms = (least = 0) => from(least, `must be ${least} ms or more`);
/** Milliseconds, more than 0. */
export const someMs = moreThan0('must be more than 0 ms');
/** Bytes, from `least`. */
export const bytes = (least: number) => from(least, `must be ${least} ${least === 1 ? 'byte' : 'bytes'} or more`);
/** A number from `least`; the option says of what. */
export const amount = (least: number) => from(least, `must be a number, ${least} or more`);
/** A number greater than 0. */
export const some = moreThan0('must be a number, more than 0');

/** A whole number from `least`. */
export const count = (least: number) => {
  const problem = `must be a whole number, ${least} or more`;
  return v.pipe(v.number(problem), v.integer(problem), v.minValue(least, problem));
};
/** A whole number within bounds. */
export const within = (least: number, most: number, what = 'a whole number') => {
  const problem = `must be ${what}, ${least} to ${most}`;
  return v.pipe(v.number(problem), v.integer(problem), v.minValue(least, problem), v.maxValue(most, problem));
};
export const port = (least: number) => within(least, 65_535, 'a port');
export const flag = v.boolean('must be true or false');
export const text = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'));
/** One of these words. */
export const oneOf = <const W extends readonly string[]>(...words: W) =>
  v.picklist(words, `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
/** A sparkle. The Tonic that should have it checks it, with an error of its own (`TT_NOT_A_SPARKLE`). */
export const aSparkle = <F>() => v.custom<F>(() => true, 'must be a sparkle');
/** A function; `what` describes it. */
export const callable = <F>(what: string) => v.custom<F>((value) => typeof value === 'function', `must be ${what}`);

/** A set of options. Other options are not allowed. */
export type OptionSet<E extends v.ObjectEntries = v.ObjectEntries> = v.StrictObjectSchema<
  E,
  v.ErrorMessage<v.StrictObjectIssue> | undefined
>;

/**
 * Checks options against their description and adds the defaults.
 *
 * @param of the owner of the options, for the error.
 * @throws {TaskTonicError} `TT_BAD_OPTION`, with the option and the problem.
 */
export function parseOptions<E extends v.ObjectEntries>(
  set: OptionSet<E>,
  options: unknown,
  of: string,
): v.InferOutput<OptionSet<E>> {
  const { entries } = set;
  const given = optionsIn(options, of);
  const known = Object.keys(entries);
  for (const key of keysOf(given, of)) if (!Object.hasOwn(entries, key)) throw unknownOption(of, key, known);
  return settingsIn(set, given, of);
}

/** As {@link parseOptions}, if unknown options were excluded before. */
export function settingsIn<E extends v.ObjectEntries>(
  { entries }: OptionSet<E>,
  given: object,
  of: string,
): v.InferOutput<OptionSet<E>> {
  const settings: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(entries) as [string, v.GenericSchema][]) {
    const value = valueOf(given, key, of);
    settings[key] = parsed(entry, value, of, key);
  }
  return settings as v.InferOutput<OptionSet<E>>;
}

function parsed(entry: v.GenericSchema, value: unknown, of: string, key: string): unknown {
  if (value === undefined && isNeeded(entry)) throw missingOption(of, key);
  try {
    const result = v.safeParse(entry, value);
    if (result.success) return result.output;
  } catch (thrown) {
    throw unreadable(of, key, thrown);
  }
  throw badValue(of, key, value, entry);
}

/**
 * Checks one value against its description.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkOption(entry: v.GenericSchema, value: unknown, of: string, option: string): void {
  if (!accepts(entry, value)) throw badValue(of, option, value, entry);
}

/** Whether a value fits its description. */
export function accepts(entry: v.GenericSchema, value: unknown): boolean {
  try {
    return v.is(entry, value);
  } catch {
    return false;
  }
}

/** Whether the option is required. */
export function isNeeded({ type }: v.GenericSchema): boolean {
  return type !== 'optional';
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` if the options are no object. */
export function optionsIn(options: unknown, of: string): object {
  if (typeof options === 'object' && options !== null && !isList(options)) return options;
  throw noOptions(of, options);
}

function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy.
    return true;
  }
}

/** The names of the given options. */
export function keysOf(options: object, of: string): string[] {
  try {
    return Object.keys(options);
  } catch (thrown) {
    throw unreadable(of, '(all)', thrown);
  }
}

export function valueOf(options: object, key: string, of: string): unknown {
  try {
    return (options as Readonly<Record<string, unknown>>)[key];
  } catch (thrown) {
    throw unreadable(of, key, thrown);
  }
}
