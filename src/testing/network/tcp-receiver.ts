import { ByteQueue } from './byte-queue.js';
import type { NetworkSettings } from './settings.js';
import { type Segment, endOf } from './tcp-segment.js';

/** The receiving half of an end of a TCP connection: it puts segments in order, and keeps what was not read. */
export class TcpReceiver {
  /** The offset of the next byte that is to come. */
  next = 0;
  /** The peer has ended, and all that it sent has come. */
  ended = false;
  readonly #settings: NetworkSettings;
  readonly #received = new ByteQueue();
  /** Segments that came before their turn. */
  #early: Segment[] = [];
  /** Those that came in order and are not read, or not whole. */
  #unread: Segment[] = [];
  /** The offset of the next byte that is to be read. */
  #readUpTo = 0;
  #window: number;

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
    this.#window = settings.receiveBuffer;
  }

  /** Bytes that were received and not read. */
  get unread(): number {
    return this.#received.size;
  }

  /** The segments that these came in; of the first one some may be read. */
  get unreadSegments(): readonly Segment[] {
    return this.#unread;
  }

  /** Bytes that would fit. */
  get window(): number {
    return Math.max(this.#window, 0);
  }

  /** Whether all of a segment has come before. */
  knows(segment: Segment): boolean {
    return endOf(segment) <= this.next;
  }

  /** A segment has come; gives those whose turn it is now. What came before its turn waits until what is missing has come. */
  take(segment: Segment, now: number): readonly Segment[] {
    if (!this.knows(segment) && segment.arrivedAt === Infinity) {
      segment.arrivedAt = now;
      this.#early.push(segment);
    }
    const inOrder: Segment[] = [];
    for (let at = this.#nextEarly; at >= 0; at = this.#nextEarly) inOrder.push(this.#append(at));
    return inOrder;
  }

  /** Takes bytes; tells whether the peer is to hear that there is room. */
  read(most: number): { readonly bytes: Buffer; readonly tells: boolean } {
    const { segment, receiveBuffer } = this.#settings;
    const wasSmall = this.#window < segment;
    const bytes = this.#received.take(most);
    this.#window += bytes.length;
    this.#readUpTo += bytes.length;
    while (this.#unread.length > 0 && endOf(this.#unread[0]!) <= this.#readUpTo) this.#unread.shift();
    // RFC 9293, 3.8.6.2.2: a window that has opened is told when it is worth a segment.
    const worth = Math.min(segment, receiveBuffer / 2);
    return { bytes, tells: (wasSmall && this.#window >= worth) || this.#received.size === 0 };
  }

  /** Nothing more comes. */
  stop(): void {
    this.#early = [];
  }

  clear(): void {
    this.stop();
    this.#unread = [];
    this.#received.clear();
  }

  get #nextEarly(): number {
    return this.#early.findIndex(({ from }) => from === this.next);
  }

  #append(at: number): Segment {
    const segment = this.#early.splice(at, 1)[0]!;
    this.next = endOf(segment);
    this.#received.put(segment.bytes);
    this.#window -= segment.bytes.length;
    this.ended ||= segment.fin;
    if (segment.bytes.length > 0) this.#unread.push(segment);
    return segment;
  }
}
