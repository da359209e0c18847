import { badOption, told } from '../../core/options/option-problem.js';

/** What may stand in the query of a URL. */
export type HttpQueryValue = string | number | boolean;
/** Parameters to add to the query of a URL, by name. */
export type HttpQuery = Readonly<Record<string, HttpQueryValue | readonly HttpQueryValue[] | undefined>>;

/** The destination of a request. */
export interface Target {
  readonly secure: boolean;
  /** The host, without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** The host, with the port unless it is the default: the value of the header `Host`. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** The path of a UNIX socket, instead of host and port. */
  readonly socketPath: string | undefined;
  /** The credentials of the URL, encoded for Basic authentication. */
  readonly credentials: string | undefined;
  /** The URL without credentials and fragment. */
  readonly url: string;
  /** The URL without its query: what errors and logs show. */
  readonly shown: string;
}

const UNIX = /^unix:([^:]+):(\/.*)$/s;
const WANTED = 'must be a URL that begins with http:, https: or unix:';

/** The URLs that others are resolved against. */
interface Bases {
  readonly base: Target | undefined;
  readonly socketPath: string | undefined;
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function targetOf(
  given: unknown,
  { base, socketPath }: Bases,
  query: HttpQuery | undefined,
  of: string,
): Target {
  const text = given instanceof URL ? given.href : given;
  if (typeof text !== 'string') throw badOption(of, 'url', `it is ${told(text, 'url')}, and ${WANTED}`);
  const unix = UNIX.exec(text);
  const path = unix?.[1] ?? socketPath ?? (text.startsWith('/') ? base?.socketPath : undefined);
  const url = unix === null ? absolute(text, base, of) : parsed(`http://localhost${unix[2]}`, of);
  addQuery(url, query);
  return targetOfUrl(url, path);
}

/** Resolves a path below the base. It stays there even if it looks like another host: `//elsewhere`. */
function absolute(text: string, base: Target | undefined, of: string): URL {
  if (!text.startsWith('/')) return parsed(text, of);
  if (base === undefined) throw badOption(of, 'url', 'it is a path: give a whole URL, or the client a "baseUrl"');
  const { credentials, url, path } = base;
  const origin = url.slice(0, url.length - path.length);
  const below = path.replace(/\?.*$/, '').replace(/\/+$/, '');
  const joined = parsed(origin + below + text, of);
  if (credentials !== undefined) {
    const [user, ...password] = Buffer.from(credentials, 'base64').toString().split(':');
    joined.username = encodeURIComponent(user!);
    joined.password = encodeURIComponent(password.join(':'));
  }
  return joined;
}

function parsed(text: string, of: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw badOption(of, 'url', `it is ${told(text, 'url')}, and ${WANTED}`);
  return url;
}

function addQuery(url: URL, query: HttpQuery | undefined): void {
  for (const [name, value] of Object.entries(query ?? {}))
    for (const each of Array.isArray(value)
      ? (value as readonly HttpQueryValue[])
      : [value as HttpQueryValue | undefined])
      if (each !== undefined) url.searchParams.append(name, String(each));
}

/** @param socketPath the UNIX socket of the server. */
export function targetOfUrl(url: URL, socketPath: string | undefined): Target {
  const secure = url.protocol === 'https:';
  const path = url.pathname + url.search;
  const origin = `${url.protocol}//${url.host}`;
  const { username, password } = url;
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    path,
    socketPath,
    credentials: username === '' && password === '' ? undefined : basic(username, password),
    url: origin + path,
    shown: origin + url.pathname,
  };
}

/** Encodes the credentials of a URL for a header (RFC 7617). */
export function basic(username: string, password: string): string {
  return Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether both belong to one server, so that secret headers of one may be sent to the other. */
export function isSameOrigin(one: Target, other: Target): boolean {
  return (
    one.secure === other.secure &&
    one.host === other.host &&
    one.port === other.port &&
    one.socketPath === other.socketPath
  );
}
