import { Peer } from './peer.js';

/** How much may wait to be heard, of each peer and of all: datagrams, and their bytes. */
export interface UnheardLimits {
  readonly unheardMessages: number;
  readonly unheardLimit: number;
  readonly unheardMessagesPerPeer: number;
  readonly unheardLimitPerPeer: number;
}

/** What waits of all peers: datagrams, and their bytes. */
export interface WaitingTotal {
  /** One more waits. @returns whether there was room for it. */
  add(bytes: number): boolean;
  remove(messages: number, bytes: number): void;
}

/** That of a server whose sessions are all in its thread. */
class OwnTotal implements WaitingTotal {
  readonly #limits: UnheardLimits;
  #messages = 0;
  #bytes = 0;

  constructor(limits: UnheardLimits) {
    this.#limits = limits;
  }

  add(bytes: number): boolean {
    const { unheardMessages, unheardLimit } = this.#limits;
    if (this.#messages >= unheardMessages || this.#bytes + bytes > unheardLimit) return false;
    this.#messages++;
    this.#bytes += bytes;
    return true;
  }

  remove(messages: number, bytes: number): void {
    this.#messages -= messages;
    this.#bytes -= bytes;
  }
}

/** Why there was no room for a datagram: too much of its peer waits, or of all. */
export type NoRoom = 'peerFull' | 'serverFull';

/**
 * The peers of which something waits to be heard, one datagram of each in turn: who sends much waits for itself. What waits is bounded for each and
 * in all, and what has no room is the newest, as in a kernel.
 */
export class PeerLine {
  readonly #limits: UnheardLimits;
  #first: Peer | undefined = undefined;
  #last: Peer | undefined = undefined;
  readonly #total: WaitingTotal;

  /** @param total of all peers, where some are in other threads. */
  constructor(limits: UnheardLimits, total: WaitingTotal = new OwnTotal(limits)) {
    this.#limits = limits;
    this.#total = total;
  }

  /** Whether somebody stands in it. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  /** A datagram has come. @returns why it is dropped, where it is. */
  put(peer: Peer, bytes: Buffer): NoRoom | undefined {
    const weight = Peer.weightOf(bytes);
    const { unheardMessagesPerPeer, unheardLimitPerPeer } = this.#limits;
    if (peer.waiting >= unheardMessagesPerPeer || peer.waitingBytes + weight > unheardLimitPerPeer) return 'peerFull';
    if (!this.#total.add(weight)) return 'serverFull';
    peer.put(bytes);
    this.join(peer);
    return undefined;
  }

  /** It stands at the end, where something of it waits and may be heard. */
  join(peer: Peer): void {
    if (peer.inLine || peer.waiting === 0 || peer.paused || !peer.begun) return;
    peer.inLine = true;
    if (this.#last === undefined) this.#first = peer;
    else this.#last.nextInLine = peer;
    this.#last = peer;
  }

  /** The first one of which something may be heard leaves the line. */
  leave(): Peer | undefined {
    for (let peer = this.#first; peer !== undefined; peer = this.#first) {
      this.#first = peer.nextInLine;
      if (this.#first === undefined) this.#last = undefined;
      peer.nextInLine = undefined;
      peer.inLine = false;
      if (peer.waiting > 0 && !peer.paused) return peer;
    }
    return undefined;
  }

  /** The next datagram of one that has left the line; with more it stands at the end again. */
  takeFrom(peer: Peer): Buffer {
    const bytes = peer.take()!;
    this.#total.remove(1, Peer.weightOf(bytes));
    this.join(peer);
    return bytes;
  }

  /** Nobody hears what waits of it. @returns how many those were. */
  drop(peer: Peer): number {
    const dropped = peer.waiting;
    if (dropped > 0) this.#total.remove(dropped, peer.waitingBytes);
    while (peer.take() !== undefined);
    return dropped;
  }
}
