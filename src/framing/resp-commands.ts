import * as v from 'valibot';
import { parseOptions } from '../core/options/option-schema.js';
import { type FrameEncoding, type FrameOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';
import { RespCommandsDecoder } from './resp-commands-decoder.js';
import { type RespReply, replyText } from './resp-reply.js';

export const respCommandsSchema = v.strictObject({
  ...limitOptions.entries,
  /**
   * What the words of a command are decoded to, and how texts are encoded. `latin1` has one character for each byte.
   */
  encoding: v.optional(encodingOption, 'utf8'),
});

/** Options of {@link respCommands}. */
export type RespCommandsOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof respCommandsSchema> & {
    readonly encoding?: E | undefined;
  };

/**
 * The framing of a RESP2 server (https://redis.io/docs/latest/develop/reference/protocol-spec/): it decodes commands,
 * each a list of words, and encodes replies. A command is an array of bulk strings, or a typed line; one without words
 * is skipped. Here `max` counts all bytes of a command, and of a reply.
 *
 * Bytes that are not a command are `TT_BAD_FRAME`; the detail `problem` is the text of Redis after `Protocol error: `.

 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function respCommands<const E extends FrameEncoding = 'utf8'>(
  options: RespCommandsOptions<E> = {},
): Framing<FrameOf<E>[], RespReply> {
  const { max, onTooLong, encoding: given } = parseOptions(respCommandsSchema, options, 'respCommands()');
  const name = 'respCommands()';
  const encoding = given as E;
  const limits = { name, max, onTooLong, encoding };
  return {
    name,
    max,
    decoder: () => new RespCommandsDecoder<E>(limits),
    encode(reply) {
      const text = replyText(reply, encoding, name);
      if (text.length > max) throw notEncoded(name, `it has ${text.length} bytes, and "max" is ${max}`);
      return Buffer.from(text, 'latin1');
    },
  };
}
