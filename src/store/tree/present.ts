import type { StoreEvent } from '../event.js';
import { type StoreValue, readable } from '../values.js';
import type { Content } from './content.js';
import { existing } from './existing.js';
import { isWild } from '../../collections/pattern-trie.js';
import { snapshotOf } from './events-by-subscription.js';
import type { Subscription } from './subscription.js';

/** The present values that match a subscription, as events for `triggerNow`. */
export function present(
  content: Content,
  { pattern, wanted: { recursive, extract, exclude } }: Subscription,
): StoreEvent[] {
  const isAny = pattern.some(isWild);
  const path = pattern.join('/');
  const found = isAny
    ? existing(content.root, pattern, recursive, (node) => content.target(node))
    : [{ path, base: path, value: content.valueAt(path) }];
  const wanted = exclude === undefined ? found : found.filter((one) => !exclude.fits(content.segments(one.path)));
  if (extract === undefined) return wanted.map((one) => initial(one.path, readable(one.value)));
  const bases = new Set(wanted.map(({ base }) => base));
  return Array.from(bases, (base) =>
    initial(
      base,
      snapshotOf(base, extract, (field) => content.shownAt(field)),
    ),
  );
}

function initial(path: string, value: StoreValue | undefined): StoreEvent {
  return Object.freeze({ path, value, old: undefined, source: 'init' });
}
