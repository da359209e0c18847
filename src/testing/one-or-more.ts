import * as v from 'valibot';

/** A name, or a list of names. */
export type OneOrMore = string | readonly string[];

function isName(value: unknown): boolean {
  return typeof value === 'string';
}

/** The same in an option; `what` says what they name. */
export const oneOrMoreOf = (what: string) =>
  v.custom<OneOrMore>((value) => isName(value) || (Array.isArray(value) && value.every(isName)), `must be ${what}`);

export const oneOrMore = oneOrMoreOf('a name, or a list of names');

/** The names that were given; none where nothing was. */
export function listOf(given: OneOrMore | undefined): readonly string[] {
  return typeof given === 'string' ? [given] : (given ?? []);
}
