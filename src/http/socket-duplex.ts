import { ConnectionDuplex } from '../tonics/tcp/connection/streams/connection-duplex.js';

/**
 * The stream of a connection that speaks HTTP. Its additional methods are called by `node:http`; the connection itself
 * does what they are for.
 */
export class SocketDuplex extends ConnectionDuplex {
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

  /** Ends after the written data was sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}
