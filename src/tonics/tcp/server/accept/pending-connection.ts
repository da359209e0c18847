import type { TaskTonicError } from '../../../../core/errors.js';
import type { Due } from '../../../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import type { Address, StreamChannel, TurnedAwayReason } from '../../../../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../../../../selector/selection-key.js';
import type { AcceptedPeer } from './accepted-peer.js';

/**
 * Something that a peer must do before its connection has a Tonic: send its PROXY header, do its TLS handshake. One
 * object serves all connections; what it remembers of one is in the field `kept` of the {@link PendingConnection}.
 *
 * ## Contract
 *
 * - It ends with one of `next()`, `refuse()` and `leave()` of the connection, at once or later; after that it is not
 *   called for that connection again.
 * - It reads with `pending.channel.take()`, and gives back with `putBack()` the bytes that are not its own.
 * - It throws nothing for what a peer does.
 */
export interface AcceptStep {
  /** What its refusals are counted as. */
  readonly reason: 'proxy' | 'handshake';
  /** The step begins for a connection. If bytes have been received already, {@link ready} is called next. */
  begin(pending: PendingConnection): void;
  /** The channel of that connection is ready, also for HANGUP. Readiness may be spurious. */
  ready(pending: PendingConnection, ready: InterestSet): void;
  /**
   * Called if the steps have taken longer than their common time limit, in ms, and this one has not ended.
   *
   * @returns the error with which the connection is refused; `undefined` lets it go on to the next step, with a new time
   * limit.
   */
  tooLate(pending: PendingConnection, ms: number): TaskTonicError | undefined;
}

/** What a pending connection needs of `PendingConnections`. */
export interface PendingConnectionHost {
  readonly steps: readonly AcceptStep[];
  register(pending: PendingConnection, channel: StreamChannel): SelectionKey;
  /** All steps are done. */
  passed(pending: PendingConnection): void;
  refused(pending: PendingConnection, reason: TurnedAwayReason | undefined, error: Error | undefined): void;
  /** `fire()` of the connection is called at that time. */
  wake(pending: PendingConnection, at: number): void;
  /** Its time limit has passed. */
  late(pending: PendingConnection): void;
}

/** One of its steps runs; all steps are done, and it waits to be taken; or it was taken or closed. */
type Where = 'steps' | 'passed' | 'gone';

/** A connection that was accepted and has no Tonic yet: its channel, and what its steps have found out about the peer. */
export class PendingConnection implements ReadyHandler, Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  /** What the running step remembers of this connection. */
  kept: unknown = undefined;
  /** What is known of the peer besides what the socket says; `undefined` where that is nothing. */
  acceptedPeer: AcceptedPeer | undefined = undefined;
  /** The channel that was accepted. It identifies the connection for others, also after TLS has replaced the channel. */
  readonly accepted: StreamChannel;
  #channel: StreamChannel;
  #key: SelectionKey;
  readonly #host: PendingConnectionHost;
  #where: Where = 'steps';
  #step = -1;
  /** Its channel has told that it failed or was closed: whoever has it next is told again. */
  #hangup: InterestSet = Interest.NONE;
  /** Its time was up, and it has had one more look. */
  #looked = false;

  constructor(channel: StreamChannel, host: PendingConnectionHost) {
    this.accepted = channel;
    this.#channel = channel;
    this.#host = host;
    this.#key = host.register(this, channel);
  }

  /** Where its bytes come from now. */
  get channel(): StreamChannel {
    return this.#channel;
  }

  /** The key of {@link channel}: a step asks it for what it waits for. */
  get key(): SelectionKey {
    return this.#key;
  }

  /** Whose bytes these are, as far as is known. */
  get remote(): Address | undefined {
    return this.acceptedPeer === undefined ? this.#channel.remote : this.acceptedPeer.remote;
  }

  /** Whether it is still here. */
  get isHere(): boolean {
    return this.#where !== 'gone';
  }

  /** The step that it is at. */
  get step(): AcceptStep | undefined {
    return this.#where === 'steps' ? this.#host.steps[this.#step] : undefined;
  }

  /** The step is done: the next one begins, or the Tonic of the connection is made. */
  next(): void {
    if (this.#where !== 'steps') return;
    this.kept = undefined;
    const step = this.#host.steps[++this.#step];
    if (step === undefined) {
      this.#where = 'passed';
      this.#host.passed(this);
    } else {
      step.begin(this);
      this.#tellAgain();
    }
  }

  /** It may not come in: its channel is closed, and it is counted and told as turned away, for the reason of the step if there is no other. */
  refuse(error?: Error, reason: TurnedAwayReason | undefined = this.step?.reason): void {
    if (this.close()) this.#host.refused(this, reason, error);
  }

  /** It has gone by itself before it had asked for anything: nobody was turned away. */
  leave(): void {
    if (this.close()) this.#host.refused(this, undefined, undefined);
  }

  /**
   * From now on its bytes come from another channel, which has taken the old one over: closing the old one must not touch what it had.
   * The new one is waited for with READ and CONNECT.
   */
  become(channel: StreamChannel): void {
    const old = this.#key;
    this.#channel = channel;
    this.#hangup = Interest.NONE;
    this.#key = this.#host.register(this, channel);
    old.cancel();
  }

  /**
   * The caller gets the channel and the key, and hands the key over. The key signals once more what the channel is ready
   * for.
   *
   * @internal
   * @returns whether it was still here.
   */
  take(): boolean {
    if (this.#where !== 'passed') return false;
    this.#where = 'gone';
    this.#tellAgain();
    return true;
  }

  #tellAgain(): void {
    if (!this.#key.cancelled) this.#key.signal(Interest.READ | this.#hangup);
  }

  /** @internal Closes its channel. @returns whether it was here. */
  close(): boolean {
    if (this.#where === 'gone') return false;
    this.#where = 'gone';
    this.#key.cancel();
    return true;
  }

  /** @internal */
  onReady(_key: SelectionKey, ready: InterestSet): void {
    this.#hangup |= ready & Interest.HANGUP;
    this.step?.ready(this, ready);
  }

  /** @internal The loop may have been late, and not the peer: what has come is looked at first. */
  fire(now: number): void {
    if (this.#looked) return this.#host.late(this);
    this.#looked = true;
    return this.#host.wake(this, now + 1);
  }
}
