import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServerStream } from './server-stream.js';

/** Node's server, that never listens: it is given one stream after the other. Times are watched by the connections. */
export function nodeServer(): Server {
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  server.on('request', (request, response) => {
    (request.socket as unknown as ServerStream).connection._ttRequested(request, response);
  });
  return server;
}

/** A request asks for another protocol: Node has let go of its stream. */
export function tellUpgrade(request: IncomingMessage, _stream: Duplex, behind: Buffer): void {
  (request.socket as unknown as ServerStream).connection._ttAsksUpgrade(request, behind);
}
