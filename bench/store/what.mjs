// What the programs of this folder have in common.
import { Store, StoreTree } from '../../dist/lib/store.js';

export { Store, StoreTree };

/** Paths as an app has them, of three names each. @param {number} count */
export const pathsOf = (count) => Array.from({ length: count }, (_, n) => `rooms/${n % 100}/${n}`);

/** What one would write by hand: a Map of Maps by path. @param {Iterable<[string, unknown]>} entries */
export function mapsOf(entries) {
  const root = new Map();
  for (const [path, value] of entries) {
    const names = path.split('/');
    const last = names.pop();
    let at = root;
    for (const name of names) {
      let below = at.get(name);
      if (below === undefined) at.set(name, (below = new Map()));
      at = below;
    }
    at.set(last, value);
  }
  return root;
}
