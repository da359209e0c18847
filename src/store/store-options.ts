import * as v from 'valibot';
import { callable, count, flag } from '../core/options/option-schema.js';

export const treeSchema = v.strictObject({
  /** The most paths that it may have. */
  paths: v.optional(count(1), 10_000_000),
  /** The most segments of a path. */
  depth: v.optional(count(1), 64),
  /** The most characters of a path. */
  pathLength: v.optional(count(1), 1_024),
  /** The most subscriptions; each path of a list is one. */
  subscriptions: v.optional(count(1), 100_000),
  /** The most bytes of one value, estimated. A SharedArrayBuffer is not counted. */
  valueBytes: v.optional(count(1), 67_108_864),
  /** Gets exceptions of subscribers. Default: an uncaught error. */
  onError: v.optional(callable<(error: unknown) => void>('a function that hears errors')),
});

/** Options of a {@link StoreTree}. */
export type StoreTreeOptions = Readonly<v.InferInput<typeof treeSchema>>;

const sourceOption = v.optional(v.string('must be a text'));

export const subscribeSchema = v.strictObject({
  /** Whether it is told of changes of paths below, too. */
  recursive: v.optional(flag, false),
  /** Leaves out changes with this source. */
  ignoreSource: sourceOption,
  /** Leaves out these paths and all below them; they may have wildcards. */
  exclude: v.optional(v.array(v.string('must be a path'), 'must be a list of paths')),
  /** Gets these fields of the changed element instead of the changes: paths below it, and `.` for its own value. */
  extract: v.optional(v.array(v.string('must be a path'), 'must be a list of paths')),
  /** Whether it gets the present values at once, with the source `'init'`. */
  triggerNow: v.optional(flag, false),
  /** Whether several changes of one path in a batch are merged: the first old value and the last new one. */
  latest: v.optional(flag, false),
  /** Its owner: `unsubscribe(owner)` ends it. */
  owner: v.optional(v.custom<unknown>(() => true, 'must be anything')),
});

/** Options of `subscribe()`. */
export type SubscribeOptions = Readonly<Omit<v.InferInput<typeof subscribeSchema>, 'exclude' | 'extract'>> & {
  readonly exclude?: readonly string[] | undefined;
  readonly extract?: readonly string[] | undefined;
};

export const groupSchema = v.strictObject({
  /** The source of these changes, as in their events. Default: that of the group around it. */
  source: sourceOption,
  /** Whether subscribers are told. With `false`, groups within this one tell nobody either. */
  notify: v.optional(flag, true),
});

/** Options of `group()`. */
export type StoreGroupOptions = Readonly<v.InferInput<typeof groupSchema>>;

export const linkSchema = v.strictObject({
  /** Whether changes of the target are also events of the alias. */
  bubbleEvents: v.optional(flag, false),
});

/** Options of `linkTo()`. */
export type LinkOptions = Readonly<v.InferInput<typeof linkSchema>>;

/**
 * Throws an error of a subscriber outside of the write that called it, as an uncaught error: the writer did not cause
 * it.
 */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
