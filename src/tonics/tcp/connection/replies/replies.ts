import type { AnyTonic } from '../../../../core/any-tonic.js';
import type { ReplyTo, SendResult, Sendable } from '../../../../core/asking/reply.js';
import { running } from '../../../../core/running.js';
import { sizeOf } from '../../../socket-tonic.js';

/** One place in the order of answers: a reply, or what stands behind one (own sends, or something that is to be done then). */
class Place implements ReplyTo {
  ended = false;
  failure: { readonly error: unknown } | undefined = undefined;
  needs = false;
  /** Some of it has left. */
  begun = false;
  data: Sendable[] | undefined = undefined;
  sizes: number[] | undefined = undefined;
  action: (() => void) | undefined = undefined;
  readonly #replies: Replies;

  constructor(
    replies: Replies,
    readonly isReply: boolean,
  ) {
    this.#replies = replies;
  }

  get owner(): AnyTonic {
    return this.#replies.owner;
  }

  get open(): boolean {
    return !this.ended && !this.#replies.gone;
  }

  put(data: Sendable, size: number): void {
    (this.data ??= []).push(data);
    (this.sizes ??= []).push(size);
  }

  send(data: Sendable): SendResult {
    const size = sizeOf(data);
    if (!this.open) return this.#refuse(size);
    if (this.#isOutside(() => this.send(data))) return 'waiting';
    return this.#replies.sendAt(this, data, size);
  }

  end(data?: Sendable): void {
    const size = data === undefined ? 0 : sizeOf(data);
    if (!this.open) return data === undefined ? undefined : void this.#refuse(size);
    if (this.#isOutside(() => this.end(data))) return undefined;
    // Without its last bytes it is no answer: those behind it must not be taken for them.
    const refused = data !== undefined && this.#replies.sendAt(this, data, size) === 'refused';
    if (!this.open) return undefined;
    if (refused) return this.fail(new Error('its last bytes were refused'));
    this.ended = true;
    return this.#replies.endedAt(this);
  }

  fail(error: unknown): void {
    if (!this.open || this.#isOutside(() => this.fail(error))) return;
    this.ended = true;
    this.failure = { error };
    this.#replies.endedAt(this);
  }

  needsInput(): void {
    if (!this.open || this.#isOutside(() => this.needsInput())) return;
    this.needs = true;
    this.#replies.needsAt(this);
  }

  #refuse(size: number): SendResult {
    return this.#replies.refuse(size, `its ${this.ended ? 'reply' : 'connection'} has ended`);
  }

  /** No sparkle runs, so no turn that would end and have it leave: it becomes an order. */
  #isOutside(again: () => void): boolean {
    if (running.tonic !== undefined) return false;
    this.#replies.later(again);
    return true;
  }
}

/** What is lost of replies with their connection. */
export interface Lost {
  /** Bytes that waited. */
  readonly bytes: number;
  /** What has left is not whole, or something waited behind it: no clean end may follow. */
  readonly truncated: boolean;
}

/**
 * The order of answers of a connection, while a reply is open: with the last one it is gone.
 *
 * ```text
 *   the oldest         the others
 *   [reply, open]  <-  [sends] [reply, ended] [reply, open] [end]
 *    |                  what they are given waits, and counts
 *    '-> leaves at once
 * ```
 *
 * When the oldest ends, what is behind it leaves, up to the next one that is open: that is the oldest then. What a reply is given in
 * one go leaves in one go.
 */
export abstract class Replies {
  /** Bytes that wait. */
  bytes = 0;
  /** Replies that have not left whole. */
  count = 0;
  /** An end of sending waits, or one of all: nothing is to come behind it. */
  closing: 'end' | 'close' | undefined = undefined;
  /** Its connection has ended. */
  gone = false;
  readonly #places: Place[] = [];
  #head = 0;
  /** What stands at a place is done now, and all that it sends is at this place. */
  #acting = false;
  #advancing = false;

  // ---- What it asks of the connection ----

  /** Sends what has its turn. */
  protected abstract leave(data: Sendable, size: number): SendResult;
  /** Whether so many more bytes may wait; where not, that is told. */
  protected abstract mayWait(size: number): boolean;
  /** More waits than before. */
  protected abstract waits(): void;
  /** The oldest one has sent something, or is another one, or needs something else. */
  protected abstract moved(): void;
  /** There is one more. */
  protected abstract counted(): void;
  /** A reply has left whole, or is lost. */
  protected abstract left(): void;
  /** The last one has left: there is no order any more. */
  protected abstract over(): void;
  /** The oldest one cannot be given. */
  protected abstract failed(error: unknown): void;
  /** Does what stands at a place. */
  protected abstract run(action: () => void): void;
  /** @internal The connection. */
  abstract readonly owner: AnyTonic;
  /** @internal Bytes are refused, and that is told. */
  abstract refuse(size: number, why: string): SendResult;
  /** @internal As an order of the connection. */
  abstract later(step: () => void): void;

  // ---- Places ----

  /** Whether reading must go on, whatever waits. */
  get needsInput(): boolean {
    return this.#places[this.#head]?.needs === true;
  }

  /** How many are to be ended. */
  get open(): number {
    return this.#places.filter((place) => place.isReply && place.open).length;
  }

  /** The next place for a reply. */
  take(): ReplyTo {
    this.count++;
    const place = this.#add(true);
    this.counted();
    return place;
  }

  /** A send of the connection itself: it waits. */
  sendBehind(data: Sendable, size = sizeOf(data)): SendResult {
    if (this.#acting) return this.leave(data, size);
    if (this.closing !== undefined) return this.refuse(size, 'the connection is closing');
    if (!this.mayWait(size)) return 'refused';
    const last = this.#places.at(-1)!;
    const place = last.isReply || last.action !== undefined ? this.#add(false) : last;
    return this.#hold(place, data, size);
  }

  /** Something is to be done when all before it has left; an end has nothing behind it. */
  act(action: () => void, closes?: 'end' | 'close'): void {
    if (this.#acting) return action();
    this.closing = closes ?? this.closing;
    this.#add(false).action = action;
  }

  /** The connection has ended: nothing of it leaves. */
  lose(): Lost {
    const lost = { bytes: this.bytes, truncated: this.bytes > 0 || this.#places[this.#head]?.begun === true };
    this.gone = true;
    this.bytes = 0;
    this.#places.length = this.#head = 0;
    for (; this.count > 0; this.count--) this.left();
    return lost;
  }

  #add(isReply: boolean): Place {
    const place = new Place(this, isReply);
    place.ended = !isReply;
    this.#places.push(place);
    return place;
  }

  // ---- What a place does ----

  /** @internal */
  sendAt(place: Place, data: Sendable, size: number): SendResult {
    if (place === this.#places[this.#head]) {
      place.begun = true;
      const result = this.leave(data, size);
      if (!this.gone) this.moved();
      return result;
    }
    return this.mayWait(size) ? this.#hold(place, data, size) : 'refused';
  }

  #hold(place: Place, data: Sendable, size: number): SendResult {
    place.put(data, size);
    this.bytes += size;
    this.waits();
    return 'waiting';
  }

  /** @internal */
  endedAt(place: Place): void {
    if (place === this.#places[this.#head] && !this.#advancing) this.#advance();
  }

  /** @internal */
  needsAt(place: Place): void {
    if (place === this.#places[this.#head]) this.moved();
  }

  /** What has its turn leaves. */
  #advance(): void {
    this.#advancing = true;
    let first = this.#places[this.#head];
    while (first?.ended === true) {
      if (first.failure !== undefined) return this.failed(first.failure.error);
      this.#leaveAll(first);
      this.#shift();
      if (first.isReply) {
        this.count--;
        this.left();
      }
      if (first.action !== undefined) this.#do(first.action);
      // By that the connection may have ended.
      if (this.gone) return undefined;
      first = this.#places[this.#head];
    }
    this.#advancing = false;
    if (first === undefined) return this.over();
    this.#leaveAll(first);
    return this.moved();
  }

  #leaveAll(place: Place): void {
    const { data = [], sizes = [] } = place;
    place.data = place.sizes = undefined;
    for (let at = 0; at < data.length; at++) {
      place.begun = true;
      this.bytes -= sizes[at]!;
      this.leave(data[at]!, sizes[at]!);
    }
  }

  #do(action: () => void): void {
    this.#acting = true;
    try {
      this.run(action);
    } finally {
      this.#acting = false;
    }
  }

  /** What has left goes when it is the greater part. */
  #shift(): void {
    this.#head++;
    if (this.#head < 64 || this.#head * 2 < this.#places.length) return;
    this.#places.splice(0, this.#head);
    this.#head = 0;
  }
}
