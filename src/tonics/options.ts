import * as v from 'valibot';
import type { AnyTonic } from '../core/any-tonic.js';
import { problemsOf, schemasAlong } from '../core/configuration-problems.js';
import { LANES } from '../core/log-lane.js';
import { ms, text } from '../core/option-schema.js';
import type { StartProblem } from '../core/tonic-maker.js';
import { alternatives } from '../core/schema-parts.js';

/** What every Tonic takes, for those that check their options. */
export const tonicOptions = {
  name: v.optional(text),
  logMode: v.optional(v.picklist(['stealth', 'off', 'quiet', 'full'], 'must be stealth, off, quiet or full')),
  logLane: v.optional(v.picklist(LANES, `must be one of ${LANES.join(', ')}`)),
  base: v.optional(v.custom<AnyTonic>((base) => typeof base === 'object' && base !== null, 'must be a Tonic')),
  drainTimeout: v.optional(ms()),
};

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
