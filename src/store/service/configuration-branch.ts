import { holdsSecret, isPlainObject, isSecret, plainData } from '../../core/options/data-tree.js';
import { isName, joined } from '../paths.js';
import type { ReadOnly } from '../tree/read-only.js';
import type { Tree } from '../tree/tree.js';

const NAME = 'formula';
const SOURCE = 'configuration';

/** The configuration of the app in its Store. Users cannot write there. */
export const CONFIGURATION: ReadOnly = {
  name: NAME,
  reason: `what is under "${NAME}" is the configuration; give the value in creatingFormula() or in another source of it, and have them read again with reloadConfiguration()`,
};

/**
 * Updates the branch `formula` to the present configuration, in one batch with all differences.
 *
 * @returns errors for the parts that were left out because they are longer or deeper than the Store allows.
 */
export function showConfiguration(tree: Tree, data: unknown): Error[] {
  const refused: Error[] = [];
  const wanted = new Map(entriesOf(plainData(data), NAME, []));
  const write = (): void => {
    for (const path of pathsIn(tree, NAME)) if (!wanted.has(path)) tree.remove(path);
    for (const [path, value] of wanted) {
      try {
        tree.write(path, value);
      } catch (thrown) {
        refused.push(thrown as Error);
      }
    }
  };
  tree.asOwner(() => tree.group(write, { source: SOURCE }));
  return refused;
}

type Entry = readonly [path: string, value: unknown];

/**
 * The paths of the configuration: each section without a value, and each value. A list is one value. Secrets are left
 * out.
 */
function* entriesOf(data: unknown, path: string, above: readonly unknown[]): Generator<Entry> {
  if (above.includes(data)) return;
  if (!isPlainObject(data) || !Object.keys(data).every(isName)) {
    const value = openPart(data, above);
    if (value !== undefined) yield [path, value];
    return;
  }
  yield [path, undefined];
  for (const [name, member] of Object.entries(data))
    if (!isSecret([name])) yield* entriesOf(member, joined(path, name), [...above, data]);
}

/** The part of a value that readers of the Store may see. Elements of lists keep their index. */
function openPart(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === 'string') return holdsSecret(value) ? undefined : value;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return undefined;
  const within = [...above, value];
  if (Array.isArray(value)) return value.map((one) => openPart(one, within));
  const open = Object.entries(value).filter(([name]) => !isSecret([name]));
  return Object.fromEntries(open.map(([name, member]) => [name, openPart(member, within)]));
}

/** The existing paths, each before the paths below it. */
function* pathsIn(tree: Tree, path: string): Generator<string> {
  if (!tree.exists(path)) return;
  yield path;
  // A path that was removed in the meantime has no keys.
  for (const key of tree.keys(path)) yield* pathsIn(tree, joined(path, key));
}
