import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { SocketDuplex } from '../socket-duplex.js';

/** Its connection, as far as the stream asks. */
interface Asked {
  /** Whether a request is under way. */
  readonly isAsked: boolean;
}

/** The stream of a connection of an HttpClient: with what `node:http` asks of a socket besides. */
export class ClientStream extends SocketDuplex {
  declare readonly connection: TcpConnection<string> & Asked;

  constructor(connection: TcpConnection<string> & Asked) {
    super(connection);
    // Whoever uses it hears of an error as well; while nobody does the connection tells it.
    this.on('error', () => {});
  }

  /** Times are watched on the clock of the Catalyst. */
  setTimeout(): this {
    return this;
  }

  /** What is left of an answer that nobody waits for is not read: it may have no end. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.connection.isAsked) this.connection.ttsc__abort();
    super._destroy(error, done);
  }
}
