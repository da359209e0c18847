import type { Agenda, Appointment } from './agenda.js';
import { ByteQueue } from './byte-queue.js';
import type { NetworkSettings } from './settings.js';

const NOTHING = Buffer.alloc(0);

/** A part of a stream under way, or its end; without bytes, a question whether there is room. */
export interface Chunk {
  /** The offset of its first byte in the stream, and the one after it; the end of a stream counts as a byte. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
  /** It is the end of the stream. */
  readonly fin: boolean;
  /** The peer has it. */
  here: boolean;
}

/** What a flow needs of the end that sends it. */
export interface FlowSource {
  /** Brings a chunk to the peer; {@link TcpFlow.known} hears the answer. */
  bring(chunk: Chunk): void;
  /** There is room to send again. */
  onSpace(): void;
}

/**
 * One direction of a TCP connection as a stream: bytes wait at the sender's host, are under way, wait at the receiver's host, and order is
 * kept. A chunk that is lost comes later, and what is behind it waits for it.
 */
export class TcpFlow {
  /** The offset after what was sent so far. */
  sent = 0;
  /** The peer has all of it, the end included. */
  arrived = false;
  readonly #agenda: Agenda;
  readonly #settings: NetworkSettings;
  readonly #source: FlowSource;
  // At the sender's host
  readonly #queue = new ByteQueue();
  /** What is not known to have arrived. */
  #flight: Chunk[] = [];
  #flightBytes = 0;
  /** Up to where the receiver takes bytes, as far as the sender knows. */
  #limit: number;
  #ending = false;
  #finSent = false;
  #question: Appointment | undefined;
  #questions = 0;
  // At the receiver's host
  /** What has not come in its turn. */
  #coming: Chunk[] = [];
  readonly #received = new ByteQueue();
  /** The chunks that the unread bytes came in; of the first one some may be read. */
  #unread: Chunk[] = [];
  #readUpTo = 0;
  #toldLimit: number;

  constructor(agenda: Agenda, settings: NetworkSettings, source: FlowSource) {
    this.#agenda = agenda;
    this.#settings = settings;
    this.#source = source;
    this.#limit = this.#toldLimit = settings.receiveBuffer;
  }

  // ---- What the sender does and hears ----

  /** Bytes that can be given to be sent. */
  get room(): number {
    return Math.max(this.#settings.sendBuffer - this.#queue.size - this.#flightBytes, 0);
  }

  /** All that was given is known to have arrived, and the end of it too. */
  get isDone(): boolean {
    return this.#finSent && this.#flight.length === 0;
  }

  write(bytes: Buffer): void {
    this.#queue.put(bytes);
    this.#pump();
  }

  /** After what was given comes the end. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  /** Nothing more is sent, not even again. */
  stop(): void {
    this.#question = this.#agenda.cancel(this.#question);
    this.#queue.clear();
    this.#flight = [];
    this.#flightBytes = 0;
  }

  /** Whether the sender waits for the answer to a chunk. */
  awaits(chunk: Chunk): boolean {
    return this.#flight.includes(chunk);
  }

  /** The receiver has said up to where it takes bytes; and that it has a chunk. */
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
    // Nobody may have heard that there is room, or the receiver has gone.
    this.#question ??= this.#agenda.after(this.#settings.retransmit * 2 ** Math.min(this.#questions++, 9), () => {
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

  // ---- What the receiver does and hears ----

  /** Bytes that were received and not read. */
  get unread(): number {
    return this.#received.size;
  }

  /** The chunks that they came in. */
  get unreadChunks(): readonly Chunk[] {
    return this.#unread;
  }

  /** A chunk has come; gives those whose turn it is now. */
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

  /** Whether the room that reading has made is worth telling (RFC 9293, 3.8.6.2.2). */
  get tells(): boolean {
    const { segment, receiveBuffer } = this.#settings;
    return this.#readUpTo + receiveBuffer - this.#toldLimit >= Math.min(segment, receiveBuffer / 2);
  }

  /** Up to where the receiver takes bytes, which it tells now. */
  tellLimit(): number {
    return (this.#toldLimit = this.#readUpTo + this.#settings.receiveBuffer);
  }

  /** Nobody reads it any more. */
  drop(): void {
    this.#received.clear();
    this.#coming = this.#unread = [];
  }
}
