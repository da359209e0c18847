import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpConnection } from '../../../src/http/index.js';

/** Answers with the path that was asked for, in whatever thread. */
export class SpreadHello extends HttpConnection {
  static readonly module = import.meta.url;

  static handler(request: IncomingMessage, response: ServerResponse): void {
    response.end(request.url);
  }
}
