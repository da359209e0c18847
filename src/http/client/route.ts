import type { PreparedRequest } from './prepared-request.js';
import type { Target } from './target.js';

/** The route to a server. Connections with the same route are interchangeable. */
export interface Route {
  /** Identifies the route. */
  readonly key: string;
  /** The host to connect to. */
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  /** The name that the certificate of the peer must have; `undefined` for plain text. */
  readonly secureName: string | undefined;
  /** The destination that the proxy is asked to connect to; TLS with the destination follows. */
  readonly tunnel: Tunnel | undefined;
  /** The proxy, if it is asked for each URL. */
  readonly forwards: Target | undefined;
}

/** A tunnel through a proxy (RFC 9110, 9.3.6). */
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

/** The target in the request line (RFC 9112, 3.2): for a proxy the whole URL. */
export function lineOf({ target }: PreparedRequest, { forwards }: Route): string {
  return forwards === undefined ? target.path : target.url;
}

/** The headers that authenticate a client to a proxy. */
export function proxyHeaders(proxy: Target | undefined): Record<string, string> {
  return proxy?.credentials === undefined ? {} : { 'proxy-authorization': `Basic ${proxy.credentials}` };
}
