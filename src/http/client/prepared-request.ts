import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';
import { toError } from '../../core/errors.js';
import { badOption, told } from '../../core/options/option-problem.js';
import { type HttpQuery, type Target, isSameOrigin, targetOf } from './target.js';

/** A header: one text, or one line for each of several. */
export type HttpHeaderValue = string | number | readonly string[];

/** A request of an HttpClient. */
export interface HttpRequest {
  /** `GET`, `POST` and so on. Default: `GET`. */
  readonly method?: string | undefined;
  /** `https://host/path`, `unix:/run/app.sock:/path`, or with the option `baseUrl` a path that begins with `/`. */
  readonly url: string | URL;
  /**
   * Parameters to add to the query of the URL; `undefined` is left out, and a list adds a parameter for each of its
   * values.
   */
  readonly query?: HttpQuery | undefined;
  /** Headers by their names; `undefined` takes one of the client's away. */
  readonly headers?: Readonly<Record<string, HttpHeaderValue | undefined>> | undefined;
  /** The body: whole, or a stream, which is read as fast as the server takes it. A stream can be sent once. */
  readonly body?: string | Uint8Array | Readable | AsyncIterable<string | Uint8Array> | undefined;
  /** The body, as JSON (`Content-Type: application/json`). */
  readonly json?: unknown;
}

/** A body as it is sent. */
export type Body = Buffer | Readable | undefined;

/** A request after all checks, as it is sent. */
export interface PreparedRequest {
  readonly method: string;
  readonly target: Target;
  /** Headers by name in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The names of headers that only this server may get. */
  readonly meantForIt: readonly string[];
  readonly body: Body;
}

/** The settings of the client for all requests. */
export interface RequestDefaults {
  readonly base: Target | undefined;
  readonly headers: Readonly<Record<string, HttpHeaderValue>> | undefined;
  readonly socketPath: string | undefined;
}

/** A token of RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Methods for tunnels, which are no requests with an answer. */
const NOT_HERE: ReadonlySet<string> = new Set(['CONNECT']);
/** Headers that node:http and the connection set themselves (RFC 9110, 7.6.1). */
const OURS: ReadonlySet<string> = new Set(['connection', 'transfer-encoding', 'upgrade', 'keep-alive']);
const KNOWN: ReadonlySet<string> = new Set(['method', 'url', 'query', 'headers', 'body', 'json']);
const EMPTY = Buffer.alloc(0);

/**
 * Checks a request and prepares it for sending.
 *
 * @param of the caller, for errors: `HttpClient.request()`.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function prepare(request: HttpRequest, forAll: RequestDefaults, of: string): PreparedRequest {
  if (typeof request !== 'object' || request === null)
    throw badOption(of, 'request', `it is ${told(request, '')}, and must be an object with a "url"`);
  const unknown = Object.keys(request).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw badOption(of, unknown, 'there is no such part of a request');
  const method = methodOf(request.method, of);
  const target = targetOf(request.url, forAll, request.query, of);
  const headers = headersOf(request, target, forAll, of);
  const given = new Set(namesOf(request.headers));
  const body = bodyOf(request, method, headers, of);
  if (Buffer.isBuffer(body)) headers['content-length'] = String(body.length);
  const meantForIt = forAll.base === undefined ? [] : namesOf(forAll.headers).filter((name) => !given.has(name));
  return { method, target, headers, meantForIt, body };
}

function namesOf(headers: object | undefined): string[] {
  return Object.keys(headers ?? {}).map((name) => name.toLowerCase());
}

function methodOf(method: unknown = 'GET', of: string): string {
  if (typeof method !== 'string' || !TOKEN.test(method))
    throw badOption(of, 'method', `it is ${told(method, 'method')}, and must be the name of a method, such as "GET"`);
  const upper = method.toUpperCase();
  if (NOT_HERE.has(upper)) throw badOption(of, 'method', `${upper} asks for no answer, but for a connection`);
  return upper;
}

function headersOf(
  request: HttpRequest,
  target: Target,
  forAll: RequestDefaults,
  of: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  // The headers of the client are sent to the server of its `baseUrl` only.
  const isMeant = forAll.base === undefined || isSameOrigin(forAll.base, target);
  for (const given of [isMeant ? forAll.headers : undefined, request.headers])
    for (const [name, value] of Object.entries(given ?? {})) setHeader(headers, name, value, of);
  headers['host'] ??= target.authority;
  if (target.credentials !== undefined) headers['authorization'] ??= `Basic ${target.credentials}`;
  return headers;
}

function setHeader(
  headers: Record<string, string | string[]>,
  name: string,
  value: HttpHeaderValue | undefined,
  of: string,
): void {
  const key = name.toLowerCase();
  if (value === undefined) return void delete headers[key];
  if (OURS.has(key)) throw badOption(of, `headers.${name}`, "it is about the connection, which is the client's own");
  const lines = Array.isArray(value) ? value.map(String) : String(value as string | number);
  try {
    validateHeaderName(name);
    for (const line of Array.isArray(lines) ? lines : [lines]) validateHeaderValue(name, line);
  } catch (thrown) {
    throw badOption(of, `headers.${name}`, `it cannot be sent: ${toError(thrown).message}`);
  }
  headers[key] = lines;
  return undefined;
}

function bodyOf(
  { body, json }: HttpRequest,
  method: string,
  headers: Record<string, string | string[]>,
  of: string,
): Body {
  if (json !== undefined) {
    if (body !== undefined) throw badOption(of, 'json', 'it cannot be given together with "body"');
    headers['content-type'] ??= 'application/json';
    return jsonOf(json, of);
  }
  // Without a length a server would have to guess whether a body follows (RFC 9110, 8.6).
  if (body === undefined) return method === 'POST' || method === 'PUT' || method === 'PATCH' ? EMPTY : undefined;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof Readable) return body;
  if (typeof (body as Partial<AsyncIterable<unknown>> | null)?.[Symbol.asyncIterator] === 'function')
    return Readable.from(body, { objectMode: false });
  throw badOption(
    of,
    'body',
    `it is ${told(body, 'body')}, and must be a text, bytes, a Readable or an async iterable`,
  );
}

function jsonOf(value: unknown, of: string): Buffer {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (thrown) {
    throw badOption(of, 'json', `it cannot be JSON: ${toError(thrown).message}`);
  }
  if (text === undefined) throw badOption(of, 'json', `it is ${told(value, 'json')}, which JSON cannot express`);
  return Buffer.from(text);
}

/** The bytes of its body, which wait while the request waits. */
export function waitingBytesOf({ body }: PreparedRequest): number {
  return Buffer.isBuffer(body) ? body.length : 0;
}
