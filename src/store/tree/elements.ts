import { fail } from '../../core/errors.js';
import type { Branch } from './node.js';

/** Elements of lists have names such as `#0` or `lamp#12`: a prefix, which may be empty, and an index without leading zeros. */
const ELEMENT = /^(.*)#(0|[1-9]\d{0,14})$/s;
const MOST = 999_999_999_999_999;

/** The index of an element of the list with this prefix; -1 of what is none. */
export function indexIn(key: string, prefix: string): number {
  if (key.length <= prefix.length + 1 || key.charCodeAt(prefix.length) !== HASH || !key.startsWith(prefix)) return -1;
  const found = ELEMENT.exec(key);
  return found?.[1] === prefix ? Number(found[2]) : -1;
}

/** Whether it is a name of an element of a list, whatever its prefix. */
export function isElement(key: string): boolean {
  return ELEMENT.test(key);
}

/** The highest index that a list in this branch has; -1 where it has none. */
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

/** Keeps what is known of lists true: a child of this name has come. */
export function elementCame({ lists }: Branch, key: string): void {
  const element = lists === undefined ? null : elementOf(key);
  const most = element === null ? undefined : lists!.get(element[1]!);
  if (most !== undefined) lists!.set(element![1]!, Math.max(most, Number(element![2])));
}

/** The same: it has gone. */
export function elementWent({ children, lists }: Branch, key: string): void {
  const element = lists === undefined ? null : elementOf(key);
  if (element === null) return;
  const [, prefix, digits] = element as unknown as [string, string, string];
  if (lists!.get(prefix) === Number(digits)) lowered(children, lists!, prefix, Number(digits));
}

/** The one before is most likely there. Where many are missing, all are looked at when the next one is made. */
function lowered(children: Branch['children'], lists: Map<string, number>, prefix: string, most: number): void {
  for (let index = most - 1; index >= most - FEW; index--) {
    if (index >= 0 && !children.has(`${prefix}#${index}`)) continue;
    lists.set(prefix, Math.max(index, -1));
    return;
  }
  lists.delete(prefix);
}

function elementOf(key: string): RegExpExecArray | null {
  return key.includes('#') ? ELEMENT.exec(key) : null;
}

/** Names in their order: by code units, those of a list by number. Elements of the list without a prefix come first. */
export function sorted(keys: Iterable<string>): string[] {
  const parsed = Array.from(keys, (key) => {
    const found = elementOf(key);
    return found === null ? { key, name: key, index: -1 } : { key, name: found[1]!, index: Number(found[2]) };
  });
  return parsed
    .sort((a, b) => (a.name === b.name ? a.index - b.index : a.name < b.name ? -1 : 1))
    .map(({ key }) => key);
}

const HASH = 35;
const FEW = 100;
