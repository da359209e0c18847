import type { ServerLimits } from '../limits/server-limits.js';
import type { AcceptStep, PendingConnection } from './pending-connection.js';

/** Applies the limits of the server to the address that the PROXY header gives, before a TLS handshake costs time. */
export class GuardStep implements AcceptStep {
  readonly reason = 'proxy';
  readonly #limits: Pick<ServerLimits, 'behindProxy'>;

  constructor(limits: Pick<ServerLimits, 'behindProxy'>) {
    this.#limits = limits;
  }

  begin(pending: PendingConnection): void {
    const source = pending.acceptedPeer?.proxy?.source;
    const reason = source === undefined ? undefined : this.#limits.behindProxy(pending.accepted, source);
    if (reason === undefined) pending.next();
    else pending.refuse(undefined, reason);
  }

  ready(): void {}

  tooLate(): undefined {
    return undefined;
  }
}
