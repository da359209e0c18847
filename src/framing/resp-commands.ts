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
 * What a server of RESP2 hears and sends (https://redis.io/docs/latest/develop/reference/protocol-spec/): it hears commands, each a list of
 * words, and sends replies. A command is an array of bulk strings, or a line that somebody has typed; one without words is left out. Here
 * `max` counts all bytes of a command, and of a reply.
 *
 * What is no command is `TT_BAD_FRAME`; the detail `problem` of that error says it as Redis does, behind `Protocol error: `.
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
