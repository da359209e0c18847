import type { Agenda, Appointment } from './agenda.js';
import { ByteQueue } from './byte-queue.js';
import type { NetworkSettings } from './settings.js';
import { type Ack, type Segment, endOf } from './tcp-segment.js';

const LONGEST_RETRANSMIT = 120_000;

/** What a sender needs of the end that it belongs to. */
export interface SenderEnd {
  /** Sends a segment; tells when it comes, or would have. */
  transmit(segment: Segment): number;
  /** Asks the peer whether it takes bytes by now. */
  probe(): void;
  /** How long an answer is under way, in ms. */
  readonly wayBack: number;
  /** There is room to send again. */
  onSpace(): void;
  /** The peer has been silent for too long. */
  onTimeout(): void;
}

/** The sending half of an end of a TCP connection: a buffer, the window of the peer, and segments that are sent again until they are known to have arrived. */
export class TcpSender {
  /** The offset after what was sent so far. */
  sent = 0;
  readonly #agenda: Agenda;
  readonly #settings: NetworkSettings;
  readonly #end: SenderEnd;
  readonly #queue = new ByteQueue();
  #flight: Segment[] = [];
  #flightBytes = 0;
  #acked = 0;
  /** Up to where the peer takes bytes. */
  #limit: number;
  #ending = false;
  #finSent = false;
  #timer: Appointment | undefined;
  #retransmit: number;
  /** When the peer was heard last while something was under way. */
  #heardAt = 0;

  constructor(agenda: Agenda, settings: NetworkSettings, end: SenderEnd) {
    this.#agenda = agenda;
    this.#settings = settings;
    this.#end = end;
    this.#limit = settings.receiveBuffer;
    this.#retransmit = settings.retransmit;
  }

  /** Bytes that can be given to be sent. */
  get room(): number {
    return Math.max(this.#settings.sendBuffer - this.#queue.size - this.#flightBytes, 0);
  }

  /** All that was given has arrived, and the end of it too. */
  get isDone(): boolean {
    return this.#finSent && this.#flight.length === 0;
  }

  write(bytes: Buffer): void {
    this.#queue.put(bytes);
    this.#pump();
  }

  /** After what was given comes the end. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#pump();
  }

  clear(): void {
    this.#timer = this.#agenda.cancel(this.#timer);
    this.#queue.clear();
    this.#flight = [];
    this.#flightBytes = 0;
  }

  onAck({ upTo, window, sentAt }: Ack): void {
    this.#heardAt = this.#agenda.now;
    for (const segment of this.#flight) segment.known ||= segment.arrivedAt <= sentAt;
    const before = this.#flightBytes;
    while (this.#flight.length > 0 && endOf(this.#flight[0]!) <= upTo)
      this.#flightBytes -= this.#flight.shift()!.bytes.length;
    if (upTo > this.#acked) {
      this.#acked = upTo;
      this.#retransmit = this.#settings.retransmit;
    }
    this.#limit = Math.max(this.#limit, upTo + window);
    this.#pump();
    if (this.#flightBytes < before) this.#end.onSpace();
  }

  #pump(): void {
    const { segment: largest } = this.#settings;
    while (this.#queue.size > 0 && this.sent < this.#limit)
      this.#emit(this.#queue.take(Math.min(largest, this.#limit - this.sent)), false);
    if (this.#ending && !this.#finSent && this.#queue.size === 0) {
      this.#finSent = true;
      this.#emit(Buffer.alloc(0), true);
    }
    this.#watch();
  }

  #emit(bytes: Buffer, fin: boolean): void {
    if (this.#flight.length === 0) this.#heardAt = this.#agenda.now;
    const segment = { from: this.sent, bytes, fin, attempt: 0, arrivedAt: Infinity, known: false, expectedAt: 0 };
    this.sent = endOf(segment);
    this.#flight.push(segment);
    this.#flightBytes += bytes.length;
    segment.expectedAt = this.#end.transmit(segment);
  }

  /**
   * Watches over what is under way, or over a peer that takes nothing. What is sent meanwhile does not put the time off (RFC 6298, 5.1):
   * it goes by the oldest segment that is not known to have arrived.
   */
  #watch(): void {
    const oldest = this.#flight.find(({ known }) => !known);
    const isProbing = oldest === undefined && this.#queue.size > 0 && this.#timer !== undefined;
    if (isProbing) return;
    this.#timer = this.#agenda.cancel(this.#timer);
    if (this.#flight.length === 0 && this.#queue.size === 0) return;
    const arrives = oldest?.expectedAt ?? this.#agenda.now;
    this.#timer = this.#agenda.at(arrives + this.#end.wayBack + this.#retransmit, () => this.#sendAgain());
  }

  #sendAgain(): void {
    const { now } = this.#agenda;
    this.#timer = undefined;
    if (now - this.#heardAt >= this.#settings.giveUp) return this.#end.onTimeout();
    this.#retransmit = Math.min(this.#retransmit * 2, LONGEST_RETRANSMIT);
    for (const segment of this.#flight) {
      if (segment.known || segment.expectedAt > now) continue;
      segment.attempt++;
      segment.expectedAt = this.#end.transmit(segment);
    }
    if (this.#flight.length === 0) this.#end.probe();
    return this.#watch();
  }
}
