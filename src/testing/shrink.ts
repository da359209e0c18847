/**
 * Takes away from a list what is not needed for a failure: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input"). With enough tries none of what is left can be taken away alone.
 *
 * @param fails whether it still fails with these only.
 * @param tries how often it may be asked at most.
 */
export async function shrink<T>(
  items: readonly T[],
  fails: (kept: readonly T[]) => Promise<boolean>,
  tries: number,
): Promise<readonly T[]> {
  let left = tries;
  const holds = async (kept: readonly T[]): Promise<boolean> => left-- > 0 && fails(kept);
  if (items.length === 0 || (await holds([]))) return [];
  let kept = items;
  let parts = 2;
  while (kept.length > 1 && left > 0) {
    const smaller = await withoutOnePart(kept, Math.min(parts, kept.length), holds);
    if (smaller !== undefined) {
      kept = smaller;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= kept.length) break;
    else parts *= 2;
  }
  return kept;
}

/** The list without one of so many parts, where it still fails then. */
async function withoutOnePart<T>(
  items: readonly T[],
  parts: number,
  holds: (kept: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * items.length) / parts);
    const to = Math.floor(((part + 1) * items.length) / parts);
    const kept = [...items.slice(0, from), ...items.slice(to)];
    if (await holds(kept)) return kept;
  }
  return undefined;
}
