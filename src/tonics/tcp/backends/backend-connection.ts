import type { TaskTonicError } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { TcpClient, type TcpClientOptions } from '../client/tcp-client.js';
import type { DisconnectInfo } from '../connection/disconnect.js';
import type { RelayEnd } from '../connection/tcp-connection.js';

/** What a connection to a backend tells of itself. */
export interface ConnectionTally {
  /** No backend took it. */
  unserved(): void;
  /** It is over, and so many bytes have passed. */
  relayed(toBackend: number, fromBackend: number): void;
}

/** The connection to a backend that another connection is joined with. */
export class BackendConnection extends TcpClient {
  readonly #tally: ConnectionTally;
  #isServed = false;

  constructor(options: TcpClientOptions, tally: ConnectionTally) {
    super(options);
    this.#tally = tally;
  }

  ttse__onConnected(): void {
    this.#isServed = true;
  }

  /** The connection that it is joined with hears of it when it ends. */
  ttse__onError({ message }: TaskTonicError): void {
    this.log.info(message);
  }

  ttse__onRelayEnded({ toOther, fromOther }: RelayEnd): void {
    this.#tally.relayed(fromOther, toOther);
  }

  ttse__onDisconnected({ reason }: DisconnectInfo): void {
    if (!this.#isServed && reason === 'error') this.#tally.unserved();
  }
}
ofFramework(BackendConnection);
