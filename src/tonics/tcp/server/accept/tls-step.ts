import { type TaskTonicError, fail } from '../../../../core/errors.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import type { Network, StreamChannel } from '../../../../selector/network.js';
import type { TlsServerSide } from '../../../../selector/tls.js';
import { showPeer, socketError } from '../../../socket-errors.js';
import type { AcceptStep, PendingConnection } from './pending-connection.js';

/** The first byte of a handshake: the content type of its record (RFC 8446, 5.1). */
export const HANDSHAKE = 0x16;

/** What it remembers of a connection whose first byte it waits for. */
const SILENT = 'silent';

/** The certificates of a server; a handshake uses those that are loaded when it begins. */
export interface Certificates {
  readonly side: TlsServerSide;
}

/** Does the TLS handshake. If plain text is allowed too, and the peer begins with that, it does nothing. */
export class TlsStep implements AcceptStep {
  readonly reason = 'handshake';
  readonly #network: Network;
  readonly #certificates: Certificates;
  readonly #mayBePlain: boolean;

  constructor(network: Network, certificates: Certificates, mayBePlain: boolean) {
    this.#network = network;
    this.#certificates = certificates;
    this.#mayBePlain = mayBePlain;
  }

  begin(pending: PendingConnection): void {
    if (this.#mayBePlain) pending.kept = SILENT;
    else this.#secure(pending);
  }

  ready(pending: PendingConnection, ready: InterestSet): void {
    const { channel } = pending;
    if (pending.kept === SILENT) this.#listen(pending, channel);
    else if ((ready & Interest.CONNECT) !== 0) pending.next();
    else if ((ready & Interest.HANGUP) !== 0) this.#failed(pending, channel);
  }

  #listen(pending: PendingConnection, channel: StreamChannel): void {
    const bytes = channel.take();
    if (bytes === undefined) {
      if (channel.ended || channel.closed) pending.leave();
      return;
    }
    channel.putBack(bytes);
    if (bytes[0] === HANDSHAKE) this.#secure(pending);
    else pending.next();
  }

  #secure(pending: PendingConnection): void {
    pending.kept = undefined;
    pending.become(this.#network.secure(pending.channel, this.#certificates.side));
  }

  #failed(pending: PendingConnection, channel: StreamChannel): void {
    const error = channel.takeError();
    if (error !== undefined) pending.refuse(socketError(error, addressOf(pending)));
    else if (channel.closed) pending.leave();
  }

  /** A peer that sends nothing waits for the server to send first, in plain text. */
  tooLate(pending: PendingConnection, ms: number): TaskTonicError | undefined {
    if (pending.kept === SILENT) return undefined;
    return fail('TT_TLS_TIMEOUT', { address: addressOf(pending), ms });
  }
}

function addressOf({ remote, channel: { local } }: PendingConnection): string {
  return showPeer(remote, local);
}
