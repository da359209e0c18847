import type { IncomingHttpHeaders } from 'node:http';
import type { PreparedRequest } from './prepared-request.js';

/** Methods that have the same effect however often they are carried out (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** Answers that another try may better: too much is asked, or who would answer is away for now (RFC 9110, 15.6; RFC 6585, 4). */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** What another try cannot better: a certificate, an option, a name, a proxy's refusal. */
const LASTING = /^TT_(TLS_(?!FAILED|TIMEOUT)|BAD_|HTTP_|NO_SUCH_|PERMISSION_|BASE_FINISHED)/;

/** Whether a server may carry a request out more than once. */
export function mayRepeat({ method, headers }: PreparedRequest, repeatable: boolean | undefined): boolean {
  return repeatable ?? (IDEMPOTENT.has(method) || headers['idempotency-key'] !== undefined);
}

export function isPassing(status: number): boolean {
  return PASSING.has(status);
}

/** Whether a connection that could not be had now may be had later. */
export function mayConnectLater({ code }: { readonly code?: unknown }): boolean {
  return typeof code === 'string' && !LASTING.test(code);
}

/**
 * How long the server wants to be left alone, in ms (RFC 9110, 10.2.3): a number of seconds, or a date.
 *
 * @param now the time of day, in ms.
 * @returns 0 where it says nothing that can be read.
 */
export function retryAfter({ 'retry-after': value }: IncomingHttpHeaders, now: number): number {
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? 0 : Math.max(at - now, 0);
}
