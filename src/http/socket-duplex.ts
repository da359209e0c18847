import { ConnectionDuplex } from '../tonics/tcp/connection/streams/connection-duplex.js';

/** The stream of a connection that speaks HTTP: with what `node:http` asks of a socket besides, which the connection does by itself. */
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

  /** Ends after what was written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}
