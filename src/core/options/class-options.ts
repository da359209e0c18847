import type * as v from 'valibot';
import { OptionCheck } from './option-check.js';
import type { OptionSet } from './option-schema.js';

/** The part of a class of Tonics that concerns options. */
interface OptionTaker {
  readonly name: string;
  /** The options that a user's class adds to those of its base class. */
  readonly optionsSchema?: v.GenericSchema;
}

const checks = new WeakMap<object, OptionCheck>();

/** Declares the options of a class of the framework: all of them, including those that it passes on. */
export function takesOptions(tonicClass: OptionTaker, set: OptionSet): void {
  checks.set(tonicClass, OptionCheck.of(set));
}

/**
 * Checks the options of a new Tonic: those of its class of the framework, and those that a user's class declares as
 * `static optionsSchema`.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkOptionsOf(tonicClass: OptionTaker, options: unknown): void {
  (checks.get(tonicClass) ?? checkOf(tonicClass)).check(options, tonicClass);
}

/** The check for a user's class, which is made for its first instance. */
function checkOf(tonicClass: OptionTaker): OptionCheck {
  const known = checks.get(tonicClass);
  if (known !== undefined) return known;
  const own = Object.hasOwn(tonicClass, 'optionsSchema') ? tonicClass.optionsSchema : undefined;
  const check = checkOf(Object.getPrototypeOf(tonicClass) as OptionTaker).extended(own, remedyOf(tonicClass));
  checks.set(tonicClass, check);
  return check;
}

function remedyOf({ name }: OptionTaker): string {
  return `; if it is one of ${name}'s own, leave it out of what is given to super(), or describe it in "static readonly optionsSchema"`;
}
