import * as v from 'valibot';
import { flag, parseOptions } from '../core/options/option-schema.js';
import { badFrame } from './byte-decoder.js';
import { bytesOf, notEncoded } from './encoding.js';
import type { Framing } from './framing.js';
import { LinesDecoder } from './lines-decoder.js';
import { type FramingOptions, limitOptions } from './options.js';
import { ValueDecoder } from './value-decoder.js';

export const jsonLinesSchema = v.strictObject({
  ...limitOptions.entries,
  /** Whether text after the last line feed is a value, too, when the stream has ended. If not, it is an error. */
  lastWithoutEnd: v.optional(flag, false),
});

/** Options of {@link jsonLines}. */
export type JsonLinesOptions = FramingOptions & v.InferInput<typeof jsonLinesSchema>;

/**
 * One JSON value per line. Empty lines are skipped. After a line that is not JSON it continues with the next one.
 *
 * @typeParam Value what you expect; it is not checked.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function jsonLines<Value = unknown>(options: JsonLinesOptions = {}): Framing<Value> {
  const settings = parseOptions(jsonLinesSchema, options, 'jsonLines()');
  const name = 'jsonLines()';
  const { max } = settings;
  const limits = { ...settings, name, encoding: 'utf8' } as const;
  const read = (line: string, place: number): Value | undefined => {
    if (line.trim() === '') return undefined;
    try {
      return JSON.parse(line) as Value;
    } catch (thrown) {
      throw badFrame(name, place, `it is not JSON (${(thrown as Error).message})`, thrown);
    }
  };
  return {
    name,
    max,
    decoder: () => new ValueDecoder(new LinesDecoder(limits), read),
    encode: (value) => Buffer.concat([bytesOf(jsonOf(value, name), 'utf8', name, max), LF]),
  };
}

const LF = Buffer.from('\n');

function jsonOf(value: unknown, name: string): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
  } catch (thrown) {
    throw notEncoded(name, `JSON cannot express it (${(thrown as Error).message})`, thrown);
  }
  throw notEncoded(name, 'JSON cannot express it');
}
