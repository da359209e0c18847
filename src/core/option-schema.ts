import * as v from 'valibot';
import { fail } from './errors.js';
import { type Issue, isMissing, isUnknown, wanted } from './schema-problems.js';

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

function problemOf(issue: Issue): string {
  if (isUnknown(issue)) return 'there is no such option';
  if (isMissing(issue)) return 'it is missing, and must be given';
  const { received, input } = issue;
  return `it is ${typeof input === 'string' ? JSON.stringify(input) : received}, and ${wanted(issue)}`;
}
