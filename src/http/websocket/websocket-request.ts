import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { originFormOf, pathOf, queryOf } from '../request-target.js';

/** The request that a WebSocket was opened with. */
export class WebSocketRequest {
  /** What was asked for, as it was sent: `/chat?room=7`. */
  readonly url: string;
  /** By their names in small letters, as `node:http` has them. */
  readonly headers: IncomingHttpHeaders;

  /** @internal */
  constructor({ url = '/', headers }: Pick<IncomingMessage, 'url' | 'headers'>) {
    this.url = url;
    this.headers = headers;
  }

  /** The path of the URL, without what is behind a question mark. */
  get path(): string {
    return pathOf(originFormOf(this.url));
  }

  /** What is behind the question mark. */
  get query(): URLSearchParams {
    return queryOf(this.url);
  }
}
