import { createRequire } from 'node:module';
import * as v from 'valibot';
import { fail } from '../core/errors.js';
import { parseOptions } from '../core/options/option-schema.js';
import { bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { MessagePackDecoder } from './message-pack-decoder.js';
import { type FramingOptions, limitOptions } from './options.js';

/** Decodes and encodes MessagePack: a `Packr` of msgpackr does both. */
export interface MessagePackCodec {
  pack(value: unknown): Uint8Array;
  unpack(bytes: Uint8Array): unknown;
}

export const messagePackSchema = v.strictObject({
  ...limitOptions.entries,
  /** The encoder and decoder, such as a `Packr` of your own. Default: one of msgpackr, for plain MessagePack. */
  codec: v.optional(
    v.custom<MessagePackCodec>(
      (value) => typeof (value as Partial<MessagePackCodec> | undefined)?.unpack === 'function',
      'must be an object with pack() and unpack()',
    ),
  ),
});

/** Options of {@link messagePack}. */
export type MessagePackOptions = FramingOptions & v.InferInput<typeof messagePackSchema>;

/**
 * Values of MessagePack (https://msgpack.org), one after another. It needs the package msgpackr, or another `codec`. A value that is
 * `undefined` comes as `null`.
 *
 * @typeParam Value what you expect; it is not checked.
 * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NEEDS_PACKAGE`
 */
export function messagePack<Value = unknown>(options: MessagePackOptions = {}): Framing<Value> {
  const settings = parseOptions(messagePackSchema, options, 'messagePack()');
  const name = 'messagePack()';
  const { max } = settings;
  const codec = settings.codec ?? loadCodec();
  const limits = { ...settings, name, codec };
  return {
    name,
    max,
    decoder: () => new MessagePackDecoder<Value>(limits),
    encode(value) {
      let bytes: Uint8Array;
      try {
        bytes = codec.pack(value);
      } catch (thrown) {
        throw notEncoded(name, `it cannot be packed (${String(thrown)})`, thrown);
      }
      return Buffer.from(bytesOf(bytes, 'buffer', name, max));
    },
  };
}

interface Msgpackr {
  readonly Packr: new (options: object) => MessagePackCodec;
}

/**
 * Loads msgpackr, only when it is used.
 *
 * @param here where it is looked for.
 * @throws {TaskTonicError} `TT_NEEDS_PACKAGE`
 */
export function loadCodec(here: string = import.meta.url): MessagePackCodec {
  let msgpackr: Msgpackr;
  try {
    msgpackr = createRequire(here)('msgpackr') as Msgpackr;
  } catch (thrown) {
    throw fail('TT_NEEDS_PACKAGE', { what: 'messagePack()', package: 'msgpackr' }, thrown);
  }
  return new msgpackr.Packr({ useRecords: false, int64AsType: 'auto' });
}
