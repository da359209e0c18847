import { type IncomingMessage, type Server, type ServerOptions, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpSettings } from './http-server-options.js';
import { Status } from './refusals.js';
import { ServedResponse, streamOf } from './served-response.js';
import type { ServerStream } from './server-stream.js';

// What is said to clients of the keep-alive time is exact: what they are given more is the connection's.
type Options = ServerOptions & { readonly keepAliveTimeoutBuffer: number };

/** Node's server, that never listens: it is given one stream after the other. Times are watched by the connections, and what is wrong is refused by them. */
export function nodeServer({ keepAliveTimeout, maxHeaderSize, maxHeaders }: HttpSettings): Server {
  const options: Options = {
    ServerResponse: ServedResponse as unknown as typeof ServerResponse,
    keepAliveTimeout: keepAliveTimeout === false ? 0 : keepAliveTimeout,
    keepAliveTimeoutBuffer: 0,
    headersTimeout: 0,
    requestTimeout: 0,
    maxHeaderSize,
    insecureHTTPParser: false,
    requireHostHeader: false,
  };
  const server = createServer(options as ServerOptions);
  // One more, so that what is too much is seen.
  server.maxHeadersCount = maxHeaders + 1;
  server.on('request', (request, response) => streamOf(request).connection._ttRequested(request, response));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueOnceRead(request, response);
    streamOf(request).connection._ttRequested(request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    streamOf(request).connection._ttRequested(request, response, Status.expectationFailed),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) =>
    (stream as ServerStream).connection._ttUnreadable(error),
  );
  // Where nobody hears of it, Node answers such a request and loses what comes behind it.
  server.on('upgrade', tellUpgrade);
  server.on('connect', tellUpgrade);
  return server;
}

/** A request asks for another protocol, or for a tunnel: Node has let go of its stream. */
function tellUpgrade(request: IncomingMessage, _stream: Duplex, behind: Buffer): void {
  streamOf(request).connection._ttAsksUpgrade(request, behind);
}

/**
 * A client that expects to be told to go on is told so when somebody reads the body. Who answers without that has refused it: then nobody
 * knows whether the body comes, and the connection ends with that answer.
 */
function continueOnceRead(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Connection', 'close');
  const onListener = (event: string | symbol): void => {
    if (event !== 'data' && event !== 'readable') return;
    request.removeListener('newListener', onListener);
    if (response.headersSent) return;
    response.removeHeader('Connection');
    response.writeContinue();
  };
  request.on('newListener', onListener);
}
