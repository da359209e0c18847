import { type IncomingMessage, STATUS_CODES } from 'node:http';

/** What is answered where no handler was asked. */
export const Status = {
  badRequest: 400,
  notAllowed: 405,
  timeout: 408,
  tooLarge: 413,
  urlTooLong: 414,
  expectationFailed: 417,
  headTooLarge: 431,
  failed: 500,
  codingUnknown: 501,
  unheard: 503,
  versionUnknown: 505,
} as const;

/** What `node:http` says of bytes that are no request, where it is not simply a bad one. */
const OF_PARSER: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: Status.headTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: Status.tooLarge,
  HPE_INVALID_VERSION: Status.versionUnknown,
  HPE_PAUSED_H2_UPGRADE: Status.versionUnknown,
};

/** More came on a connection whose last request had said that it is the last one. */
export const AFTER_THE_LAST = 'HPE_CLOSED_CONNECTION';

/** The status for bytes that `node:http` could not read. */
export function statusOf(code: string | undefined): number {
  return OF_PARSER[code ?? ''] ?? Status.badRequest;
}

const TOO_LARGE: ReadonlySet<number> = new Set([Status.tooLarge, Status.urlTooLong, Status.headTooLarge]);

/** As what a request is counted that is refused with that status; `undefined` where it is not, since nothing is wrong with it. */
export function refusedAs(status: number): 'late' | 'tooLarge' | 'bad' | undefined {
  if (status === Status.expectationFailed) return undefined;
  if (status === Status.timeout) return 'late';
  return TOO_LARGE.has(status) ? 'tooLarge' : 'bad';
}

/** A whole answer without a body, after which the connection is closed. */
export function lastAnswer(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}

/** What of a request is bounded. */
export interface RequestBounds {
  readonly maxHeaders: number;
  readonly maxUrlLength: number;
}

/**
 * What is wrong with a head that `node:http` takes: what it has too much of, and what another server on the way could understand in
 * another way (RFC 9112: 3.2 for `Host`, 6.1 for `Transfer-Encoding`).
 *
 * @returns the status of the answer; `undefined` where nothing is.
 */
export function problemOf(request: IncomingMessage, { maxHeaders, maxUrlLength }: RequestBounds): number | undefined {
  const { rawHeaders, headers, httpVersionMajor: major, httpVersionMinor: minor } = request;
  if (major !== 1) return Status.versionUnknown;
  if (rawHeaders.length > 2 * maxHeaders) return Status.headTooLarge;
  if (request.url!.length > maxUrlLength) return Status.urlTooLong;
  const hosts = hostsIn(rawHeaders);
  if (hosts > 1 || (hosts === 0 && minor > 0)) return Status.badRequest;
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (minor === 0 || headers['content-length'] !== undefined) return Status.badRequest;
  return coding.toLowerCase() === 'chunked' ? undefined : Status.codingUnknown;
}

function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}
