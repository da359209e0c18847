import type * as v from 'valibot';
import { badOption } from '../../core/options/option-problem.js';
import type { TonicOptions } from '../../core/options/tonic-options.js';
import type { ConnectionOptions } from '../../tonics/tcp/connection/connection-options.js';
import type { ListenOptions, TcpServerOptions } from '../../tonics/tcp/server/server-options.js';
import { HttpConnection } from './http-connection.js';
import type { NOT_OF_HTTP, httpSchema } from './http-server-options.js';

type NotOfHttp = (typeof NOT_OF_HTTP)[number];
type OfPlace = 'port' | 'host' | 'ipv6Only' | 'reusePort' | 'listeners' | 'path' | 'mode' | 'fd' | 'systemd';

/** Makes the Tonic of each connection of an HttpServer. */
export type HttpProtocol = (new () => HttpConnection<string>) | (() => HttpConnection<string>);

/** Options of an {@link HttpServer}: those of a TcpServer without framing, and those of HTTP. */
export type HttpServerOptions = Omit<TcpServerOptions, NotOfHttp | OfPlace | 'protocol'> &
  Omit<ConnectionOptions, NotOfHttp> &
  TonicOptions &
  ListenOptions & {
    /** Makes the Tonic of each connection: a class that extends HttpConnection, or a function that makes a new one each time. Default: HttpConnection. */
    readonly protocol?: HttpProtocol | undefined;
  } & Readonly<v.InferInput<typeof httpSchema>>;

/**
 * The protocol of its connections.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where that is not one for HTTP.
 */
export function httpProtocol(protocol: HttpProtocol | undefined, className: string): HttpProtocol {
  if (protocol === undefined) return HttpConnection;
  if (protocol === HttpConnection || protocol.prototype instanceof HttpConnection) return protocol;
  const isClass = Object.getOwnPropertyDescriptor(protocol, 'prototype')?.writable === false;
  const problem = 'must be a class that extends HttpConnection, or a function that makes one';
  if (isClass) throw badOption(className, 'protocol', problem);
  return () => {
    const made = (protocol as () => unknown)();
    if (made instanceof HttpConnection) return made as HttpConnection<string>;
    throw badOption(className, 'protocol', problem);
  };
}
