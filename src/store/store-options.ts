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
  /** The most bytes of one value, as far as they can be told: 64 MB. What is in a SharedArrayBuffer is not counted. */
  valueBytes: v.optional(count(1), 67_108_864),
  /** Hears what a subscriber throws. Default: it is thrown where nobody catches it. */
  onError: v.optional(callable<(error: unknown) => void>('a function that hears errors')),
});

/** Options of a {@link StoreTree}. */
export type StoreTreeOptions = Readonly<v.InferInput<typeof treeSchema>>;

const sourceOption = v.optional(v.string('must be a text'));

export const subscribeSchema = v.strictObject({
  /** Whether it hears of all that is below, too. */
  recursive: v.optional(flag, false),
  /** Changes with this source are not heard. */
  ignoreSource: sourceOption,
  /** Paths whose changes are not heard, with all below them; they may have wildcards. */
  exclude: v.optional(v.array(v.string('must be a path'), 'must be a list of paths')),
  /** Hears not what has changed, but these fields of what has: paths below it, and `.` for its own value. */
  extract: v.optional(v.array(v.string('must be a path'), 'must be a list of paths')),
  /** Whether what is there now is heard at once, with the source `'init'`. */
  triggerNow: v.optional(flag, false),
  /** Whether several changes of one path in a batch are heard as one: the first old value and the last new one. */
  latest: v.optional(flag, false),
  /** Whom it belongs to: `unsubscribe(owner)` ends it. */
  owner: v.optional(v.custom<unknown>(() => true, 'must be anything')),
});

/** Options of `subscribe()`. */
export type SubscribeOptions = Readonly<Omit<v.InferInput<typeof subscribeSchema>, 'exclude' | 'extract'>> & {
  readonly exclude?: readonly string[] | undefined;
  readonly extract?: readonly string[] | undefined;
};

export const groupSchema = v.strictObject({
  /** Who makes these changes: their events say so. Default: that of the group around it. */
  source: sourceOption,
  /** Whether anybody is told. Nothing within a group that is not to be told is told. */
  notify: v.optional(flag, true),
});

/** Options of `group()`. */
export type StoreGroupOptions = Readonly<v.InferInput<typeof groupSchema>>;

export const linkSchema = v.strictObject({
  /** Whether events of the target are told of the alias as well. */
  bubbleEvents: v.optional(flag, false),
});

/** Options of `linkTo()`. */
export type LinkOptions = Readonly<v.InferInput<typeof linkSchema>>;

/** What a subscriber throws is nobody's fault who writes: it is thrown where it is seen as what it is, an error that nobody caught. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
