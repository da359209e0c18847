/**
 * Removes from a list what a failure does not need: delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input"). With enough tries, no single remaining item can be removed.
 *
 * @param fails whether the failure still occurs with these items only.
 * @param tries the most calls of `fails`.
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

/** The list without one of its parts, if the failure still occurs then. */
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
