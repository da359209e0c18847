import { fail } from '../../core/errors.js';
import { elementOf, indexIn } from '../../core/options/element-names.js';
import type { Branch } from './node.js';

const MOST = 999_999_999_999_999;

/** The highest index of a list in this branch; -1 if it has no element. */
export function highest(branch: Branch, prefix: string): number {
  const known = branch.lists?.get(prefix);
  if (known !== undefined) return known;
  let most = -1;
  for (const key of branch.children.keys()) most = Math.max(most, indexIn(key, prefix));
  (branch.lists ??= new Map()).set(prefix, most);
  return most;
}

/** The name of the next element. */
export function nextElement(branch: Branch | undefined, prefix: string): string {
  const index = branch === undefined ? 0 : highest(branch, prefix) + 1;
  if (index > MOST) throw fail('TT_STORE_FULL', { what: 'a list', most: MOST, remedy: 'use lower numbers' });
  return `${prefix}#${index}`;
}

/** Updates the highest index: a child of this name was added. */
export function elementCame({ lists }: Branch, key: string): void {
  const element = lists === undefined ? null : elementOf(key);
  const most = element === null ? undefined : lists!.get(element[1]!);
  if (most !== undefined) lists!.set(element![1]!, Math.max(most, Number(element![2])));
}

/** Updates the highest index: a child of this name was removed. */
export function elementWent({ children, lists }: Branch, key: string): void {
  const element = lists === undefined ? null : elementOf(key);
  if (element === null) return;
  const [, prefix, digits] = element as unknown as [string, string, string];
  if (lists!.get(prefix) === Number(digits)) lowered(children, lists!, prefix, Number(digits));
}

/**
 * Lowers the highest index. The element before is most likely there; if many are missing, all names are searched when
 * the next element is made.
 */
function lowered(children: Branch['children'], lists: Map<string, number>, prefix: string, most: number): void {
  for (let index = most - 1; index >= most - FEW; index--) {
    if (index >= 0 && !children.has(`${prefix}#${index}`)) continue;
    lists.set(prefix, Math.max(index, -1));
    return;
  }
  lists.delete(prefix);
}

/** Sorts names: by code units, elements of a list by number. Elements of the list without a prefix come first. */
export function sorted(keys: Iterable<string>): string[] {
  const parsed = Array.from(keys, (key) => {
    const found = elementOf(key);
    return found === null ? { key, name: key, index: -1 } : { key, name: found[1]!, index: Number(found[2]) };
  });
  return parsed
    .sort((a, b) => (a.name === b.name ? a.index - b.index : a.name < b.name ? -1 : 1))
    .map(({ key }) => key);
}

const FEW = 100;
