import { isWild } from '../../collections/pattern-trie.js';

/**
 * Whether every path that matches the pattern `narrow` also matches `wide`. Then a client that may read `wide` may
 * subscribe to `narrow`. In doubt the result is false.
 */
export function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  // Dynamic programming: `row[at]` tells whether the segments of `wide` so far cover the first `at` segments of
  // `narrow`.
  let row: boolean[] = [true, ...narrow.map(() => false)];
  for (const segment of wide) {
    const next: boolean[] = [false];
    for (let at = 1; at <= narrow.length; at++) {
      const isHere = row[at - 1]! || (segment === '**' && next[at - 1]!);
      next.push(isHere && coversName(segment, narrow[at - 1]!));
    }
    row = next;
  }
  return row[narrow.length]!;
}

/** Whether one segment covers another. */
function coversName(wide: string, narrow: string): boolean {
  if (wide === '**' || wide === narrow) return true;
  if (narrow === '**') return false;
  return isWild(wide) && coversText(wide, narrow);
}

/** A star in `wide` stands for any text, including the stars in `narrow`. */
function coversText(wide: string, narrow: string): boolean {
  const parts = wide.split(/\*+/);
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (narrow.length < first.length + last.length || !narrow.startsWith(first) || !narrow.endsWith(last)) return false;
  let from = first.length;
  const to = narrow.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = narrow.indexOf(part, from);
    if (at === -1 || at + part.length > to) return false;
    from = at + part.length;
  }
  return true;
}
