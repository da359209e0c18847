import * as v from 'valibot';
import { count } from '../core/options/option-schema.js';

/** Options of every framing. */
export const limitOptions = v.strictObject({
  /** The most bytes of a frame, without its delimiter or length. */
  max: v.optional(count(1), 65_536),
  /**
   * What happens at a longer one: `next()` throws `TT_FRAME_TOO_LONG` and continues after it (`error`), throws at each
   * further call too (`close`), or continues after it and counts it in `skipped` (`skip`).
   */
  onTooLong: v.optional(v.picklist(['error', 'close', 'skip'], 'must be error, close or skip'), 'error'),
});

// What a schema spreads loses its doc comments in the declarations; this type brings them back.
/** Options of any framing but `fixed()`. */
export type FramingOptions = v.InferInput<typeof limitOptions>;

/** What the bytes of a frame are decoded to. */
export const encodingOption = v.picklist(
  ['buffer', 'utf8', 'latin1', 'ascii'],
  'must be buffer, utf8, latin1 or ascii',
);
