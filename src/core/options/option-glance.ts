import type * as v from 'valibot';
import { type Parts, partsOf } from './schema-parts.js';

/**
 * Makes a fast test from the description of a value: true means that the value is valid. False means that valibot must
 * check it, which takes about fifty nanoseconds.
 */
export function glanceOf(schema: v.GenericSchema): (value: unknown) => boolean {
  const { type, wrapped, pipe, options, check } = partsOf(schema);
  if (type === 'optional' && wrapped !== undefined) return glanceOf(wrapped);
  if (type === 'number') return numberGlance(pipe ?? []);
  if (type === 'string') return textGlance(pipe ?? []);
  if (pipe !== undefined) return never;
  if (type === 'boolean') return (value) => typeof value === 'boolean';
  if (type === 'picklist') return (value) => options!.includes(value);
  if (type === 'custom') return (value) => safely(check!, value);
  return never;
}

const never = (): boolean => false;

/** Custom checks belong to the framework, but reading the value may throw, for example for a proxy. */
function safely(check: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return check(value);
  } catch {
    return false;
  }
}

function numberGlance([, ...actions]: readonly Parts[]): (value: unknown) => boolean {
  let [least, above, most] = [-Infinity, -Infinity, Infinity];
  let whole = false;
  for (const { type, requirement } of actions) {
    const bound = requirement as number;
    if (type === 'min_value') least = Math.max(least, bound);
    else if (type === 'max_value') most = Math.min(most, bound);
    else if (type === 'gt_value') above = Math.max(above, bound);
    else if (type === 'integer') whole = true;
    else if (type === 'finite') {
      least = Math.max(least, -Number.MAX_VALUE);
      most = Math.min(most, Number.MAX_VALUE);
    } else return never;
  }
  if (whole && above > -Infinity) return never;
  if (above === -Infinity && !whole) return (value) => typeof value === 'number' && value >= least && value <= most;
  if (!whole) return (value) => typeof value === 'number' && value > above && value >= least && value <= most;
  return (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function textGlance([, ...actions]: readonly Parts[]): (value: unknown) => boolean {
  let least = 0;
  for (const { type, requirement } of actions) {
    if (type !== 'min_length') return never;
    least = Math.max(least, requirement as number);
  }
  return (value) => typeof value === 'string' && value.length >= least;
}
