import type { EventQueue } from './event-queue.js';
import { type LinkState, PLAIN } from './conditions.js';
import { type FaultSource, type Place, sentAgain } from './fault-source.js';

/** Identifies a packet: the flow, its index, and how often it was sent before. */
export interface Packet {
  readonly place: Place;
  readonly index: number;
  readonly attempt: number;
  /** Bytes, headers included. */
  readonly size: number;
  /** Which faults are possible: control packets of TCP are only delayed. */
  readonly kind: 'control' | 'segment' | 'datagram';
}

/** What a link needs to know about its ends. */
export interface Wire {
  /** Whether packets pass: both hosts are up, and no partition separates them. */
  readonly open: boolean;
  dropped(what: string, index: number): void;
}

/** A packet that is sent again until it has arrived. */
export interface ReliablePacket {
  /** Whether it is still to be brought. */
  wanted(): boolean;
  /** It has arrived. False if nobody has taken it; then it is sent again. */
  arrive(): boolean;
  /** It was sent for too long without success. */
  givenUp(): void;
}

/** The time until a packet is sent again, and until it is given up, in ms. */
export interface RetransmitTimes {
  readonly retransmit: number;
  readonly giveUp: number;
}

const LONGEST_WAIT = 120_000;

/** One direction between two hosts. It keeps the order, except for reordered datagrams. */
export class Link {
  conditions: LinkState = PLAIN;
  readonly #events: EventQueue;
  readonly #faults: FaultSource;
  readonly #wire: Wire;
  /** When the last sent byte has left. */
  #busyUntil = 0;
  /** When the last packet arrives. */
  #lastAt = 0;
  /** How often all packets on their way were lost. */
  #losses = 0;

  constructor(events: EventQueue, faults: FaultSource, wire: Wire) {
    this.#events = events;
    this.#faults = faults;
    this.#wire = wire;
  }

  /** Sends a packet. @param lost called at the time of arrival if the packet was lost. */
  send(packet: Packet, arrive: () => void, lost?: () => void): void {
    const { now } = this.#events;
    const { latency, bandwidth, queue } = this.conditions;
    const { place, index, kind } = packet;
    const start = Math.max(now, this.#busyUntil);
    const waits = bandwidth === Infinity ? 0 : ((start - now) / 1000) * bandwidth;
    if (kind === 'datagram' && waits + packet.size > queue && waits > 0) return this.#wire.dropped(place.name, index);
    if (bandwidth < Infinity) this.#busyUntil = start + (packet.size / bandwidth) * 1000;
    const plain = (bandwidth < Infinity ? this.#busyUntil : now) + latency + this.#lateness(packet);
    const overtaken = kind === 'datagram' && this.#strikes('reorder', packet);
    // A reordered datagram is late, and does not delay others.
    const at = overtaken
      ? plain + 1 + this.#faults.roll('size', place, index) * Math.max(latency, 10)
      : Math.max(plain, this.#lastAt);
    if (!overtaken) this.#lastAt = at;
    const dropped = !this.#wire.open;
    if (dropped) this.#wire.dropped(place.name, index);
    if (dropped || (kind !== 'control' && this.#strikes('loss', packet))) {
      if (lost !== undefined) this.#events.at(at, lost);
    } else this.#deliver(packet, at, arrive, lost);
    if (!dropped && kind === 'datagram' && this.#strikes('duplicate', packet)) this.#deliver(packet, at, arrive);
  }

  /** Delivers a packet: a lost one is sent again after a delay, which is doubled each time (RFC 6298). */
  bring(packet: Packet, reliable: ReliablePacket, times: RetransmitTimes, since = this.#events.now): void {
    const next = this.#events.now + Math.min(times.retransmit * 2 ** packet.attempt, LONGEST_WAIT);
    const lost = (): void => {
      if (reliable.wanted()) this.#events.at(next, again);
    };
    const again = (): void => {
      if (!reliable.wanted()) return;
      if (this.#events.now - since >= times.giveUp) reliable.givenUp();
      else this.bring({ ...packet, attempt: packet.attempt + 1 }, reliable, times, since);
    };
    this.send(packet, () => void (reliable.arrive() || lost()), lost);
  }

  /** Loses all packets on their way. */
  loseAll(): void {
    this.#losses++;
  }

  #deliver({ place, index }: Packet, at: number, arrive: () => void, lost?: () => void): void {
    const losses = this.#losses;
    this.#events.at(at, () => {
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
