import { type PreparedRequest } from './prepared-request.js';
import { isSameOrigin, targetOfUrl } from './target.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers that only one server may get. */
const SECRET = ['authorization', 'proxy-authorization', 'cookie'] as const;
/** Headers that describe a body which is not sent any more. */
const OF_BODY = ['content-length', 'content-type', 'content-encoding', 'content-language', 'content-location'] as const;

/** Whether an answer is a redirect. */
export function leadsElsewhere(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * The request that follows a redirect (RFC 9110, 15.4), as browsers make it: POST becomes GET with 301 and 302, every
 * method but HEAD becomes GET with 303; secret headers are sent to the same origin only.
 *
 * @returns the reason if the redirect cannot be followed.
 */
export function redirected(request: PreparedRequest, status: number, location: string): PreparedRequest | string {
  const { target, method, body } = request;
  const url = URL.canParse(location, target.url) ? new URL(location, target.url) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'it is not an HTTP URL';
  const isHere = url.host === target.authority;
  const next = targetOfUrl(url, isHere ? target.socketPath : undefined);
  if (target.secure && !next.secure) return 'it leads from https to http';
  if (target.socketPath !== undefined && !isHere) return 'it leads from a UNIX socket to a host';
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  const keepsBody = body !== undefined && !becomesGet;
  if (keepsBody && !Buffer.isBuffer(body)) return 'the body was a stream, which cannot be sent again';
  const headers: Record<string, string | string[]> = { ...request.headers, host: next.authority };
  const leaves = !isSameOrigin(target, next);
  if (leaves) for (const name of [...SECRET, ...request.meantForIt]) delete headers[name];
  if (!keepsBody) for (const name of OF_BODY) delete headers[name];
  if (next.credentials !== undefined) headers['authorization'] = `Basic ${next.credentials}`;
  const meantForIt = leaves ? [] : request.meantForIt;
  return { method: becomesGet ? 'GET' : method, target: next, headers, meantForIt, body: keepsBody ? body : undefined };
}
