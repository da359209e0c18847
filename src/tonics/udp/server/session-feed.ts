import { fail, toError } from '../../../core/errors.js';
import type { OrderForm, OrderSource } from '../../../core/queue/order.js';
import { showAddress } from '../../socket-errors.js';
import { DatagramFrames } from '../datagram-frames.js';
import type { Peer } from './peer.js';
import type { PeerLine } from './peer-line.js';

/** The server that a feed belongs to. */
export interface SessionFeedOwner {
  /** So many bytes are about to be heard. */
  hears(bytes: number): void;
  /** It makes no more orders in this turn. */
  rests(): void;
}

/** Has sessions hear what came for them: the datagrams, or the frames in them, in the order of a {@link PeerLine}. */
export class SessionFeed implements OrderSource {
  readonly #owner: SessionFeedOwner;
  readonly #line: PeerLine;
  readonly #frames = new DatagramFrames();
  /** Of whom the datagram at hand is. */
  #at: Peer | undefined = undefined;
  #left = 0;

  constructor(owner: SessionFeedOwner, line: PeerLine) {
    this.#owner = owner;
    this.#line = line;
  }

  /** Something may be heard now. */
  get waits(): boolean {
    return this.#frames.waits || !this.#line.isEmpty;
  }

  /** Frames that were left out, since they were too long. */
  get skippedFrames(): number {
    return this.#frames.skipped;
  }

  /** A turn in which it may make so many orders has come. */
  begin(orders: number): void {
    this.#left = orders;
  }

  next(form: OrderForm): boolean {
    while (this.#left-- > 0) {
      const bytes = this.#frames.waits ? undefined : this.#take();
      if (!this.#frames.waits && bytes === undefined) break;
      if (this.#order(this.#at!, bytes, form)) return true;
    }
    this.#owner.rests();
    return false;
  }

  #take(): Buffer | undefined {
    this.#at = this.#line.leave();
    // What waits of one that has failed is counted when it is over.
    while (this.#at !== undefined && !this.#at.session!._ttHears) this.#at = this.#line.leave();
    if (this.#at === undefined) return undefined;
    const bytes = this.#line.takeFrom(this.#at);
    this.#owner.hears(bytes.length);
    return bytes;
  }

  /** @param bytes of a new datagram; else the one at hand goes on. @returns whether somebody hears it. */
  #order({ session, remote }: Peer, bytes: Buffer | undefined, form: OrderForm): boolean {
    const framing = session!._ttFraming;
    if (!session!._ttHears) {
      this.#frames.done();
      return false;
    }
    if (framing === undefined) return session!._ttFillInput(form, 'ttse__onData', bytes);
    let frame: unknown;
    try {
      frame = this.#frames.next(framing, bytes);
    } catch (thrown) {
      const address = showAddress(remote.address, remote.port);
      const problem = toError(thrown).message;
      return session!._ttFillError(form, fail('TT_BAD_DATAGRAM', { address, framing: framing.name, problem }, thrown));
    }
    return frame !== undefined && session!._ttFillInput(form, 'ttse__onFrame', frame);
  }
}
