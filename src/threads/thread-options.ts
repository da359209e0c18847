import * as v from 'valibot';
import type { ThreadOptions } from '../core/catalyst.js';
import { ms, parseOptions, text } from '../core/option-schema.js';

const size = v.pipe(v.number(), v.gtValue(0, 'must be more than 0'));

const schema = v.strictObject({
  resourceLimits: v.optional(
    v.strictObject({
      maxYoungGenerationSizeMb: v.optional(size),
      maxOldGenerationSizeMb: v.optional(size),
      codeRangeSizeMb: v.optional(size),
      stackSizeMb: v.optional(size),
    }),
  ),
  execArgv: v.optional(v.array(text)),
  watchdog: v.optional(v.union([v.literal(false), ms(1)], 'must be 1 ms or more, or false'), false),
  drainTimeout: v.optional(ms(), 5_000),
});

export type ThreadSettings = Readonly<v.InferOutput<typeof schema>>;

/**
 * How the thread of a class is started, with what is not said filled in.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function threadSettings(catalystClass: {
  readonly name: string;
  readonly thread?: ThreadOptions;
}): ThreadSettings {
  return parseOptions(schema, catalystClass.thread ?? {}, `${catalystClass.name}.thread`);
}
