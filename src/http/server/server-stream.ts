import { ConnectionDuplex } from '../../tonics/tcp/connection/connection-duplex.js';
import type { HttpConnection } from './http-connection.js';

/** The stream of an HTTP connection: with what `node:http`, and the libraries on top of it, ask of a socket besides. */
export class ServerStream extends ConnectionDuplex {
  declare readonly connection: HttpConnection<string>;

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

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Ends after what was written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}
