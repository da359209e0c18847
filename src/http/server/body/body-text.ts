import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { fail } from '../../../core/errors.js';

// Decodes the bytes of a body by its Content-Type (RFC 9110, 8.3).

const UTF8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);
const LATIN1: ReadonlySet<string> = new Set(['iso-8859-1', 'latin1']);
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/**
 * Decodes a body as text.
 * @throws {TaskTonicError} `TT_BODY_TYPE` for an unknown charset; `TT_BAD_BODY` if the bytes are not valid in it.
 */
export function textOf(body: Buffer, headers: IncomingHttpHeaders, what: string): string {
  const charset = charsetOf(headers['content-type']);
  if (LATIN1.has(charset)) return body.toString('latin1');
  if (!UTF8.has(charset)) throw fail('TT_BODY_TYPE', { what, type: `in ${charset}`, wanted: 'in UTF-8 or Latin-1' });
  if (!isUtf8(body)) throw fail('TT_BAD_BODY', { what, problem: 'it is not UTF-8' });
  return body.toString();
}

/**
 * Decodes a body as JSON.
 * @throws {TaskTonicError} as {@link textOf}.
 */
export function jsonOf(body: Buffer, headers: IncomingHttpHeaders, what: string): unknown {
  const type = typeOf(headers['content-type']);
  if (!JSON_TYPE.test(type))
    throw fail('TT_BODY_TYPE', { what, type: type === '' ? 'without a type' : type, wanted: 'application/json' });
  const text = textOf(body, headers, what);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    const problem = text === '' ? 'it is empty, and not JSON' : `it is not JSON (${(thrown as Error).message})`;
    throw fail('TT_BAD_BODY', { what, problem }, thrown);
  }
}

function typeOf(contentType = ''): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

function charsetOf(contentType = ''): string {
  const match = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(contentType);
  return (match?.[1] ?? match?.[2] ?? 'utf-8').toLowerCase();
}
