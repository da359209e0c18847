import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { told } from '../../core/options/option-problem.js';

/** Status and headers of a reply. */
export interface ReplyOptions {
  /** 200 to 599; default 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** The type of its content. Default: plain text in UTF-8 for a text, `application/octet-stream` for bytes and streams. */
  readonly type?: string;
}

/** A body that comes bit by bit: a stream of Node's or of the web, a generator, and whatever else gives text or bytes to `for await`. */
export type StreamBody = AsyncIterable<string | Uint8Array> | Readable;

export const TEXT = 'text/plain; charset=utf-8';
export const BYTES = 'application/octet-stream';
const NOTHING: ReplyOptions = {};

/** Statuses without a body (RFC 9110, 15.3.5 and 15.4.5). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Answers with a complete body.
 * @throws {Error} if it cannot be sent; then nothing was sent.
 */
export function answerWhole(response: ServerResponse, body: string | Uint8Array, options = NOTHING): void {
  const isText = typeof body === 'string';
  if (!isText && !(body instanceof Uint8Array)) throw new Error(`its body is ${told(body, 'body')}`);
  const { status = 200, type = isText ? TEXT : BYTES, headers } = options;
  checkStatus(status, body.length > 0);
  const length = isText ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, headOf(response, status, length, type, headers));
  response.end(body);
}

function headOf(
  { req }: ServerResponse,
  status: number,
  length: number,
  type: string,
  headers: OutgoingHttpHeaders | undefined,
): Head {
  const head = headersOf(headers, length === 0 ? undefined : type);
  let said = placeOf(head, 'content-length');
  // The answer to a HEAD may state the length that a GET would have.
  if (said >= 0 && length === 0 && req.method === 'HEAD') return head;
  for (; said >= 0; said = placeOf(head, 'content-length')) head.splice(said, 2);
  if (!BODILESS.has(status)) head.push('Content-Length', length);
  return head;
}

/** @throws {Error} */
export function checkStatus(status: number, hasBody: boolean): void {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new Error(`its status is ${told(status, 'status')}, and must be 200 to 599`);
  if (hasBody && BODILESS.has(status)) throw new Error(`an answer with the status ${status} has no body`);
}

/** The headers of an answer in the form of `writeHead()`: each name, followed by its value. */
type Head = OutgoingHttpHeader[];

/**
 * The given headers, with the type added if it is missing.
 * @throws {Error}
 */
export function headersOf(headers: OutgoingHttpHeaders = {}, type?: string): Head {
  const head: Head = [];
  for (const name of Object.keys(headers)) head.push(name, headers[name]!);
  if (placeOf(head, 'transfer-encoding') >= 0)
    throw new Error('Transfer-Encoding is chosen by the server: leave it out');
  if (type !== undefined && placeOf(head, 'content-type') < 0) head.push('Content-Type', type);
  return head;
}

/** The index of a header; -1 if it is missing. */
function placeOf(head: Head, nameInLowerCase: string): number {
  for (let at = 0; at < head.length; at += 2) {
    const name = head[at] as string;
    if (name.length === nameInLowerCase.length && name.toLowerCase() === nameInLowerCase) return at;
  }
  return -1;
}

export function isStream(body: unknown): body is StreamBody {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** A body as a stream of bytes. Other values in it are an error of that stream. */
export function bytesFrom(body: StreamBody): Readable {
  return body instanceof Readable && !body.readableObjectMode ? body : Readable.from(body, { objectMode: false });
}
