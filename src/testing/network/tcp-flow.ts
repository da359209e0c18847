import type { EventQueue, PlannedEvent } from './event-queue.js';
import { ByteQueue } from './byte-queue.js';
import type { NetworkSettings } from './settings.js';

const NOTHING = Buffer.alloc(0);

/** A part of a stream on its way, or its end; without bytes it is a window probe. */
export interface Chunk {
  /** The offset of its first byte in the stream, and the one after it; the end of a stream counts as a byte. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
  /** It is the end of the stream. */
  readonly fin: boolean;
  /** Whether the peer has it. */
  here: boolean;
}

/** What a flow needs of its sending end. */
export interface FlowSource {
  /** Sends a chunk to the peer; {@link TcpFlow.known} gets the answer. */
  bring(chunk: Chunk): void;
  /** There is room to send again. */
  onSpace(): void;
}

/**
 * One direction of a TCP connection: bytes wait at the sender's host, are on their way, and wait at the receiver's
 * host, in order. A lost chunk arrives later, and the chunks after it wait.
 */
export class TcpFlow {
  /** The offset after the sent bytes. */
  sent = 0;
  /** Whether the peer has everything, including the end. */
  arrived = false;
  readonly #events: EventQueue;
  readonly #settings: NetworkSettings;
  readonly #source: FlowSource;
  // At the sender's host
  readonly #queue = new ByteQueue();
  /** Chunks that were not acknowledged. */
  #flight: Chunk[] = [];
  #flightBytes = 0;
  /** The end of the receiver's window, as the sender knows it. */
  #limit: number;
  #ending = false;
  #finSent = false;
  #question: PlannedEvent | undefined;
  #questions = 0;
  // At the receiver's host
  /** What has not come in its turn. */
  #coming: Chunk[] = [];
  readonly #received = new ByteQueue();
  /** The chunks with unread bytes; the first may be partly read. */
  #unread: Chunk[] = [];
  #readUpTo = 0;
  #toldLimit: number;

  constructor(events: EventQueue, settings: NetworkSettings, source: FlowSource) {
    this.#events = events;
    this.#settings = settings;
    this.#source = source;
    this.#limit = this.#toldLimit = settings.receiveBuffer;
  }

  // ---- The sender ----

  /** How many more bytes can be given. */
  get room(): number {
    return Math.max(this.#settings.sendBuffer - this.#queue.size - this.#flightBytes, 0);
  }

  /** Whether everything, including the end, was acknowledged. */
  get isDone(): boolean {
    return this.#finSent && this.#flight.length === 0;
  }

  write(bytes: Buffer): void {
    this.#queue.put(bytes);
    this.#pump();
  }

  /** The end follows the given bytes. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Nothing more is sent, not even again. */
  stop(): void {
    this.#question = this.#events.cancel(this.#question);
    this.#queue.clear();
    this.#flight = [];
    this.#flightBytes = 0;
  }

  /** Whether the sender waits for the acknowledgement of a chunk. */
  awaits(chunk: Chunk): boolean {
    return this.#flight.includes(chunk);
  }

  /** The receiver has sent its window, and the acknowledgement of a chunk. */
  known(limit: number, chunk?: Chunk): void {
    this.#limit = Math.max(this.#limit, limit);
    const at = chunk === undefined ? -1 : this.#flight.indexOf(chunk);
    if (at >= 0) {
      this.#flight.splice(at, 1);
      this.#flightBytes -= chunk!.bytes.length;
    }
    this.#pump();
    if (at >= 0) this.#source.onSpace();
  }

  #pump(): void {
    const { segment: largest } = this.#settings;
    while (this.#queue.size > 0 && this.sent < this.#limit)
      this.#emit(this.#queue.take(Math.min(largest, this.#limit - this.sent)));
    if (this.#ending && !this.#finSent && this.#queue.size === 0) {
      this.#finSent = true;
      this.#emit(NOTHING, true);
    }
    if (this.#flight.length > 0 || this.#queue.size === 0) return;
    // A window update may have been lost, or the receiver may be gone.
    this.#question ??= this.#events.after(this.#settings.retransmit * 2 ** Math.min(this.#questions++, 9), () => {
      this.#question = undefined;
      if (this.#flight.length === 0) this.#emit(NOTHING);
    });
  }

  #emit(bytes: Buffer, fin = false): void {
    if (bytes.length > 0) this.#questions = 0;
    const to = this.sent + bytes.length + (fin ? 1 : 0);
    const chunk = { from: this.sent, to, bytes, fin, here: false };
    this.sent = to;
    this.#flight.push(chunk);
    this.#flightBytes += bytes.length;
    this.#coming.push(chunk);
    this.#source.bring(chunk);
  }

  // ---- The receiver ----

  /** Bytes that were received and not read. */
  get unread(): number {
    return this.#received.size;
  }

  /** The chunks of the unread bytes. */
  get unreadChunks(): readonly Chunk[] {
    return this.#unread;
  }

  /** A chunk has arrived; returns those that are in order now. */
  take(chunk: Chunk): readonly Chunk[] {
    chunk.here = true;
    let inOrder = 0;
    while (this.#coming[inOrder]?.here === true) inOrder++;
    const news = this.#coming.splice(0, inOrder).filter(({ from, to }) => to > from);
    for (const next of news) {
      this.#received.put(next.bytes);
      if (next.fin) this.arrived = true;
      else this.#unread.push(next);
    }
    return news;
  }

  read(most: number): Buffer {
    const bytes = this.#received.take(most);
    this.#readUpTo += bytes.length;
    while (this.#unread.length > 0 && this.#unread[0]!.to <= this.#readUpTo) this.#unread.shift();
    return bytes;
  }

  /** Whether the window has grown enough to be sent (RFC 9293, 3.8.6.2.2). */
  get tells(): boolean {
    const { segment, receiveBuffer } = this.#settings;
    return this.#readUpTo + receiveBuffer - this.#toldLimit >= Math.min(segment, receiveBuffer / 2);
  }

  /** The end of the window, which is sent now. */
  tellLimit(): number {
    return (this.#toldLimit = this.#readUpTo + this.#settings.receiveBuffer);
  }

  /** Nobody reads it any more. */
  drop(): void {
    this.#received.clear();
    this.#coming = this.#unread = [];
  }
}
