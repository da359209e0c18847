import type { OrderForm, OrderSource } from '../../core/queue/order.js';
import { TaskTonicError } from '../../core/errors.js';
import type { Decoder, Framing } from '../../framing/framing.js';
import type { Address, Datagram } from '../../selector/network.js';

/** The socket that a feed of datagrams belongs to. */
export interface DatagramFeedOwner {
  /** The next datagram, where it may be heard now. @internal */
  _ttTakeDatagram(): Datagram | undefined;
  /** Makes the order in which a frame is heard; false where nobody hears it. @internal */
  _ttFrameOrder(form: OrderForm, frame: unknown, from: Address): boolean;
  /** The same for what is no frame. @internal */
  _ttBadFrameOrder(form: OrderForm, error: unknown, from: Address): boolean;
  /** It makes no more orders in this turn. @internal */
  _ttFramesRest(): void;
}

/**
 * The frames in datagrams, each of which has whole ones: heard one after the other as those of a connection are, with a decoder for each
 * datagram.
 */
export class DatagramFeed implements OrderSource {
  /** Its order is on the queue, or it makes orders now. */
  queued = false;
  /** Frames that were left out, since they were too long. */
  skipped = 0;
  readonly framing: Framing<unknown>;
  readonly #owner: DatagramFeedOwner;
  /** Of the datagram at hand. */
  #decoder: Decoder<unknown> | undefined = undefined;
  #from: Address | undefined = undefined;
  #left = 0;

  constructor(owner: DatagramFeedOwner, framing: Framing<unknown>) {
    this.#owner = owner;
    this.framing = framing;
  }

  /** The datagram at hand has more frames, as far as is known. */
  get waits(): boolean {
    return this.#decoder !== undefined;
  }

  /** A turn in which it may make so many orders has come. */
  begin(frames: number): void {
    this.#left = frames;
  }

  next(form: OrderForm): boolean {
    while (this.#left-- > 0) {
      const datagram = this.#decoder === undefined ? this.#owner._ttTakeDatagram() : undefined;
      if (this.#decoder === undefined && datagram === undefined) break;
      if (datagram !== undefined) this.#from = datagram.from;
      if (this.#order(datagram, form)) return true;
    }
    this.queued = false;
    this.#owner._ttFramesRest();
    return false;
  }

  /** The next frame of the datagram at hand, or of this new one, or what is wrong with it. @returns whether somebody hears it. */
  #order(datagram: Datagram | undefined, form: OrderForm): boolean {
    let frame: unknown;
    try {
      if (datagram !== undefined) this.#begin(datagram);
      frame = this.#decoder!.next();
    } catch (thrown) {
      if (this.#decoder?.broken !== false || !(thrown instanceof TaskTonicError)) this.#done();
      return this.#owner._ttBadFrameOrder(form, thrown, this.#from!);
    }
    if (frame !== undefined) return this.#owner._ttFrameOrder(form, frame, this.#from!);
    this.#done();
    return false;
  }

  #begin({ bytes }: Datagram): void {
    this.#decoder = this.framing.decoder();
    this.#decoder.push(bytes);
    this.#decoder.end();
  }

  #done(): void {
    this.skipped += this.#decoder?.skipped ?? 0;
    this.#decoder = undefined;
  }
}
