/**
 * The word of a list that was probably meant: equal except for case, or with the fewest edits (insert, delete, replace,
 * swap neighbours), at most `limit`.
 */
export function nearest(word: string, list: readonly string[], limit = 2): string | undefined {
  let best: string | undefined;
  let least = limit;
  for (const other of list) {
    const distance = word.toLowerCase() === other.toLowerCase() ? 0 : editDistance(word, other);
    if (distance > least || (distance === least && best !== undefined)) continue;
    best = other;
    least = distance;
  }
  return best;
}

/** Optimal string alignment: the Levenshtein distance with swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let edits = Math.min(last[column]! + 1, now[column - 1]! + 1, last[column - 1]! + same);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, before[column - 2]! + 1);
      now.push(edits);
    }
    before = last;
    last = now;
  }
  return last[b.length]!;
}
