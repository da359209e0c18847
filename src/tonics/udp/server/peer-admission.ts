import type { Clock } from '../../../core/time/clock.js';
import type { Address } from '../../../selector/network.js';
import { ServerLimits } from '../../tcp/server/limits/server-limits.js';
import { LimitMaker } from '../../tcp/server/limits/shared-limits.js';
import type { PeerTurnedAway, PeerTurnedAwayReason } from './udp-server-counts.js';
import type { UdpServerSettings } from './udp-server-options.js';

/** What it takes of a server's options. */
export type AdmissionSettings = Pick<
  UdpServerSettings,
  'allow' | 'deny' | 'acceptRate' | 'maxPeersPerAddress' | 'maxPeers' | 'whenFull'
>;

/** Who has the peers. */
export interface AdmissionOwner {
  /** No peer comes in any more, since its server is about to end. */
  readonly ending: boolean;
  /** How many of its peers have a session that hears. */
  readonly hearing: number;
  /** The one that has heard nothing for longest gives way to somebody new. */
  replaceIdlest(): void;
  turnedAway(peer: PeerTurnedAway): void;
}

/** Who gets a session, and how many there are: the limits of a UdpServer. */
export class PeerAdmission {
  /** Nobody new gets a session. */
  paused = false;
  /** Nor will anybody any more. */
  closing = false;
  /** Sessions that have not finished. */
  open = 0;
  readonly turnedAway: Record<PeerTurnedAwayReason, number> = {
    maxPeers: 0,
    addressLimit: 0,
    rate: 0,
    denied: 0,
    paused: 0,
    closing: 0,
  };
  readonly #settings: AdmissionSettings;
  readonly #owner: AdmissionOwner;
  readonly #limits: ServerLimits | undefined;

  constructor(settings: AdmissionSettings, clock: Clock, owner: AdmissionOwner) {
    const { allow, deny, acceptRate, maxPeersPerAddress } = settings;
    this.#settings = settings;
    this.#owner = owner;
    this.#limits = ServerLimits.of(
      { allow, deny, acceptRate, maxConnectionsPerAddress: maxPeersPerAddress },
      new LimitMaker(clock),
      () => false,
    );
  }

  /**
   * Somebody new has sent a datagram.
   *
   * @param holder counts for its address, until it has left.
   * @returns whether it gets a session; else that is counted and told.
   */
  lets(holder: object, remote: Address): boolean {
    const reason = this.#whyNot(holder, remote);
    if (reason === undefined) return true;
    this.turnedAway[reason]++;
    this.#owner.turnedAway({ remote, reason });
    return false;
  }

  leave(holder: object): void {
    this.#limits?.leave(holder);
  }

  #whyNot(holder: object, remote: Address): PeerTurnedAwayReason | undefined {
    const { maxPeers, whenFull } = this.#settings;
    if (this.closing || this.#owner.ending) return 'closing';
    if (this.paused) return 'paused';
    // Those that end have their time: with them there are twice as many at most.
    const isFull = this.open >= maxPeers;
    if (isFull && (whenFull === 'refuse' || this.open >= 2 * maxPeers)) return 'maxPeers';
    const reason = this.#limits?.accept(holder, remote);
    if (reason !== undefined) return reason;
    if (this.#owner.hearing >= maxPeers) this.#owner.replaceIdlest();
    return undefined;
  }
}
