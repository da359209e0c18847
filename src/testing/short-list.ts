/** The most items that are shown completely. */
const MOST_WHOLE = 10;

/**
 * A short text for many items: the first ones completely, then the number of others by kind. `reset #0 of tcp 1, loss
 * #3 of tcp 2, and 480 more: 470 loss, 10 reset`
 */
export function shortList<T>(items: readonly T[], text: (item: T) => string, kind: (item: T) => string): string {
  const whole = items.slice(0, MOST_WHOLE).map(text).join(', ');
  const more = items.slice(MOST_WHOLE);
  return more.length === 0 ? whole : `${whole}, and ${more.length} more: ${counted(more, kind)}`;
}

/** The number of items of each kind, the most frequent first; the list of kinds is limited, too. */
function counted<T>(items: readonly T[], kind: (item: T) => string): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(kind(item), (counts.get(kind(item)) ?? 0) + 1);
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const told = kinds.slice(0, MOST_WHOLE).map(([name, count]) => `${count} ${name}`);
  if (kinds.length > MOST_WHOLE) told.push(`${kinds.length - MOST_WHOLE} other kinds`);
  return told.join(', ');
}

/** The names of Tonics; default names such as `03.Echo` are counted by class. */
export function shortNames(names: readonly string[]): string {
  return shortList(names, String, (name) => classIn(name) ?? name.replace(/\d+/g, '...'));
}

/** `Echo` for `worker/03.Echo`: a default name contains the class. */
export function classIn(name: string): string | undefined {
  return /^(?:.*\/)?\d+\.(.+)$/.exec(name)?.[1];
}
