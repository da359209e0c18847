import type * as v from 'valibot';
import { OptionCheck } from './option-check.js';
import type { OptionSet } from './option-schema.js';

/** A class of Tonics, as far as its options go. */
interface OptionTaker {
  readonly name: string;
  /** What a class of a user's adds to the options of the class that it extends. */
  readonly optionsSchema?: v.GenericSchema;
}

const checks = new WeakMap<object, OptionCheck>();

/** Says what options a class of the framework's takes: all of them, those that it hands on too. */
export function takesOptions(tonicClass: OptionTaker, set: OptionSet): void {
  checks.set(tonicClass, OptionCheck.of(set));
}

/**
 * Checks the options that a class of Tonics is made with: those of the framework's class that it is or extends, and those that it
 * describes itself as `static optionsSchema`.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function checkOptionsOf(tonicClass: OptionTaker, options: unknown): void {
  (checks.get(tonicClass) ?? checkOf(tonicClass)).check(options, tonicClass);
}

/** The check of a class of a user's, which is made with the first instance. */
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
