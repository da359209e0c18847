import type { Channel, ChannelKey } from './channel.js';
import { Interest, type InterestSet } from './interest.js';

/** Takes what a channel is ready with, once a turn; puts orders, and does no work of its own. */
export interface ReadyHandler {
  onReady(key: SelectionKey, ready: InterestSet): void;
}

/** What a key sees of its Selector. */
export interface KeyOwner {
  /** @internal */
  keyReady(key: SelectionKey): void;
  /** @internal */
  keyUnflushed(channel: Channel): void;
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
  #held = false;
  #lent = false;
  #cancelled = false;

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

  /** @internal Whether reading is held back. */
  get held(): boolean {
    return this.#held;
  }

  /**
   * Holds reading back for a while, whatever the interest: the queue of the Catalyst is too long. Only what can stop its source is held.
   * @internal
   */
  hold(held: boolean): void {
    if (this.#cancelled || held === this.#held || this.channel.interestChanged === undefined) return;
    this.#held = held;
    this.#lent = false;
    this.#applied();
  }

  /**
   * Lets it read once although reading is held back: a channel that is read from stops at once, for one poll of the kernel could
   * bring megabytes.
   * @internal
   */
  lend(lent: boolean): void {
    if (this.#cancelled || !this.#held || lent === this.#lent) return;
    this.#lent = lent;
    this.#applied();
  }

  /** The channel is ready for these; called by the channel. */
  signal(ready: InterestSet): void {
    this.#pending |= ready;
    this.#enqueue();
    if (this.#lent && (ready & Interest.READ) !== 0) this.channel.interestChanged?.(this.#interest & ~Interest.READ);
  }

  /** The channel has gathered something that is to leave at the end of the turn; called by the channel. */
  flushAfterTurn(): void {
    this.#owner.keyUnflushed(this.channel);
  }

  /** Has the handler take what the channel is ready with; called by the loop. */
  dispatch(): void {
    this.#queued = false;
    const ready = this.#pending & this.#effective;
    this.#pending &= ~ready;
    if (ready === 0 || this.#cancelled) return;
    if ((ready & Interest.READ) !== 0) this.#lent = false;
    try {
      this.#handler.onReady(this, ready);
    } catch (thrown) {
      this.#owner.keyFailed(thrown);
    }
  }

  /** Ends the registration, and has the channel close what it holds. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#owner.keyCancelled(this);
    this.channel.detach();
  }

  get #effective(): InterestSet {
    return this.#held && !this.#lent ? this.#interest & ~Interest.READ : this.#interest;
  }

  #applied(): void {
    this.channel.interestChanged?.(this.#effective);
    this.#enqueue();
  }

  #enqueue(): void {
    if (this.#queued || this.#cancelled || (this.#pending & this.#effective) === 0) return;
    this.#queued = true;
    this.#owner.keyReady(this);
  }
}
