import type { IncomingHttpHeaders } from 'node:http';
import type { PreparedRequest } from './prepared-request.js';

/** Methods that have the same effect when they are carried out more than once (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/**
 * Statuses after which a retry may succeed: too many requests, or a temporary failure (RFC 9110, 15.6; RFC 6585, 4).
 */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Errors that a retry cannot fix: a certificate, an option, a name, a proxy's refusal. */
const LASTING = /^TT_(TLS_(?!FAILED|TIMEOUT)|BAD_|HTTP_|NO_SUCH_|PERMISSION_|BASE_FINISHED)/;

/** Whether a server may carry out a request more than once. */
export function mayRepeat({ method, headers }: PreparedRequest, repeatable: boolean | undefined): boolean {
  return repeatable ?? (IDEMPOTENT.has(method) || headers['idempotency-key'] !== undefined);
}

export function isPassing(status: number): boolean {
  return PASSING.has(status);
}

/** Whether a connection that failed may succeed later. */
export function mayConnectLater({ code }: { readonly code?: unknown }): boolean {
  return typeof code === 'string' && !LASTING.test(code);
}

/**
 * The delay that the server asks for, in ms (RFC 9110, 10.2.3): a number of seconds, or a date.
 *
 * @param now the time of day, in ms.
 * @returns 0 if the header is missing or cannot be read.
 */
export function retryAfter({ 'retry-after': value }: IncomingHttpHeaders, now: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(at - now, 0);
}
