import type { Channel, ChannelKey } from './channel.js';
import { Interest, type InterestSet } from './interest.js';

/** Takes what a channel is ready with, once a turn; puts orders, and does no work of its own. */
export interface ReadyHandler {
  onReady(key: SelectionKey, ready: InterestSet): void;
}

/** What a key sees of its Selector. */
export interface KeyOwner {
  /** @internal So much waits that nobody reads but in the rotation. */
  readonly full: boolean;
  /** @internal */
  keyReady(key: SelectionKey): void;
  /** @internal A peer was accepted. */
  keyAccepts(): void;
  /** @internal It waits for its turn in the rotation: behind those that have had theirs, or before them. */
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
  /** What it was signalled for and has not been dispatched. */
  #pending: InterestSet = Interest.NONE;
  #queued = false;
  /** What is put off until its turn in the rotation; while there is something, it has a place there. */
  #later: InterestSet = Interest.NONE;
  /** It has come by the rotation. */
  #itsTurn = false;
  #cancelled = false;
  /** It is in the list of those that are flushed when the turn ends. */
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

  /** Changes what it is asked for; what was signalled meanwhile is not lost. */
  modify(interest: InterestSet): void {
    if (this.#cancelled || (interest | Interest.HANGUP) === this.#interest) return;
    this.#interest = interest | Interest.HANGUP;
    this.#applied();
  }

  /** From now on another handler takes what the channel is ready with. */
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

  /** The channel has gathered something that is to leave at the end of the turn; called by the channel. */
  flushAfterTurn(): void {
    if (this.#isUnflushed) return;
    this.#isUnflushed = true;
    this.#owner.keyUnflushed(this);
  }

  /** The turn has ended: what the channel has gathered leaves; called by the loop. */
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

  /** Ends the registration, and has the channel close what it holds. */
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
