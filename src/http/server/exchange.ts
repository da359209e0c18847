import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a reply has besides its body. */
export interface ReplyOptions {
  /** 100 to 999; default 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
}

/** A request, and the response to it. */
export class HttpExchange {
  /** As `node:http` has it: a stream of the body. */
  readonly request: IncomingMessage;
  /** As `node:http` has it. */
  readonly response: ServerResponse;

  /** @internal */
  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
  }

  /** `GET`, `POST` and so on. */
  get method(): string {
    return this.request.method!;
  }

  /** What was asked for, as it was sent: `/users/7?full`. */
  get url(): string {
    return this.request.url!;
  }

  /** Replies, with the whole body. */
  reply(body: string | Uint8Array = '', { status = 200, headers }: ReplyOptions = {}): void {
    const { response } = this;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    response.writeHead(status, { 'Content-Length': length, ...headers });
    response.end(body);
  }
}
