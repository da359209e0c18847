/** A name, or a list of names. */
export type OneOrMore = string | readonly string[];

/** The names that were given; none where nothing was. */
export function listOf(given: OneOrMore | undefined): readonly string[] {
  return typeof given === 'string' ? [given] : (given ?? []);
}
