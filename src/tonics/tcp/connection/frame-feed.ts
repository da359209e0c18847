import type { OrderForm, OrderSource } from '../../../core/queue/order.js';
import { TaskTonicError, fail } from '../../../core/errors.js';
import type { Decoder, Framing } from '../../../framing/framing.js';

/** So many of the frames that have just come are heard in a turn; then others have theirs. */
export const FRAMES_AT_ONCE = 64;

/** The socket that a feed belongs to. */
export interface FeedOwner {
  /** Whether it hears frames now; else they wait, as bytes. @internal */
  readonly _ttHearsFrames: boolean;
  /** Makes the order in which a frame is heard; false where nobody hears it. @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown): boolean;
  /** The same for bytes that are no frame. @internal */
  _ttBadFrameOrder(form: OrderForm, error: TaskTonicError): boolean;
  /** No further frame will come, and that error was told. @internal */
  _ttFramesBroke(error: TaskTonicError): void;
  /** This feed makes no more orders in this turn. @internal */
  _ttFramesRest(feed: FrameFeed): void;
}

/**
 * The bytes that a connection has received and has not heard, and the frames in them.
 *
 * ```text
 *   socket -> push -> [ bytes ] -> next(): one frame -> onFrame -> what it raised -> next() ...
 * ```
 *
 * It has one order on the queue at most. When that has its turn the Catalyst asks for one frame after the other, each when all that was
 * raised by the last one has run. So what is not heard yet is still bytes, for another framing or for who takes the stream over.
 */
export class FrameFeed implements OrderSource {
  /** It has no whole frame, as far as is known. */
  dry = true;
  /** Its order is on the queue, or it makes orders now. */
  queued = false;
  framing: Framing<unknown>;
  readonly #owner: FeedOwner;
  #decoder: Decoder<unknown>;
  #left = 0;
  /** Skipped by decoders before this one. */
  #skippedBefore = 0;
  #error: TaskTonicError | undefined = undefined;
  #isTold = false;
  #hasEnded = false;

  constructor(owner: FeedOwner, framing: Framing<unknown>) {
    this.#owner = owner;
    this.framing = framing;
    this.#decoder = framing.decoder();
  }

  /** How many bytes wait for the rest of their frame, or to be heard. */
  get buffered(): number {
    return this.#decoder.buffered;
  }

  /** @internal */
  get _ttDecoder(): Decoder<unknown> {
    return this.#decoder;
  }

  /** Where the next frame begins. */
  get place(): number {
    return this.#decoder.place;
  }

  /** Frames that were left out, since they were too long. */
  get skipped(): number {
    return this.#skippedBefore + this.#decoder.skipped;
  }

  push(data: Buffer): void {
    this.dry = false;
    this.#guarded(() => this.#decoder.push(data));
  }

  /**
   * The stream has ended.
   * @returns whether something is left to be told: a last frame, or that it is not whole.
   */
  end(): boolean {
    if (this.#hasEnded || this.#decoder.buffered === 0) return false;
    this.#hasEnded = true;
    this.dry = false;
    this.#guarded(() => this.#decoder.end());
    return true;
  }

  /** From the next frame on it is another framing. */
  change(framing: Framing<unknown>): void {
    const decoder = framing.decoder();
    const rest = this.take();
    this.#skippedBefore = this.skipped;
    this.#hasEnded = false;
    this.framing = framing;
    this.#decoder = decoder;
    if (rest.length > 0) this.push(rest);
  }

  /** All that was not heard. */
  take(): Buffer {
    this.dry = true;
    return this.#guarded(() => this.#decoder.takeBuffered()) ?? Buffer.alloc(0);
  }

  /** There is nothing more to hear from it: that is told in its turn. */
  fail(error: TaskTonicError): void {
    this.#error = error;
    this.dry = false;
  }

  /** A turn in which it may make so many orders has come. */
  begin(frames: number): void {
    this.#left = frames;
  }

  next(form: OrderForm): boolean {
    const owner = this.#owner;
    while (owner._ttHearsFrames && this.#error === undefined && this.#left-- > 0) {
      let frame: unknown;
      try {
        frame = this.#decoder.next();
      } catch (thrown) {
        const error = thrown instanceof TaskTonicError ? thrown : this.#badDecoder(thrown);
        // The last bytes are no frame: that is told, and the end follows.
        if (this.#hasEnded) {
          this.#left = 0;
          this.take();
        } else if (this.#decoder.broken || error !== thrown) this.#error = error;
        if (this.#error === undefined && owner._ttBadFrameOrder(form, error)) return true;
        continue;
      }
      if (frame === undefined) {
        this.dry = this.#decoder.busy !== true;
        break;
      }
      if (owner._ttFrameOrder(form, frame)) return true;
    }
    return this.#error === undefined ? this.#rest() : this.#lastOrder(form, this.#error);
  }

  #lastOrder(form: OrderForm, error: TaskTonicError): boolean {
    if (!this.#isTold && this.#owner._ttHearsFrames) {
      this.#isTold = true;
      if (this.#owner._ttBadFrameOrder(form, error)) return true;
    }
    this.take();
    this.#owner._ttFramesBroke(error);
    return this.#rest();
  }

  /** A decoder of the user's may throw anywhere. */
  #guarded<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (thrown) {
      this.fail(this.#badDecoder(thrown));
      return undefined;
    }
  }

  /** A decoder of the user's threw something of its own: what it does next is not known. */
  #badDecoder(thrown: unknown): TaskTonicError {
    const { name } = this.framing;
    return fail(
      'TT_BAD_FRAME',
      { framing: name, place: this.place, problem: `its decoder threw (${String(thrown)})` },
      thrown,
    );
  }

  #rest(): false {
    this.queued = false;
    this.#owner._ttFramesRest(this);
    return false;
  }
}
