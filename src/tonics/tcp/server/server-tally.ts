import type { TurnedAwayReason } from '../../../selector/network.js';
import { type Counted, ThreadTally } from './thread-tally.js';

/** What a server has counted. */
export interface ServerCounts {
  readonly accepted: number;
  readonly open: number;
  /** By why they were turned away. */
  readonly turnedAway: Readonly<Record<TurnedAwayReason, number>>;
  /** Connections whose protocol threw, or whose thread died. */
  readonly failed: number;
  /** TLS handshakes that were done, those that `startTls()` began too: full ones, and those that went on from a session. */
  readonly handshakes: { readonly full: number; readonly resumed: number };
}

/** Why peers are turned away. */
const REASONS = [
  'maxConnections',
  'descriptors',
  'paused',
  'addressLimit',
  'rate',
  'denied',
  'proxy',
  'handshakes',
  'handshake',
] as const satisfies readonly TurnedAwayReason[];

type Total = 'accepted' | 'failed' | 'full' | 'resumed' | TurnedAwayReason;
const COUNTED: Counted<Total, 'open' | 'pending'> = {
  totals: ['accepted', 'failed', 'full', 'resumed', ...REASONS],
  now: ['open', 'pending'],
};

/** The counts of a TcpServer. */
export class ServerTally extends ThreadTally<Total, 'open' | 'pending'> {
  /** @param index the line that this thread counts in. */
  constructor(buffer?: SharedArrayBuffer, index = 0) {
    super(COUNTED, buffer, index);
  }

  /** For so many threads. */
  static shared(threads: number): ServerTally {
    return new ServerTally(ThreadTally.memory(threads), threads);
  }

  /** One more connection is pending. */
  addPending(): void {
    this.change('pending', 1);
  }

  removePending(): void {
    this.change('pending', -1);
  }

  /** The pending connections of all threads: those that have no Tonic yet. */
  get pending(): number {
    return this.sumNow('pending');
  }

  override closeAll(line: number): number {
    this.set('pending', 0, line);
    return super.closeAll(line);
  }

  get counts(): ServerCounts {
    return {
      accepted: this.sum('accepted'),
      open: this.open,
      turnedAway: Object.fromEntries(REASONS.map((reason) => [reason, this.sum(reason)])) as Record<
        TurnedAwayReason,
        number
      >,
      failed: this.sum('failed'),
      handshakes: { full: this.sum('full'), resumed: this.sum('resumed') },
    };
  }
}
