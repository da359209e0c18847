import * as v from 'valibot';
import { bytes, count, oneOf, text } from '../../core/options/option-schema.js';

const MIB = 1024 * 1024;

export const waitingSchema = v.strictObject(
  {
    /** The most batches. */
    batches: v.optional(count(1), 1_000_000),
    /** The most bytes of them, as they are written. One batch alone may have more. */
    bytes: v.optional(bytes(1), 64 * MIB),
  },
  'must be an object',
);

export const persistSchema = v.strictObject({
  /** Where it is kept: a directory of its own. It is made where there is none. */
  directory: text,
  /**
   * What is acknowledged survives the end of the process, in whatever way it ends (`'process'`), or also that of the machine (`'disk'`):
   * then the disk is waited for.
   */
  durability: v.optional(oneOf('process', 'disk'), 'process'),
  /**
   * A snapshot is written when the log has grown by so many bytes, and is larger than the last snapshot: then the log before it is
   * removed.
   */
  snapshotEvery: v.optional(bytes(1), 64 * MIB),
  /** The paths that are kept, each with all below it. Default: all. */
  only: v.optional(v.array(text)),
  /**
   * What happens where a file is damaged, and not only its end: the Store does not start (`'refuse'`), or starts without what is lost
   * with it (`'cut'`), which is removed.
   */
  damaged: v.optional(oneOf('refuse', 'cut'), 'refuse'),
  /** How much may wait to be written; more throws `TT_STORE_FULL`. */
  waitingLimit: v.optional(waitingSchema, {}),
});

type PersistInput = Readonly<v.InferInput<typeof persistSchema>>;

/** How a Store is kept on disk. */
export type PersistOptions = Omit<PersistInput, 'only'> & { readonly only?: readonly string[] | undefined };

/** The same, checked and complete. */
export type PersistSettings = Readonly<v.InferOutput<typeof persistSchema>>;
