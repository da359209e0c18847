import { type IncomingMessage, STATUS_CODES } from 'node:http';

/** The statuses of answers that no handler gives. */
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

/** The statuses for error codes of the parser of `node:http`, if not 400. */
const OF_PARSER: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: Status.headTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: Status.tooLarge,
  HPE_INVALID_VERSION: Status.versionUnknown,
  HPE_PAUSED_H2_UPGRADE: Status.versionUnknown,
};

/** The code for data after a request that was announced as the last one. */
export const DATA_AFTER_LAST_REQUEST = 'HPE_CLOSED_CONNECTION';

/** The status for an error code of the parser. */
export function statusOf(code: string | undefined): number {
  return OF_PARSER[code ?? ''] ?? Status.badRequest;
}

const TOO_LARGE: ReadonlySet<number> = new Set([Status.tooLarge, Status.urlTooLong, Status.headTooLarge]);

/** The counter for a refusal with that status; `undefined` if the request itself was correct. */
export function refusedAs(status: number): 'late' | 'tooLarge' | 'bad' | undefined {
  if (status === Status.expectationFailed) return undefined;
  if (status === Status.timeout) return 'late';
  return TOO_LARGE.has(status) ? 'tooLarge' : 'bad';
}

/** An answer without a body, after which the connection is closed. */
export function lastAnswer(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}

/** The limits of a request. */
export interface RequestBounds {
  readonly maxHeaders: number;
  readonly maxUrlLength: number;
}

/**
 * Checks what `node:http` accepts: the limits, and headers that another server on the way could interpret in another
 * way (RFC 9112: 3.2 for `Host`, 6.1 for `Transfer-Encoding`).
 *
 * @returns the status of the refusal; `undefined` for a good request.
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
