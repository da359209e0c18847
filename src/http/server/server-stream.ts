import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { SocketDuplex } from '../socket-duplex.js';

/** The connection of such a stream: what `node:http` tells of the stream is brought to it. */
export interface StreamOwner extends TcpConnection<string> {
  /**
   * A request has come.
   * @param status where it is to be refused.
   * @internal
   */
  _ttRequested(request: IncomingMessage, response: ServerResponse, status?: number): void;
  /** @internal What has come is no request. */
  _ttUnreadable(error: NodeJS.ErrnoException): void;
  /** @internal A request asks for another protocol, and these bytes have come behind it. */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void;
  /** @internal A handler has failed. */
  _ttFailed(response: ServerResponse): void;
  /** @internal More was written than may be unsent, and whoever writes takes no heed. */
  _ttHeedless(bytes: number): void;
  /** @internal How long the stream may be still, in ms; 0 for ever. */
  _ttMayBeStill(ms: number): void;
}

/** The stream of an HTTP connection: with what `node:http`, and the libraries on top of it, ask of a socket besides. */
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

  /** How long it may be still, in ms; 0 for ever. */
  timeout = 0;

  /** As `net.Socket` has it: `timeout` is told when nothing has come and nothing has left for so long, on the clock of the Catalyst. */
  setTimeout(ms = 0, onTimeout?: () => void): this {
    if (onTimeout !== undefined) {
      if (ms === 0) this.removeListener('timeout', onTimeout);
      else this.once('timeout', onTimeout);
    }
    this.timeout = ms;
    this.connection._ttMayBeStill(ms);
    return this;
  }
}
