import * as v from 'valibot';
import { problemsOf, schemasAlong } from '../config/configuration-problems.js';
import type { StartProblem } from '../config/tonic-maker.js';
import { alternatives } from '../core/options/schema-parts.js';

/** All problems of options that a configuration gives. */
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
