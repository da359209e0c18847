import { inspect } from 'node:util';
import { fail } from '../core/errors.js';
import { joined } from './paths.js';
import { isPair } from './set-data.js';
import type { StoreValue } from './values.js';
import type { Tree } from './tree/tree.js';

/** A link as a dump has it. */
export interface DumpedLink {
  readonly $link: string;
  readonly bubbleEvents: boolean;
}

/** An entry of a dump, as of `dump()` and `load()`: its path, relative to that of the dump, and its value or link. */
export type DumpEntry = readonly [path: string, value: StoreValue | DumpedLink];

export type Dump = readonly DumpEntry[];

/** All values and links at and below a path, in the order of their paths. */
export function dumpOf(tree: Tree, path: string): DumpEntry[] {
  return tree.entries(path).map(({ path: below, value, link }) => {
    if (link !== undefined) return [below, { $link: link.target, bubbleEvents: link.bubbles }];
    return [below, isMarked(value) ? { $value: value! } : value!];
  });
}

/**
 * Sets what a dump holds, links as well.
 * @throws {TaskTonicError} `TT_STORE_DUMP`
 */
export function loadDump(tree: Tree, path: string, dump: Dump): void {
  if (!Array.isArray(dump)) throw noDump(dump);
  for (const entry of dump as Dump) {
    if (!isPair(entry)) throw noDump(entry);
    const [below, value] = entry;
    const at = joined(path, below);
    // The dump of a whole Store also contains read-only values; nobody can set them.
    if (path === '' && tree.isReadOnly(at)) continue;
    const { $link, $value, bubbleEvents } = (isMarked(value) ? value : {}) as Partial<DumpedLink> & {
      $value?: unknown;
    };
    if ($link !== undefined && typeof $link !== 'string') throw noDump(entry);
    if ($link !== undefined) tree.link(at, $link, bubbleEvents === true);
    else tree.write(at, $value === undefined ? value : $value);
  }
}

function noDump(what: unknown): Error {
  return fail('TT_STORE_DUMP', { what: inspect(what, { depth: 1, breakLength: Infinity, maxStringLength: 40 }) });
}

/** Whether a value of the Store looks like the mark of a link in a dump, or like an escaped value. */
function isMarked(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, '$link') || Object.hasOwn(value, '$value');
}

/** A dump as a text to be read by people. */
export function dumpText(path: string, dump: Dump): string {
  const lines = dump.map(
    ([below, value]) => `  ${below === '' ? '.' : below} = ${inspect(value, { depth: 4, breakLength: Infinity })}`,
  );
  return [`Dump of ${path === '' ? 'ROOT' : path}:`, ...(lines.length === 0 ? ['  (empty)'] : lines)].join('\n');
}
