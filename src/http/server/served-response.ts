import { type IncomingMessage, ServerResponse } from 'node:http';
import type { ServerStream } from './server-stream.js';

/** A response on a connection that is a Tonic: what is written to it has a bound. */
export class ServedResponse extends ServerResponse {
  /** So much was written since `write()` has said that it is to wait. */
  #heedless = 0;

  override write(chunk: unknown, ...more: unknown[]): boolean {
    if (!this.writableNeedDrain) this.#heedless = 0;
    else this.#heedless += (chunk as string | Uint8Array).length;
    const { connection } = streamOf(this.req);
    if (this.#heedless > connection._ttSettings.unsentLimit) connection._ttHeedless(this.#heedless);
    return super.write(chunk, ...(more as []));
  }
}

/** Has a response say that it is the last one of its connection, whatever becomes of its headers until it is sent. */
export function makeLast(response: ServerResponse): void {
  response.writeHead = function (this: ServerResponse, ...head: unknown[]) {
    if (!this.headersSent) this.setHeader('Connection', 'close');
    return ServerResponse.prototype.writeHead.apply(this, head as [number]) as ServerResponse;
  } as ServerResponse['writeHead'];
}

export function streamOf(request: IncomingMessage): ServerStream {
  return request.socket as unknown as ServerStream;
}
