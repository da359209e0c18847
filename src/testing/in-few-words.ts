/** So many are told whole where there are many. */
const MOST_WHOLE = 10;

/**
 * Many things in few words: the first ones whole, and how many more there are of each kind.
 * `reset #0 of tcp 1, loss #3 of tcp 2, and 480 more: 470 loss, 10 reset`
 */
export function inFewWords<T>(items: readonly T[], text: (item: T) => string, kind: (item: T) => string): string {
  const whole = items.slice(0, MOST_WHOLE).map(text).join(', ');
  const more = items.slice(MOST_WHOLE);
  return more.length === 0 ? whole : `${whole}, and ${more.length} more: ${counted(more, kind)}`;
}

/** How many there are of each kind, the most first; of the kinds, too, there may be many. */
function counted<T>(items: readonly T[], kind: (item: T) => string): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(kind(item), (counts.get(kind(item)) ?? 0) + 1);
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const told = kinds.slice(0, MOST_WHOLE).map(([name, count]) => `${count} ${name}`);
  if (kinds.length > MOST_WHOLE) told.push(`${kinds.length - MOST_WHOLE} other kinds`);
  return told.join(', ');
}

/** Names of Tonics: those by default, such as `03.Echo`, are counted by their classes. */
export function namesInFewWords(names: readonly string[]): string {
  return inFewWords(names, String, (name) => classIn(name) ?? name.replace(/\d+/g, '...'));
}

/** `Echo` of `worker/03.Echo`: a name by default has the class in it. */
export function classIn(name: string): string | undefined {
  return /^(?:.*\/)?\d+\.(.+)$/.exec(name)?.[1];
}
