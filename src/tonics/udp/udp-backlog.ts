import { type Address, DatagramLost } from '../../selector/network.js';
import { SendFailures } from '../../selector/send-failures.js';
import type { Sendable } from '../socket-tonic.js';

/** A datagram that waits for its socket. */
export interface EarlySend {
  readonly data: Sendable;
  readonly size: number;
  readonly to: Address | undefined;
}

/** A multicast group that is to be joined or left. */
export interface Membership {
  readonly group: string;
  readonly member: boolean;
  readonly interface: string | undefined;
}

/** What a socket is told before it is open, in order. Who fills it looks at {@link count} and {@link bytes}, which are its bounds. */
export class UdpBacklog {
  /** Bytes of the datagrams that wait. */
  bytes = 0;
  readonly #waiting: (EarlySend | Membership)[] = [];
  #sends = 0;

  /** How many wait; memberships count too. */
  get count(): number {
    return this.#waiting.length;
  }

  /** Whether a datagram waits. */
  get hasSends(): boolean {
    return this.#sends > 0;
  }

  put(what: EarlySend | Membership): void {
    this.#waiting.push(what);
    if (!('data' in what)) return;
    this.#sends++;
    this.bytes += what.size;
  }

  /** All that waits, in order; it is empty then. */
  take(): (EarlySend | Membership)[] {
    this.bytes = this.#sends = 0;
    return this.#waiting.splice(0);
  }

  /** The datagrams that wait will not leave. */
  lost(why: string): SendFailures {
    const failures = new SendFailures();
    const error = new DatagramLost(why);
    for (const what of this.take()) if ('data' in what) failures.add(error, what.to, what.size);
    return failures;
  }
}
