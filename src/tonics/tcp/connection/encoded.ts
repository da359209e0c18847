import { valueText } from '../../../core/options/value-text.js';
import { fail } from '../../../core/errors.js';
import type { Sparkle } from '../../../core/plan/plan.js';
import type { Sendable } from '../../socket-tonic.js';

/**
 * What is sent, with its texts as bytes of an encoding. It is Node's: a character that the encoding does not have becomes another one.
 * @throws {TaskTonicError} `TT_BAD_ENCODING`
 */
export function encoded(data: Sendable, encoding: BufferEncoding): Sendable {
  if (typeof encoding !== 'string' || !Buffer.isEncoding(encoding))
    throw fail('TT_BAD_ENCODING', {
      encoding: valueText(encoding),
    });
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (!Array.isArray(data)) return data;
  return data.map((part) => (typeof part === 'string' ? Buffer.from(part, encoding) : (part as Uint8Array)));
}

/** A class whose `ttsc__send` takes an encoding. */
interface Sends {
  readonly _ttPlan: { written(sparkle: Sparkle): unknown };
}

/**
 * The arguments of a call of `ttsc__send`. Where an encoding stands at `place`, the texts are made bytes at the call, so that they are counted as what
 * they are, and a wrong one is told to the caller.
 *
 * @param own the body that this is true for: one that a class writes in its place may have arguments of its own.
 */
export function withEncoding(args: unknown[], place: number, sends: Sends, sparkle: Sparkle, own: unknown): unknown[] {
  if (sends._ttPlan.written(sparkle) !== own) return args;
  const [data, ...others] = args.slice(0, place);
  const encoding = args[place] as BufferEncoding | undefined;
  return [encoding === undefined ? data : encoded(data as Sendable, encoding), ...others];
}
