import type { Channel, ChannelKey } from './channel.js';
import { Interest, type InterestSet } from './interest.js';

/** Called once a turn if a channel is ready: it queues orders, and does no work itself. */
export interface ReadyHandler {
  onReady(key: SelectionKey, ready: InterestSet): void;
}

/** What a key needs of its Selector. */
export interface KeyOwner {
  /** @internal So many orders wait that channels are read in the rotation only. */
  readonly full: boolean;
  /** @internal */
  keyReady(key: SelectionKey): void;
  /** @internal A peer was accepted. */
  keyAccepts(): void;
  /** @internal The key goes into the rotation: a new one before those that have had a turn, another one behind them. */
  keyRotates(key: SelectionKey, isNew: boolean): void;
  /** @internal */
  keyUnflushed(key: SelectionKey): void;
  /** @internal */
  keyCancelled(key: SelectionKey): void;
  /** @internal */
  keyFailed(thrown: unknown): void;
}

/** The registration of one channel with a Selector. */
export class SelectionKey implements ChannelKey {
  readonly channel: Channel;
  readonly #owner: KeyOwner;
  #handler: ReadyHandler;
  #interest: InterestSet;
  /** Signals that were not dispatched yet. */
  #pending: InterestSet = Interest.NONE;
  #queued = false;
  /** Signals that wait for the turn of this key in the rotation; while there are any, it has a place there. */
  #later: InterestSet = Interest.NONE;
  /** The key is dispatched because of its turn in the rotation. */
  #itsTurn = false;
  #cancelled = false;
  /** The key is in the list of keys to be flushed at the end of the turn. */
  #isUnflushed = false;

  /** @internal */
  constructor(owner: KeyOwner, channel: Channel, interest: InterestSet, handler: ReadyHandler) {
    this.#owner = owner;
    this.channel = channel;
    this.#interest = interest | Interest.HANGUP;
    this.#handler = handler;
  }

  get interest(): InterestSet {
    return this.#interest;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Changes the interest; signals that came in the meantime are not lost. */
  modify(interest: InterestSet): void {
    if (this.#cancelled || (interest | Interest.HANGUP) === this.#interest) return;
    this.#interest = interest | Interest.HANGUP;
    this.#applied();
  }

  /** Gives the channel another handler. */
  handOver(handler: ReadyHandler): void {
    this.#handler = handler;
  }

  /**
   * The handler has not taken all: it is ready for these once more with a later turn, behind the others that wait so. Signals for
   * these that come meanwhile are one with it.
   */
  again(ready: InterestSet): void {
    if (!this.#cancelled) this.#putOff(ready, false);
  }

  /**
   * Its turn in the rotation has come.
   * @returns whether it is to be dispatched, and would not be otherwise.
   * @internal
   */
  takeTurn(): boolean {
    this.#later = Interest.NONE;
    if (this.#cancelled || (this.#pending & this.#interest) === 0) return false;
    this.#itsTurn = true;
    if (this.#queued) return false;
    return (this.#queued = true);
  }

  /** The channel is ready for these; called by the channel. */
  signal(ready: InterestSet): void {
    this.#pending |= ready;
    if (ready === Interest.ACCEPT) this.#owner.keyAccepts();
    this.#enqueue();
  }

  /** The channel has gathered data to be sent at the end of the turn; called by the channel. */
  flushAfterTurn(): void {
    if (this.#isUnflushed) return;
    this.#isUnflushed = true;
    this.#owner.keyUnflushed(this);
  }

  /** The turn has ended: the channel sends what it has gathered; called by the loop. */
  flush(): void {
    this.#isUnflushed = false;
    this.channel.flush?.();
  }

  /**
   * Has the handler take what the channel is ready with; called by the loop.
   * @returns what that was.
   */
  dispatch(): InterestSet {
    this.#queued = false;
    const itsTurn = this.#itsTurn;
    this.#itsTurn = false;
    if (!itsTurn && this.#owner.full && this.#mayBeHeld) this.#putOff(Interest.READ, true);
    const ready = this.#pending & this.#effective;
    this.#pending &= ~ready;
    if (ready === 0 || this.#cancelled) return Interest.NONE;
    try {
      this.#handler.onReady(this, ready);
    } catch (thrown) {
      this.#owner.keyFailed(thrown);
    }
    return ready;
  }

  /** Ends the registration; the channel closes what it has open. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#owner.keyCancelled(this);
    this.channel.detach();
  }

  /** Whether it is ready to read from what can be held; the notify pipe cannot. */
  get #mayBeHeld(): boolean {
    return (this.#pending & this.#effective & Interest.READ) !== 0 && this.channel.interestChanged !== undefined;
  }

  #putOff(ready: InterestSet, isNew: boolean): void {
    const rotates = this.#later !== Interest.NONE;
    this.#pending |= ready;
    this.#later |= ready;
    if (!rotates) this.#owner.keyRotates(this, isNew);
  }

  get #effective(): InterestSet {
    return this.#interest & ~this.#later;
  }

  #applied(): void {
    this.channel.interestChanged?.(this.#interest);
    this.#enqueue();
  }

  #enqueue(): void {
    if (this.#queued || this.#cancelled || (this.#pending & this.#effective) === 0) return;
    this.#queued = true;
    this.#owner.keyReady(this);
  }
}
