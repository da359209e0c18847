import type { TaskTonicError } from '../../../../core/errors.js';
import type { Due } from '../../../../core/time/timer-queue.js';
import { Interest, type InterestSet } from '../../../../selector/interest.js';
import type { Address, StreamChannel, TurnedAwayReason } from '../../../../selector/network.js';
import type { ReadyHandler, SelectionKey } from '../../../../selector/selection-key.js';
import type { AcceptedPeer } from './arrival.js';

/**
 * Something that a peer has to do before it has a Tonic: to send its PROXY header, to agree on TLS. One object serves all visitors; what it
 * keeps of one is in its {@link PendingConnection}.
 *
 * ## Contract
 *
 * - It ends with one of the visitor's `next()`, `refuse()` and `leave()`, at once or later; after that it is not asked about that visitor again.
 * - It reads with `visitor.channel.take()` and gives back with `putBack()` what belongs to those who come after it.
 * - It throws nothing for what a peer does.
 */
export interface AcceptStep {
  /** What its refusals are counted as. */
  readonly reason: 'proxy' | 'handshake';
  /** A visitor comes to it. Bytes may be there already: then {@link ready} follows by itself. */
  begin(visitor: PendingConnection): void;
  /** The channel of that visitor is ready, to HANGUP too. Readiness may be spurious. */
  ready(visitor: PendingConnection, ready: InterestSet): void;
  /**
   * It has not ended by the time that all steps have, in ms: why the visitor is refused for that; or `undefined`, and then it goes on to the
   * next step, which has that time anew.
   */
  tooLate(visitor: PendingConnection, ms: number): TaskTonicError | undefined;
}

/** What a visitor sees of its Door. */
export interface PendingConnectionHost {
  readonly steps: readonly AcceptStep[];
  register(visitor: PendingConnection, channel: StreamChannel): SelectionKey;
  /** All steps are done. */
  passed(visitor: PendingConnection): void;
  refused(visitor: PendingConnection, reason: TurnedAwayReason | undefined, error: Error | undefined): void;
  /** It is to be woken with `fire()` at that time, once more. */
  wake(visitor: PendingConnection, at: number): void;
  /** Its time is up. */
  late(visitor: PendingConnection): void;
}

/** How far it is: at one of the steps; past them, waiting to be taken; or not here any more. */
type Where = 'steps' | 'passed' | 'gone';

/** A peer that was accepted and has no Tonic yet: its channel, and what the steps of the door found out about it. */
export class PendingConnection implements ReadyHandler, Due {
  /** @internal */ at = 0;
  /** @internal */ slot = -1;
  /** What the step that it is at keeps of it. */
  kept: unknown = undefined;
  /** What is known beyond its socket; `undefined` where nothing is. */
  arrival: AcceptedPeer | undefined = undefined;
  /** What was accepted: by this others know it, whatever its channel is now. */
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
    return this.arrival === undefined ? this.#channel.remote : this.arrival.remote;
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
   * From now on its channel and its key are the taker's, who hands the key over: what the channel is ready with is told once more.
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
