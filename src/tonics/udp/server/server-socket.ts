import { type InterestSet, Interest } from '../../../selector/interest.js';
import type { Address, BindSettings, Datagram, DatagramChannel, SendFailure } from '../../../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../../../selector/selection-key.js';
import type { SelectorCatalyst } from '../../../selector/selector-catalyst.js';
import type { Sendable } from '../../socket-tonic.js';
import { PeerTable } from './peer-table.js';

/** Who hears of a socket of a UdpServer, between two turns. */
export interface SocketHearer<P> {
  /** It is bound. */
  opened(): void;
  /** Datagrams wait to be taken. */
  datagramsWait(): void;
  /** Datagrams to a peer did not leave. */
  lost(failure: SendFailure, peer: P | undefined): void;
  failed(error: Error): void;
  /** It is known of all that was given what became of it. */
  settled(): void;
}

/** What may wait to leave. */
export interface UnsentLimits {
  readonly unsentLimit: number;
  readonly unsentMessages: number;
}

/** One socket of a UdpServer, with those who talk to it. */
export class ServerSocket<P extends { readonly remote: Address }> implements ReadyHandler {
  readonly peers = new PeerTable<P>();
  /** A send of theirs was refused: they are told when nothing waits any more. */
  readonly owed = new Set<P>();
  readonly #hearer: SocketHearer<P>;
  readonly #limits: UnsentLimits;
  readonly #channel: DatagramChannel;
  readonly #key: SelectionKey;

  constructor(
    { network, selector }: SelectorCatalyst<string>,
    settings: BindSettings,
    limits: UnsentLimits,
    hearer: SocketHearer<P>,
  ) {
    this.#hearer = hearer;
    this.#limits = limits;
    this.#channel = network.bind(settings);
    this.#key = selector.register(this.#channel, this.#interest, this);
  }

  /** Where it is bound; `undefined` before and after. */
  get local(): Address | undefined {
    return this.#channel.local;
  }

  get closed(): boolean {
    return this.#key.cancelled;
  }

  /** Datagrams that came and were dropped before they were taken. */
  get dropped(): number {
    return this.#channel.dropped;
  }

  get kernelDropped(): number | undefined {
    return this.closed ? undefined : this.#channel.kernelDropped;
  }

  get sentMessages(): number {
    return this.#channel.sentMessages;
  }

  get sentBytes(): number {
    return this.#channel.sentBytes;
  }

  /** Datagrams that were given and did not leave. */
  get failedMessages(): number {
    return this.#channel.failedMessages;
  }

  get unsentMessages(): number {
    return this.#channel.unsentMessages;
  }

  get unsentBytes(): number {
    return this.#channel.unsent;
  }

  // ---- Receiving ----

  take(): Datagram | undefined {
    return this.#channel.take();
  }

  /** Not all was taken, or heard: it is asked once more with a later turn. */
  again(): void {
    this.#key.again(Interest.READ);
  }

  // ---- Sending ----

  isFull(size: number): boolean {
    if (!this.#exceeds(size)) return false;
    // What the kernel takes now does not wait.
    this.#channel.flush();
    return this.#exceeds(size);
  }

  send(data: Sendable, size: number, to: Address): void {
    this.#channel.send(data, size, to);
  }

  owe(peer: P): void {
    this.owed.add(peer);
    this.#key.modify(this.#interest);
  }

  forget(peer: P): void {
    this.peers.remove(peer);
    this.owed.delete(peer);
  }

  flush(): void {
    this.#channel.flush();
  }

  /** Whether all that was given has left, or never will. */
  get settled(): boolean {
    return this.closed || this.#channel.settled || this.local === undefined;
  }

  /** From now on `settled` is told, whoever is owed what. */
  watchSettled(): void {
    this.#key.modify(this.#interest | Interest.WRITE);
  }

  // ---- Its life ----

  /** Closes it at once. */
  close(why: string): void {
    this.#channel.close(why);
    this.#key.cancel();
    this.owed.clear();
    this.#tellLost();
  }

  onReady(_key: SelectionKey, ready: InterestSet): void {
    if ((ready & Interest.CONNECT) !== 0) this.#hearer.opened();
    if ((ready & Interest.READ) !== 0) this.#hearer.datagramsWait();
    if ((ready & Interest.HANGUP) !== 0) this.#tellErrors();
    if ((ready & Interest.WRITE) === 0 || !this.#channel.settled) return;
    this.#hearer.settled();
    if (!this.closed) this.#key.modify(this.#interest);
  }

  #tellErrors(): void {
    this.#tellLost();
    for (let error = this.#channel.takeError(); error !== undefined; error = this.#channel.takeError())
      this.#hearer.failed(error);
  }

  #tellLost(): void {
    for (let failure = this.#channel.takeFailure(); failure !== undefined; failure = this.#channel.takeFailure())
      this.#hearer.lost(failure, failure.to && this.peers.find(failure.to));
  }

  #exceeds(size: number): boolean {
    const { unsentLimit, unsentMessages } = this.#limits;
    return this.#channel.unsent + size > unsentLimit || this.#channel.unsentMessages >= unsentMessages;
  }

  get #interest(): InterestSet {
    return Interest.CONNECT | Interest.READ | (this.owed.size > 0 ? Interest.WRITE : Interest.NONE);
  }
}
