import type { OrderForm, OrderSource } from '../../core/queue/order.js';
import type { Framing } from '../../framing/framing.js';
import type { Address, Datagram } from '../../selector/network.js';
import { DatagramFrames } from './datagram-frames.js';

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

/** The frames in datagrams, heard one after the other as those of a connection are. */
export class DatagramFeed implements OrderSource {
  /** Its order is on the queue, or it makes orders now. */
  queued = false;
  readonly framing: Framing<unknown>;
  readonly #owner: DatagramFeedOwner;
  readonly #frames = new DatagramFrames();
  /** Who has sent the datagram at hand. */
  #from: Address | undefined = undefined;
  #left = 0;

  constructor(owner: DatagramFeedOwner, framing: Framing<unknown>) {
    this.#owner = owner;
    this.framing = framing;
  }

  /** Frames that were left out, since they were too long. */
  get skipped(): number {
    return this.#frames.skipped;
  }

  /** The datagram at hand has more frames, as far as is known. */
  get waits(): boolean {
    return this.#frames.waits;
  }

  /** A turn in which it may make so many orders has come. */
  begin(frames: number): void {
    this.#left = frames;
  }

  next(form: OrderForm): boolean {
    while (this.#left-- > 0) {
      const datagram = this.#frames.waits ? undefined : this.#owner._ttTakeDatagram();
      if (!this.#frames.waits && datagram === undefined) break;
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
      frame = this.#frames.next(this.framing, datagram?.bytes);
    } catch (thrown) {
      return this.#owner._ttBadFrameOrder(form, thrown, this.#from!);
    }
    return frame !== undefined && this.#owner._ttFrameOrder(form, frame, this.#from!);
  }
}
