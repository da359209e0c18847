import * as v from 'valibot';
import { bytes, count, oneOf, text } from '../../core/options/option-schema.js';

const MIB = 1024 * 1024;

export const waitingSchema = v.strictObject(
  {
    /** The most batches. */
    batches: v.optional(count(1), 1_000_000),
    /** The most bytes of them, as written. A single batch may have more. */
    bytes: v.optional(bytes(1), 64 * MIB),
  },
  'must be an object',
);

export const persistSchema = v.strictObject({
  /** The directory for this Store alone. It is created if it does not exist. */
  directory: text,
  /**
   * Acknowledged batches survive any end of the process (`'process'`), or also a crash of the machine (`'disk'`), which
   * waits for the disk.
   */
  durability: v.optional(oneOf('process', 'disk'), 'process'),
  /**
   * A snapshot is written when the log has grown by this many bytes, and is larger than the last snapshot; then the old
   * log is removed.
   */
  snapshotEvery: v.optional(bytes(1), 64 * MIB),
  /** The paths that are kept, each with all below it. Default: all. */
  only: v.optional(v.array(text)),
  /**
   * What happens if a file is damaged before its end: the Store does not start (`'refuse'`), or the damaged data is
   * removed and it starts (`'cut'`).
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
