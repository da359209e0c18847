import { type IncomingMessage, ServerResponse } from 'node:http';
import type { ServerStream } from './server-stream.js';

/** A response on a connection that is a Tonic: it says when it is the last one, and what is written to it has a bound. */
export class ServedResponse extends ServerResponse {
  /** So much was written since `write()` has said that it is to wait. */
  #heedless = 0;

  override writeHead(status: number, ...more: readonly unknown[]): this {
    const { connection } = streamOf(this.req);
    if (connection._ttSaysLast(this as ServerResponse) && !this.headersSent) this.setHeader('Connection', 'close');
    return super.writeHead(status, ...(more as []));
  }

  override write(chunk: unknown, ...more: unknown[]): boolean {
    if (!this.writableNeedDrain) this.#heedless = 0;
    else this.#heedless += (chunk as string | Uint8Array).length;
    const { connection } = streamOf(this.req);
    if (this.#heedless > connection._ttSettings.unsentLimit) connection._ttHeedless(this.#heedless);
    return super.write(chunk, ...(more as []));
  }
}

export function streamOf(request: IncomingMessage): ServerStream {
  return request.socket as unknown as ServerStream;
}
