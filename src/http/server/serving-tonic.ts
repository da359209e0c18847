import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { HttpExchange } from './exchange.js';
import type { HttpSettings } from './http-server-options.js';
import type { RequestTally } from './request-tally.js';
import type { ServerStream } from './server-stream.js';
import type { Upgradeable, UpgradeRequest } from './upgrade.js';

/** A connection, as its HttpServer sees it for a request. */
export interface ServedConnection extends TcpConnection<string> {
  /** @internal Makes the exchange of a request that a sparkle handles. */
  _ttExchange(request: IncomingMessage, response: ServerResponse): HttpExchange;
}

/** What a connection needs of its HttpServer. */
export interface ServingTonic {
  /** @internal */ readonly _ttHttp: HttpSettings;
  /** @internal */ readonly _ttRequests: RequestTally;
  /** @internal A connection is there. */
  _ttServes(stream: ServerStream): void;
  /** @internal A request must be answered. */
  _ttRequested(connection: ServedConnection, request: IncomingMessage, response: ServerResponse): void;
  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: Upgradeable, asked: UpgradeRequest): void;
}
