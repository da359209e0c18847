import type { PreparedRequest } from './prepared-request.js';
import type { Target } from './target.js';

/** The way to a server: what all connections that lead there have in common. */
export interface Route {
  /** Tells one route from another. */
  readonly key: string;
  /** Where the connection is opened to. */
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  /** The name that the peer of the connection must show under TLS; `undefined` for plain text. */
  readonly secureName: string | undefined;
  /** What the proxy at the other end is asked to connect to; then TLS with that follows. */
  readonly tunnel: Tunnel | undefined;
  /** The proxy at the other end, where it is asked for each URL. */
  readonly forwards: Target | undefined;
}

/** A way through a proxy (RFC 9110, 9.3.6). */
export interface Tunnel {
  readonly proxy: Target;
  readonly target: Target;
}

export function routeOf(target: Target, proxy: Target | undefined): Route {
  const { secure, host, port, socketPath } = target;
  const scheme = secure ? 'https' : 'http';
  if (proxy === undefined) {
    const key = `${scheme}://${host}:${port} ${socketPath ?? ''}`;
    return {
      key,
      host,
      port,
      socketPath,
      secureName: secure ? host : undefined,
      tunnel: undefined,
      forwards: undefined,
    };
  }
  const way = {
    host: proxy.host,
    port: proxy.port,
    socketPath: undefined,
    secureName: proxy.secure ? proxy.host : undefined,
  };
  const by = `${proxy.url} ${proxy.credentials ?? ''}`;
  return secure
    ? { ...way, key: `${scheme}://${host}:${port} by ${by}`, tunnel: { proxy, target }, forwards: undefined }
    : { ...way, key: `by ${by}`, tunnel: undefined, forwards: proxy };
}

/** What the first line of the request names (RFC 9112, 3.2): for a proxy the whole URL. */
export function lineOf({ target }: PreparedRequest, { forwards }: Route): string {
  return forwards === undefined ? target.path : target.url;
}

/** What a proxy is told of who asks. */
export function proxyHeaders(proxy: Target | undefined): Record<string, string> {
  return proxy?.credentials === undefined ? {} : { 'proxy-authorization': `Basic ${proxy.credentials}` };
}
