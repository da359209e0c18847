import type { ServerLimits } from '../limits/server-limits.js';
import type { AcceptStep, PendingConnection } from './visitor.js';

/** Looks at the address that a PROXY header has told, before a handshake costs anything. */
export class GuardStep implements AcceptStep {
  readonly reason = 'proxy';
  readonly #limits: Pick<ServerLimits, 'behindProxy'>;

  constructor(limits: Pick<ServerLimits, 'behindProxy'>) {
    this.#limits = limits;
  }

  begin(visitor: PendingConnection): void {
    const source = visitor.arrival?.proxy?.source;
    const reason = source === undefined ? undefined : this.#limits.behindProxy(visitor.accepted, source);
    if (reason === undefined) visitor.next();
    else visitor.refuse(undefined, reason);
  }

  ready(): void {}

  tooLate(): undefined {
    return undefined;
  }
}
