import type { FrameEncoding } from './encoding.js';
import { notEncoded } from './encoding.js';

/**
 * A reply of RESP2. A text or bytes are a bulk string, a number or a bigint an integer, `null` the null bulk string; `{ status: 'OK' }` is a
 * simple string, and `{ error: 'ERR no such key' }` an error, whose first word is its kind.
 */
export type RespReply =
  | string
  | Uint8Array
  | number
  | bigint
  | null
  | { readonly status: string }
  | { readonly error: string }
  | readonly RespReply[];

/** So deep may arrays lie in one another: deeper than those of any command. */
export const DEEPEST = 64;

/**
 * A reply as it is sent, one character for each byte.
 *
 * @throws {TaskTonicError} `TT_FRAME_NOT_ENCODED`
 */
export function replyText(reply: RespReply, encoding: FrameEncoding, framing: string, depth = 0): string {
  if (typeof reply === 'string') return bulk(reply, encoding);
  if (typeof reply === 'number' || typeof reply === 'bigint') return integer(reply, framing);
  if (reply === null) return '$-1\r\n';
  if (typeof reply !== 'object') throw notEncoded(framing, `it is ${typeof reply}, and must be a reply of RESP2`);
  if (reply instanceof Uint8Array) return bulkOf(latin1Of(reply));
  if (Array.isArray(reply)) {
    if (depth === DEEPEST) throw notEncoded(framing, `its arrays are more than ${DEEPEST} deep`);
    let text = `*${reply.length}\r\n`;
    for (const part of reply as readonly RespReply[]) text += replyText(part, encoding, framing, depth + 1);
    return text;
  }
  const { status, error } = reply as { readonly status?: unknown; readonly error?: unknown };
  if (typeof status === 'string') return `+${oneLine(status, framing)}\r\n`;
  if (typeof error === 'string') return `-${oneLine(error, framing)}\r\n`;
  throw notEncoded(framing, 'it is an object without a text "status" or "error"');
}

function bulk(text: string, encoding: FrameEncoding): string {
  return bulkOf(encoding === 'latin1' ? text : utf8Of(text));
}

const bulkOf = (bytes: string): string => `$${bytes.length}\r\n${bytes}\r\n`;

/** The bytes of a text in UTF-8, one character for each; most texts are ASCII, and are so already. */
function utf8Of(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : latin1Of(Buffer.from(text));
}

function latin1Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

function integer(number: number | bigint, framing: string): string {
  if (typeof number === 'number' && !Number.isSafeInteger(number))
    throw notEncoded(framing, `${number} is not an exact whole number: give a bigint`);
  return `:${number}\r\n`;
}

/** What stands in quotes may be a peer's: no line end in it may begin another reply. */
function oneLine(text: string, framing: string): string {
  if (text.includes('\n') || text.includes('\r'))
    throw notEncoded(framing, 'a status or an error has a line end in it');
  return utf8Of(text);
}
