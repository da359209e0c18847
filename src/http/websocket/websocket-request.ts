import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

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
    return pathOf(this.url);
  }

  /** What is behind the question mark. */
  get query(): URLSearchParams {
    const at = this.url.indexOf('?');
    return new URLSearchParams(at < 0 ? '' : this.url.slice(at + 1));
  }
}

/** The path of what was asked for. */
export function pathOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : url.slice(0, at);
}
