import * as v from 'valibot';
import { parseOptions } from '../core/options/option-schema.js';
import { type FrameEncoding, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { type FramingOptions, encodingOption, limitOptions } from './options.js';
import { RespRepliesDecoder, type RespReplyOf } from './resp-replies-decoder.js';
import { replyText } from './resp-reply.js';

/** A command of RESP2: its name and its arguments, in order. A number or a bigint is sent as its digits. */
export type RespCommand = readonly (string | Uint8Array | number | bigint)[];

export const respRepliesSchema = v.strictObject({
  ...limitOptions.entries,
  /** As what bulk strings are heard, and in what texts are sent. `latin1` has one character for each byte, whatever it is. */
  encoding: v.optional(encodingOption, 'utf8'),
});

/** Options of {@link respReplies}. */
export type RespRepliesOptions<E extends FrameEncoding = FrameEncoding> = FramingOptions &
  v.InferInput<typeof respRepliesSchema> & {
    readonly encoding?: E | undefined;
  };

/**
 * What a client of RESP2 sends and hears (https://redis.io/docs/latest/develop/reference/protocol-spec/): it sends commands, each a list of
 * words, and hears replies: a bulk string as a text or bytes, an integer as a number (a bigint where a number is not exact), `null`, a simple string as
 * `{ status: 'OK' }`, an error as `{ error: 'ERR no such key' }`, an array as a list. Here `max` counts all bytes of a reply, and of a command; a part
 * of a reply has 3 bytes at least, so there are never more than a third of `max`. Arrays lie 64 deep in one another at most.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function respReplies<const E extends FrameEncoding = 'utf8'>(
  options: RespRepliesOptions<E> = {},
): Framing<RespReplyOf<E>, RespCommand> {
  const { max, onTooLong, encoding: given } = parseOptions(respRepliesSchema, options, 'respReplies()');
  const name = 'respReplies()';
  const encoding = given as E;
  const limits = { name, max, onTooLong, encoding };
  return {
    name,
    max,
    decoder: () => new RespRepliesDecoder<E>(limits),
    encode(command) {
      const text = commandText(command, encoding, name);
      if (text.length > max) throw notEncoded(name, `it has ${text.length} bytes, and "max" is ${max}`);
      return Buffer.from(text, 'latin1');
    },
  };
}

/** A command as it is sent, one character for each byte: an array of bulk strings. */
function commandText(command: RespCommand, encoding: FrameEncoding, framing: string): string {
  if (!Array.isArray(command) || command.length === 0)
    throw notEncoded(framing, 'it must be a list of words, with at least one');
  return replyText(
    command.map((word: unknown) => bulkOf(word, framing)),
    encoding,
    framing,
  );
}

function bulkOf(word: unknown, framing: string): string | Uint8Array {
  if (typeof word === 'string' || word instanceof Uint8Array) return word;
  if (typeof word === 'bigint' || (typeof word === 'number' && Number.isFinite(word))) return String(word);
  throw notEncoded(framing, `a word is ${word === null ? 'null' : typeof word}, and must be a text, bytes or a number`);
}
