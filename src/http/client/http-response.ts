import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { fail, toError } from '../../core/errors.js';

/** What is known about an answer besides what the server sent. */
export interface AnswerOrigin {
  /** The request, for errors. */
  readonly request: string;
  readonly url: string;
  readonly tries: number;
  readonly redirects: number;
}

/** Status and headers of an answer. */
abstract class AnswerHead {
  /** 200 to 599. */
  readonly status: number;
  /** What the server calls that: `OK`. */
  readonly statusText: string;
  /** By their names in lower case, as `node:http` has them. */
  readonly headers: IncomingHttpHeaders;
  /** The final URL, after redirects. */
  readonly url: string;
  /** How often it was sent, 1 and more. */
  readonly tries: number;
  /** How many redirects were followed. */
  readonly redirects: number;

  /** @internal */
  constructor({ statusCode, statusMessage, headers }: IncomingMessage, { url, tries, redirects }: AnswerOrigin) {
    this.status = statusCode!;
    this.statusText = statusMessage ?? '';
    this.headers = headers;
    this.url = url;
    this.tries = tries;
    this.redirects = redirects;
  }

  /** Whether the status says that it went well: 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
}

/** An answer with its whole body. */
export class HttpResponse extends AnswerHead {
  /** Empty if it was read in frames. */
  readonly body: Buffer;
  /** What followed the body (RFC 9110, 6.5). */
  readonly trailers: NodeJS.Dict<string>;
  readonly #request: string;

  /** @internal */
  constructor(message: IncomingMessage, origin: AnswerOrigin, body: Buffer) {
    super(message, origin);
    this.body = body;
    this.trailers = message.trailers;
    this.#request = origin.request;
  }

  /** The body as text: in the charset that `Content-Type` names, and else in UTF-8. */
  text(): string {
    return decoderOf(this.headers['content-type']).decode(this.body);
  }

  /**
   * The body as JSON, which is UTF-8 (RFC 8259, 8.1). Its type is not checked.
   * @throws {TaskTonicError} `TT_HTTP_BAD_JSON`
   */
  json<T = unknown>(): T {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(this.body)) as T;
    } catch (thrown) {
      const { status, body } = this;
      const details = { request: this.#request, status, bytes: body.length, problem: toError(thrown).message };
      throw fail('TT_HTTP_BAD_JSON', details, thrown);
    }
  }
}

/** An answer whose body is still to come. */
export class HttpStreamedResponse extends AnswerHead {
  /**
   * The body. While you do not read, the server has to wait (backpressure). It fails with `TT_HTTP_CUT` or
   * `TT_HTTP_TIMEOUT` if it is incomplete. Destroy it when you need no more of it.
   */
  readonly stream: Readable;
  readonly #message: IncomingMessage;

  /** @internal */
  constructor(message: IncomingMessage, origin: AnswerOrigin, stream: Readable) {
    super(message, origin);
    this.stream = stream;
    this.#message = message;
  }

  /** What followed the body, once that has ended (RFC 9110, 6.5). */
  get trailers(): NodeJS.Dict<string> {
    return this.#message.trailers;
  }
}

function decoderOf(contentType: string | undefined): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
