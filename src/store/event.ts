import type { StoreValue } from './values.js';

/** What subscribers of a Store hear of one change. It is frozen, and so is the list that it comes in. */
export interface StoreEvent {
  /** Where, as the subscriber sees it: through an active link the path of the alias. */
  readonly path: string;
  /** What is there now; `undefined` is no value. With `extract`: its fields. */
  readonly value: StoreValue | undefined;
  /** What was there before. With `extract`: its fields, as far as the changes heard tell. */
  readonly old: StoreValue | undefined;
  /** Who made the change, where that was said; `'init'` for what `triggerNow` tells. */
  readonly source: string | undefined;
}
