import type * as v from 'valibot';
import { type ThreadOptions, threadSchema } from '../../core/options/catalyst-options.js';
import { parseOptions } from '../../core/options/option-schema.js';

export type ThreadSettings = Readonly<v.InferOutput<typeof threadSchema>>;

/**
 * The settings for the thread of a class, with defaults.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function threadSettings(catalystClass: {
  readonly name: string;
  readonly thread?: ThreadOptions;
}): ThreadSettings {
  return parseOptions(threadSchema, catalystClass.thread ?? {}, `${catalystClass.name}.thread`);
}
