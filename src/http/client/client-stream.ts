import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { SocketDuplex } from '../socket-duplex.js';

/** What the stream needs to know about its connection. */
interface Asked {
  /** Whether a request is in progress. */
  readonly isAsked: boolean;
}

/** The stream of a connection of an HttpClient, with the methods of a socket that `node:http` also calls. */
export class ClientStream extends SocketDuplex {
  declare readonly connection: TcpConnection<string> & Asked;

  constructor(connection: TcpConnection<string> & Asked) {
    super(connection);
    // The user of the stream gets an error as well. Without a user the connection reports it.
    this.on('error', () => {});
  }

  /** Timeouts are measured by the clock of the Catalyst. */
  setTimeout(): this {
    return this;
  }

  /** The rest of an abandoned answer is not read: it may be endless. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.connection.isAsked) this.connection.ttsc__abort();
    super._destroy(error, done);
  }
}
