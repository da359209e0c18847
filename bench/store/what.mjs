// What the programs of this folder have in common.
import { Store, StoreTree } from '../../dist/lib/store.js';

export { Store, StoreTree };

/** Paths as an app has them, of three names each. @param {number} count */
export const pathsOf = (count) => Array.from({ length: count }, (_, n) => `rooms/${n % 100}/${n}`);
