import type { IncomingMessage } from 'node:http';
import { type TaskTonicError, fail } from '../../../core/errors.js';

/** Gets the whole body, or the error. */
export interface BodyListener {
  whole(body: Buffer): void;
  failed(error: TaskTonicError): void;
}

/** Collects the body of a request, up to a limit. */
export class WholeBody {
  readonly #request: IncomingMessage;
  readonly #what: string;
  readonly #limit: number;
  readonly #listener: BodyListener;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #isOver = false;

  constructor(request: IncomingMessage, what: string, limit: number, listener: BodyListener) {
    this.#request = request;
    this.#what = what;
    this.#limit = limit;
    this.#listener = listener;
    // The announced length is too large, before any byte has arrived.
    if (Number(request.headers['content-length'] ?? 0) > limit) this.#tooLong();
    else this.#read(request);
  }

  #read(request: IncomingMessage): void {
    request.on('data', (chunk: Buffer) => this.#take(chunk));
    request.on('end', () => this.#whole());
    request.on('close', () => this.#cut());
    // The event `close` follows and is handled. Without this listener the error would be uncaught.
    request.on('error', () => {});
    if (request.destroyed) this.#cut();
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#size += chunk.length;
    if (this.#size > this.#limit) this.#tooLong();
    else this.#chunks.push(chunk);
  }

  #whole(): void {
    if (!this.#end()) return;
    const chunks = this.#chunks;
    this.#listener.whole(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, this.#size));
  }

  #tooLong(): void {
    if (!this.#end()) return;
    // The rest waits until the answer, and is dropped after it.
    this.#request.pause();
    this.#chunks.length = 0;
    this.#listener.failed(fail('TT_BODY_TOO_LONG', { what: this.#what, max: this.#limit }));
  }

  #cut(): void {
    if (this.#end()) this.#listener.failed(fail('TT_BODY_CUT', { what: this.#what, bytes: this.#size }));
  }

  #end(): boolean {
    const ends = !this.#isOver;
    this.#isOver = true;
    return ends;
  }
}
