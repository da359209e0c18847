import { isWild } from '../../collections/pattern-trie.js';

/**
 * Whether all paths that fit a pattern fit another one: then who may read what fits that may ask for it. Where that cannot be told by looking at them
 * side by side it is false.
 */
export function covers(wide: readonly string[], narrow: readonly string[]): boolean {
  // Row by row: `row[at]` says whether the segments of `wide` up to here cover the first `at` segments of `narrow`.
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

/** The same of one segment of each. */
function coversName(wide: string, narrow: string): boolean {
  if (wide === '**' || wide === narrow) return true;
  if (narrow === '**') return false;
  return isWild(wide) && coversText(wide, narrow);
}

/** A star of the wide one stands for any text, stars of the narrow one included. */
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
