import * as v from 'valibot';
import { tonicSchema } from '../../core/options/tonic-options.js';
import { type PersistOptions, persistSchema } from '../durable/options.js';
import { treeSchema } from '../store-options.js';

export const storeSchema = v.strictObject({
  ...tonicSchema.entries,
  ...treeSchema.entries,
  /** Keeps the Store on disk, so that its data survives a restart. Default: not kept. */
  persist: v.optional(persistSchema),
});

/** Options of a {@link Store}. */
export type StoreOptions = Omit<Readonly<v.InferInput<typeof storeSchema>>, 'persist'> & {
  readonly persist?: PersistOptions | undefined;
};
