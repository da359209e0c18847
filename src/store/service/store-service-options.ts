import * as v from 'valibot';
import { tonicSchema } from '../../core/options/tonic-options.js';
import { treeSchema } from '../store-options.js';

export const storeSchema = v.strictObject({
  ...tonicSchema.entries,
  ...treeSchema.entries,
});

/** Options of a {@link Store}. */
export type StoreOptions = Readonly<v.InferInput<typeof storeSchema>>;
