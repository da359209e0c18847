import { type TaskTonicError, fail } from '../../../../core/errors.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import type { Network, StreamChannel } from '../../../../selector/network.js';
import type { TlsServerSide } from '../../../../selector/tls.js';
import { showPeer, socketError } from '../../../socket-errors.js';
import type { AcceptStep, PendingConnection } from './visitor.js';

/** The first byte of a handshake: the content type of its record (RFC 8446, 5.1). */
export const HANDSHAKE = 0x16;

/** What is kept of a visitor whose first byte is waited for. */
const SILENT = 'silent';

/** The certificates that a handshake is done with: those of now. */
export interface Certificates {
  readonly side: TlsServerSide;
}

/** The handshake of TLS; or nothing, for a peer that speaks plain text where both may come. */
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

  begin(visitor: PendingConnection): void {
    if (this.#mayBePlain) visitor.kept = SILENT;
    else this.#secure(visitor);
  }

  ready(visitor: PendingConnection, ready: InterestSet): void {
    const { channel } = visitor;
    if (visitor.kept === SILENT) this.#listen(visitor, channel);
    else if ((ready & Interest.CONNECT) !== 0) visitor.next();
    else if ((ready & Interest.HANGUP) !== 0) this.#failed(visitor, channel);
  }

  #listen(visitor: PendingConnection, channel: StreamChannel): void {
    const bytes = channel.take();
    if (bytes === undefined) {
      if (channel.ended || channel.closed) visitor.leave();
      return;
    }
    channel.putBack(bytes);
    if (bytes[0] === HANDSHAKE) this.#secure(visitor);
    else visitor.next();
  }

  #secure(visitor: PendingConnection): void {
    visitor.kept = undefined;
    visitor.become(this.#network.secure(visitor.channel, this.#certificates.side));
  }

  #failed(visitor: PendingConnection, channel: StreamChannel): void {
    const error = channel.takeError();
    if (error !== undefined) visitor.refuse(socketError(error, addressOf(visitor)));
    else if (channel.closed) visitor.leave();
  }

  /** Who says nothing waits for the server to speak first, in plain text. */
  tooLate(visitor: PendingConnection, ms: number): TaskTonicError | undefined {
    if (visitor.kept === SILENT) return undefined;
    return fail('TT_TLS_TIMEOUT', { address: addressOf(visitor), ms });
  }
}

function addressOf({ remote, channel: { local } }: PendingConnection): string {
  return showPeer(remote, local);
}
