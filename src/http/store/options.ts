import * as v from 'valibot';
import { bytes, count, flag, text } from '../../core/options/option-schema.js';
import { rateOption } from '../../tonics/rate-option.js';
import { Store } from '../../store/service/store.js';
import { StoreTree } from '../../store/store-tree.js';

const patterns = v.array(v.string('must be a path'), 'must be a list of paths');

/** The served Store: the class of its service, or a tree. */
export type ServedStore = typeof Store | StoreTree;

export const storeConnectionSchema = v.strictObject({
  /** The paths that a page may read, as patterns. */
  read: patterns,
  /** What it may set: patterns of paths. */
  write: v.optional(patterns, []),
  /** Whether a page may also set paths that do not exist yet; it could then fill the Store with paths. */
  creates: v.optional(flag, false),
  /** The class of the Store's service, or a `StoreTree`. Default: the `Store` of the app. */
  store: v.optional(
    v.custom<ServedStore>(
      (value) =>
        value instanceof StoreTree || value === Store || (value as { prototype?: unknown }).prototype instanceof Store,
      'must be a class of Store, or a StoreTree',
    ),
  ),
  /** The source of what pages set. */
  source: v.optional(text, 'web'),
  /** The most patterns that a page may follow. */
  maxPaths: v.optional(count(1), 32),
  /** The most paths that a page may set with one message. */
  maxPairs: v.optional(count(1), 1_000),
  /** The most bytes of one value that a page may set, as JSON. */
  valueBytes: v.optional(bytes(1), 65_536),
  /** The most bytes, as JSON, of all that a page follows. More is refused. */
  allBytes: v.optional(bytes(1), 8_388_608),
  /** How many messages a page may send: a number a second, or `{ perSecond, burst }`. A new `follow` counts as ten. */
  messageRate: v.optional(rateOption, 100),
  /** The most changed paths kept for a page that reads too slowly; beyond that it gets all values again. */
  behindPaths: v.optional(count(0), 10_000),
});

/** Paths, rights and bounds of a StoreConnection: its static `serves`. */
export type StoreConnectionOptions = Readonly<Omit<v.InferInput<typeof storeConnectionSchema>, 'read' | 'write'>> &
  Partial<StoreRights> &
  Pick<StoreRights, 'read'>;
/** The same, checked and complete. */
export type StoreConnectionSettings = Readonly<v.InferOutput<typeof storeConnectionSchema>>;

/** What a page may read and write. */
export interface StoreRights {
  /** The paths that it may read, as patterns. */
  readonly read: readonly string[];
  /** What it may set: patterns of paths. */
  readonly write: readonly string[];
}
