import type { Clock } from '../core/time/clock.js';
import { fail, toError } from '../core/errors.js';
import { type Doorbell, Parker } from '../core/queue/parker.js';
import type { Channel } from './channel.js';
import type { InterestSet } from './interest.js';
import { type KeyOwner, type ReadyHandler, SelectionKey } from './selection-key.js';

/**
 * A turn sees at most about so many ready channels, like the `maxevents` of epoll_wait(2). With a thousand busy peers a turn
 * for all of them would leave them idle while it works, and this process idle while they answer.
 */
export const MOST_READY = 64;

/** A poll of the kernel accepts one peer: so many polls follow each other while each of them does, until so many channels are ready. */
const POLLS_FOR_PEERS = 3;
const READY_WITH_PEERS = 96;

/** One turn in so many is for those that have had their share, however many others wait. */
const KEPT_FOR_OTHERS = 4;

/**
 * The set of registered channels, and the one place where a loop waits for them.
 *
 * On Node the kernel's selector (epoll, kqueue, IOCP) is the event loop's own. This one gathers what one poll of the
 * kernel reported into one ready set, so that a turn sees a batch and not one callback at a time.
 */
export class Selector implements KeyOwner {
  /** Called with an error that a handler or a channel throws; the other channels go on. */
  onHandlerError: ((error: Error) => void) | undefined = undefined;
  readonly #parker: Parker;
  readonly #keys = new Set<SelectionKey>();
  readonly #channels = new WeakSet<Channel>();
  /** Filled while the loop waits or works, and handed to it by `select()`; the two lists take turns. */
  #ready: SelectionKey[] = [];
  #spare: SelectionKey[] = [];
  #unflushed: SelectionKey[] = [];
  /** Keys that have had their share and are still ready, the next one first. */
  readonly #rotation: SelectionKey[] = [];
  /** Keys that wait for their first share. They come first, but some keys of the rotation are taken as well. */
  readonly #newcomers: SelectionKey[] = [];
  /** The most keys of the rotation that the next turn takes. */
  #turns = MOST_READY;
  #rotated = 0;
  #full = false;
  #crowded = false;
  /** The present poll has accepted a peer. */
  #peerCame = false;
  #closed = false;

  readonly #shuffle: ((list: SelectionKey[]) => void) | undefined;

  /** @param shuffle a test may choose which of several ready channels comes first. */
  constructor(clock: Clock, shuffle?: (list: SelectionKey[]) => void) {
    this.#parker = new Parker(clock);
    this.#shuffle = shuffle;
  }

  /** @internal Sets the doorbell that is checked before the loop parks. */
  answers(doorbell: Doorbell): void {
    this.#parker.doorbell = doorbell;
  }

  /** @internal Takes a message of another thread: a wait ends at once. */
  comesIn(taker: { take(message: unknown): void }, message: unknown): void {
    this.#parker.comesIn(taker, message);
  }

  /** The registered keys. */
  get keys(): ReadonlySet<SelectionKey> {
    return this.#keys;
  }

  /** Whether the loop waits, and nothing has woken it yet. */
  get parked(): boolean {
    return this.#parker.parked;
  }

  /** How many channels the last `select()` has taken from the rotation. */
  get rotated(): number {
    return this.#rotated;
  }

  /** Whether the last `select()` ended in the middle of a poll, with enough channels for a turn: what that poll reports besides is still to come. */
  get inPoll(): boolean {
    return this.#parker.inPoll;
  }

  /** How often a wait was ended by a channel or by {@link wakeup}; not by its time. */
  get wakeups(): number {
    return this.#parker.wakeups;
  }

  /**
   * Registers a channel.
   *
   * @param handler takes what it is ready with: an object with `onReady(key, ready)`, or a bound sparkle, which is then queued
   *   with these.
   * @throws {TaskTonicError} `TT_SELECTOR_CLOSED`, `TT_ALREADY_REGISTERED`
   */
  register(
    channel: Channel,
    interest: InterestSet,
    handler: ReadyHandler | ((key: SelectionKey, ready: InterestSet) => void),
  ): SelectionKey {
    if (this.#closed) throw fail('TT_SELECTOR_CLOSED');
    if (this.#channels.has(channel)) throw fail('TT_ALREADY_REGISTERED');
    const key = new SelectionKey(
      this,
      channel,
      interest,
      typeof handler === 'function' ? { onReady: handler } : handler,
    );
    channel.attach(key);
    this.#channels.add(channel);
    this.#keys.add(key);
    return key;
  }

  /**
   * Waits until a channel is ready, {@link wakeup} is called or `timeout` ms have passed (`Infinity`: no bound; 0: one look).
   *
   * It goes through one poll of the kernel (some, while peers come), and ends in the check phase after it; or earlier, with so many
   * channels ready that they are enough for a turn. Behind those that have become ready come some of the rotation.
   * The list is the caller's until the next call.
   */
  async select(timeout: number): Promise<readonly SelectionKey[]> {
    await this.#parker.park(this.#hasWork ? 0 : timeout);
    for (let polls = this.#crowded ? 1 : POLLS_FOR_PEERS; --polls > 0 && this.#peersWait;) {
      this.#peerCame = false;
      await this.#parker.park(0);
    }
    this.#peerCame = false;
    const ready = this.#ready;
    this.#rotated = 0;
    if (this.#rotating) this.#rotate(ready);
    this.#ready = this.#spare;
    this.#ready.length = 0;
    this.#spare = ready;
    this.#shuffle?.(ready);
    return ready;
  }

  /** Ends the present wait, or the next one. */
  wakeup(): void {
    this.#parker.wake();
  }

  /** The turn has ended: what it wrote is sent, with one write for each socket. */
  flush(): void {
    const unflushed = this.#unflushed;
    if (unflushed.length === 0) return;
    this.#unflushed = [];
    for (const key of unflushed) {
      try {
        key.flush();
      } catch (thrown) {
        this.keyFailed(thrown);
      }
    }
  }

  /**
   * Says how many channels of the rotation (those that said `key.again()`) come with the next turn at most; and whether those that
   * become ready go into the rotation, too, instead of reading at once. Whoever is not read from keeps what it has: its channel
   * is bounded, and its peer is held back by that.
   *
   * @param crowded so much waits that it is no time to accept several peers in a turn.
   */
  limitReading(turns: number, full: boolean, crowded = full): void {
    this.#turns = turns;
    this.#full = full;
    this.#crowded = crowded;
  }

  /** @internal */
  get full(): boolean {
    return this.#full;
  }

  /** Closes all channels. */
  close(): void {
    this.#closed = true;
    for (const key of this.#keys) {
      try {
        key.cancel();
      } catch (thrown) {
        // The other channels must be closed all the same.
        this.keyFailed(thrown);
      }
    }
    this.#parker.close();
  }

  /** @internal */
  keyReady(key: SelectionKey): void {
    const count = this.#ready.push(key);
    if (count >= (this.#peerCame ? READY_WITH_PEERS : MOST_READY)) this.#parker.release();
    else if (this.#parker.parked) this.#parker.wake();
  }

  /** @internal */
  keyAccepts(): void {
    this.#peerCame = true;
  }

  /** @internal */
  keyRotates(key: SelectionKey, isNew: boolean): void {
    if (isNew) this.#newcomers.push(key);
    else this.#rotation.push(key);
  }

  /** @internal */
  keyUnflushed(key: SelectionKey): void {
    this.#unflushed.push(key);
  }

  /** @internal */
  keyFailed(thrown: unknown): void {
    this.onHandlerError?.(toError(thrown));
  }

  /** @internal */
  keyCancelled(key: SelectionKey): void {
    this.#keys.delete(key);
    this.#channels.delete(key.channel);
  }

  /** The last poll has accepted a peer, so another one may wait behind it. */
  get #peersWait(): boolean {
    return this.#peerCame && !this.#parker.inPoll && this.#ready.length < READY_WITH_PEERS;
  }

  get #rotating(): boolean {
    return this.#rotation.length > 0 || this.#newcomers.length > 0;
  }

  /** Whether a turn has work now. Data that a timer has written must be sent with that turn. */
  get #hasWork(): boolean {
    return this.#ready.length > 0 || this.#unflushed.length > 0 || (this.#turns > 0 && this.#rotating);
  }

  #rotate(ready: SelectionKey[]): void {
    const kept = Math.min(this.#rotation.length, Math.ceil(this.#turns / KEPT_FOR_OTHERS));
    const newcomers = this.#newcomers.splice(0, this.#turns - kept);
    const before = ready.length;
    for (const key of newcomers) if (key.takeTurn()) ready.push(key);
    for (const key of this.#rotation.splice(0, this.#turns - newcomers.length)) if (key.takeTurn()) ready.push(key);
    this.#rotated = ready.length - before;
  }
}
