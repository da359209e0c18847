import * as v from 'valibot';
import type { AnyTonic } from '../core/any-tonic.js';
import { problemsOf, schemasAlong } from '../core/configuration-problems.js';
import { fail } from '../core/errors.js';
import type { StartProblem } from '../core/ports.js';
import { alternatives } from '../core/schema-parts.js';
import { type Issue, isMissing, isUnknown, wanted } from '../core/schema-problems.js';
import { LANES } from '../core/log-lane.js';

// Options are described once, with valibot: the description yields their types, defaults and errors, and the tables in
// docs/options.md.

/** Milliseconds, from 0 (or `least`). */
export const ms = (least = 0) => v.pipe(v.number(), v.minValue(least, `must be ${least} ms or more`));
/** Bytes, whole, from `least`. */
export const bytes = (least: number) => v.pipe(v.number(), v.minValue(least, `must be ${least} bytes or more`));
export const count = (least: number) =>
  v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(least, `must be ${least} or more`));
export const port = (least: number) => v.pipe(count(least), v.maxValue(65_535, 'must be 65535 or less'));
export const flag = v.boolean('must be true or false');
export const text = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'));

/** What every Tonic takes, for those that check their options. */
export const tonicOptions = {
  name: v.optional(text),
  logMode: v.optional(v.picklist(['stealth', 'off', 'quiet', 'full'], 'must be stealth, off, quiet or full')),
  logLane: v.optional(v.picklist(LANES, `must be one of ${LANES.join(', ')}`)),
  base: v.optional(v.custom<AnyTonic>((base) => typeof base === 'object' && base !== null, 'must be a Tonic')),
  drainTimeout: v.optional(ms()),
};

/**
 * Checks options against their description and fills in the defaults.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`, with the option and what is wrong with it.
 */
export function parseOptions<S extends v.GenericSchema>(
  schema: S,
  options: unknown,
  className: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw fail('TT_BAD_OPTION', { class: className, option: v.getDotPath(issue) ?? '(all)', problem: problemOf(issue) });
}

/** All that is wrong with options, for those that a configuration gives. */
export function checkOptions(schema: v.GenericSchema, options: unknown, below: readonly string[]): StartProblem[] {
  const result = v.safeParse(schema, options);
  if (result.success) return [];
  const around = (path: readonly string[]): readonly v.GenericSchema[] =>
    schemasAlong(alternatives(schema), path.slice(below.length));
  const found = problemsOf(result.issues, valueBelow(options, below), () => undefined, around, below);
  return found.map(({ path, is, must }) => ({ path: path.split('/'), is, must }));
}

/** `{ options: { ... } }`: what is wrong is found by its path from there. */
function valueBelow(value: unknown, [first, ...rest]: readonly string[]): unknown {
  return first === undefined ? value : { [first]: valueBelow(value, rest) };
}

function problemOf(issue: Issue): string {
  if (isUnknown(issue)) return 'there is no such option';
  if (isMissing(issue)) return 'it is missing, and must be given';
  const { received, input } = issue;
  return `it is ${typeof input === 'string' ? JSON.stringify(input) : received}, and ${wanted(issue)}`;
}
