import type { Agenda } from './agenda.js';
import { type LinkState, PLAIN } from './conditions.js';
import { type FaultDice, type Place, sentAgain } from './fault-dice.js';

/** Where a packet belongs: the flow, its index there, and how often it was sent before. */
export interface Packet {
  readonly place: Place;
  readonly index: number;
  readonly attempt: number;
  /** Bytes, headers included. */
  readonly size: number;
  /** What can happen to it besides being late: TCP's own control packets are spared, datagrams are not. */
  readonly kind: 'control' | 'segment' | 'datagram';
}

/** What a link sees of its two ends. */
export interface Wire {
  /** Whether anything passes: both hosts are up, and no partition is between them. */
  readonly open: boolean;
  dropped(what: string, index: number): void;
}

/** What is brought although the link loses packets. */
export interface Parcel {
  /** Whether it is still to be brought. */
  wanted(): boolean;
  /** It is there. Gives false where nobody has taken it: then it comes again. */
  arrive(): boolean;
  /** It was tried for too long. */
  givenUp(): void;
}

/** How long a packet of a parcel is waited for at first, and for how long it is tried, in ms. */
export interface Patience {
  readonly retransmit: number;
  readonly giveUp: number;
}

const LONGEST_WAIT = 120_000;

/** One direction between two hosts. What is sent here comes in that order, but for datagrams that are reordered. */
export class Link {
  conditions: LinkState = PLAIN;
  readonly #agenda: Agenda;
  readonly #faults: FaultDice;
  readonly #wire: Wire;
  /** When the last byte that was sent has left. */
  #busyUntil = 0;
  /** When the last packet comes. */
  #lastAt = 0;
  /** How often all that was under way was lost. */
  #losses = 0;

  constructor(agenda: Agenda, faults: FaultDice, wire: Wire) {
    this.#agenda = agenda;
    this.#faults = faults;
    this.#wire = wire;
  }

  /** Sends a packet. @param lost it does not come: called when it would have come. */
  send(packet: Packet, arrive: () => void, lost?: () => void): void {
    const { now } = this.#agenda;
    const { latency, bandwidth, queue } = this.conditions;
    const { place, index, kind } = packet;
    const start = Math.max(now, this.#busyUntil);
    const waits = bandwidth === Infinity ? 0 : ((start - now) / 1000) * bandwidth;
    if (kind === 'datagram' && waits + packet.size > queue && waits > 0) return this.#wire.dropped(place.name, index);
    if (bandwidth < Infinity) this.#busyUntil = start + (packet.size / bandwidth) * 1000;
    const plain = (bandwidth < Infinity ? this.#busyUntil : now) + latency + this.#lateness(packet);
    const overtaken = kind === 'datagram' && this.#strikes('reorder', packet);
    // What is overtaken comes so much later, and holds nothing up.
    const at = overtaken
      ? plain + 1 + this.#faults.roll('size', place, index) * Math.max(latency, 10)
      : Math.max(plain, this.#lastAt);
    if (!overtaken) this.#lastAt = at;
    const dropped = !this.#wire.open;
    if (dropped) this.#wire.dropped(place.name, index);
    if (dropped || (kind !== 'control' && this.#strikes('loss', packet))) {
      if (lost !== undefined) this.#agenda.at(at, lost);
    } else this.#deliver(packet, at, arrive, lost);
    if (!dropped && kind === 'datagram' && this.#strikes('duplicate', packet)) this.#deliver(packet, at, arrive);
  }

  /** Brings a parcel: where its packet is lost it goes again after a while, which is doubled each time (RFC 6298). */
  bring(packet: Packet, parcel: Parcel, patience: Patience, since = this.#agenda.now): void {
    const next = this.#agenda.now + Math.min(patience.retransmit * 2 ** packet.attempt, LONGEST_WAIT);
    const lost = (): void => {
      if (parcel.wanted()) this.#agenda.at(next, again);
    };
    const again = (): void => {
      if (!parcel.wanted()) return;
      if (this.#agenda.now - since >= patience.giveUp) parcel.givenUp();
      else this.bring({ ...packet, attempt: packet.attempt + 1 }, parcel, patience, since);
    };
    this.send(packet, () => void (parcel.arrive() || lost()), lost);
  }

  /** What is under way does not come. */
  loseAll(): void {
    this.#losses++;
  }

  #deliver({ place, index }: Packet, at: number, arrive: () => void, lost?: () => void): void {
    const losses = this.#losses;
    this.#agenda.at(at, () => {
      if (this.#wire.open && losses === this.#losses) return arrive();
      this.#wire.dropped(place.name, index);
      return lost?.();
    });
  }

  #lateness({ place, index, attempt, kind }: Packet): number {
    const { jitter } = this.conditions;
    if (jitter === 0 || kind === 'control') return 0;
    return this.#faults.happens('delay', sentAgain(place, attempt), index)
      ? this.#faults.roll('delay', place, index, attempt) * jitter
      : 0;
  }

  #strikes(kind: 'loss' | 'duplicate' | 'reorder', { place, index, attempt }: Packet): boolean {
    return this.#faults.strikes(kind, this.conditions[kind], place, index, attempt);
  }
}
