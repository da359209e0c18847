import { type IncomingMessage, ServerResponse } from 'node:http';
import type { ServerStream } from './server-stream.js';

/** A response of a connection that is a Tonic: the unsent bytes are limited. */
export class ServedResponse extends ServerResponse {
  /** The bytes that were written after `write()` returned false. */
  #ignoredBytes = 0;

  override write(chunk: unknown, ...more: unknown[]): boolean {
    if (!this.writableNeedDrain) this.#ignoredBytes = 0;
    else this.#ignoredBytes += (chunk as string | Uint8Array).length;
    const { connection } = streamOf(this.req);
    if (this.#ignoredBytes > connection._ttSettings.unsentLimit) connection._ttWritesTooMuch(this.#ignoredBytes);
    return super.write(chunk, ...(more as []));
  }
}

/** Makes a response announce that the connection closes, whatever headers are set before it is sent. */
export function makeLast(response: ServerResponse): void {
  response.writeHead = function (this: ServerResponse, ...head: unknown[]) {
    if (!this.headersSent) this.setHeader('Connection', 'close');
    return ServerResponse.prototype.writeHead.apply(this, head as [number]) as ServerResponse;
  } as ServerResponse['writeHead'];
}

export function streamOf(request: IncomingMessage): ServerStream {
  return request.socket as unknown as ServerStream;
}
