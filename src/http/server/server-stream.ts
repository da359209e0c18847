import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { SocketDuplex } from '../socket-duplex.js';

/** The connection of the stream, which gets the events of `node:http`. */
export interface StreamOwner extends TcpConnection<string> {
  /**
   * A request has arrived.
   * @param status the status if it must be refused.
   * @internal
   */
  _ttRequested(request: IncomingMessage, response: ServerResponse, status?: number): void;
  /** @internal The received data is not a valid request. */
  _ttUnreadable(error: NodeJS.ErrnoException): void;
  /** @internal A request asks for another protocol; `behind` are the bytes after it. */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void;
  /** @internal A handler has failed. */
  _ttFailed(response: ServerResponse): void;
  /** @internal A handler writes more than `unsentLimit` and ignores the result of `write()`. */
  _ttWritesTooMuch(bytes: number): void;
  /** @internal How long the stream may be inactive, in ms; 0 for no limit. */
  _ttSetTimeout(ms: number): void;
}

/** The stream of an HTTP connection, with the methods of a socket that `node:http` and libraries on top of it call. */
export class ServerStream extends SocketDuplex {
  declare readonly connection: StreamOwner;

  get encrypted(): boolean {
    return this.connection.tls !== undefined;
  }

  get remoteAddress(): string | undefined {
    return this.connection.remote?.address;
  }

  get remotePort(): number | undefined {
    return this.connection.remote?.port;
  }

  get remoteFamily(): string | undefined {
    return this.connection.remote?.family;
  }

  get localAddress(): string | undefined {
    return this.connection.local?.address;
  }

  get localPort(): number | undefined {
    return this.connection.local?.port;
  }

  get bytesRead(): number {
    return this.connection.traffic.receivedBytes;
  }

  get bytesWritten(): number {
    return this.connection.traffic.sentBytes;
  }

  /** How long it may be inactive, in ms; 0 for no limit. */
  timeout = 0;

  /**
   * As in `net.Socket`: emits `timeout` when nothing was received or sent for that time, by the clock of the Catalyst.
   */
  setTimeout(ms = 0, onTimeout?: () => void): this {
    if (onTimeout !== undefined) {
      if (ms === 0) this.removeListener('timeout', onTimeout);
      else this.once('timeout', onTimeout);
    }
    this.timeout = ms;
    this.connection._ttSetTimeout(ms);
    return this;
  }
}
