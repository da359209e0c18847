import { type IncomingMessage, type Server, type ServerOptions, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpSettings } from './http-server-options.js';
import { Status } from './refusals.js';
import { ServedResponse, streamOf } from './served-response.js';
import type { ServerStream } from './server-stream.js';

// Clients are told the exact keep-alive time; the connection adds the tolerance itself.
type Options = ServerOptions & { readonly keepAliveTimeoutBuffer: number };

/**
 * A server of Node that never listens: it is given one stream after the other. The connections watch the timeouts, and
 * refuse bad requests.
 */
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
  // One more than the limit, so that an excess is noticed.
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
  // Without a listener Node answers such a request, and loses the data after it.
  server.on('upgrade', tellUpgrade);
  server.on('connect', tellUpgrade);
  return server;
}

/** A request asks for another protocol or a tunnel: Node no longer uses its stream. */
function tellUpgrade(request: IncomingMessage, _stream: Duplex, behind: Buffer): void {
  streamOf(request).connection._ttAsksUpgrade(request, behind);
}

/**
 * Sends 100 Continue when the body is read. If the request is answered without that, the body is refused: it is unknown
 * whether the client will send it, so the connection ends with the answer.
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
