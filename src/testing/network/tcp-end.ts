import type { Appointment } from './agenda.js';
import { ByteQueue } from './byte-queue.js';
import type { Place } from './fault-dice.js';
import type { Link } from './link.js';
import type { Simulation } from './simulation.js';

/** Bytes of the headers of IP and TCP. */
const HEADERS = 40;
const LONGEST_RETRANSMIT = 120_000;
/** How long a socket that its process has closed waits for the end of a silent peer (`tcp_fin_timeout`, tcp(7)). */
const FIN_TIMEOUT = 60_000;

/** What a process is told of its end of a connection. */
export interface EndOwner {
  /** Bytes, the end or a reset are there. */
  onArrival(): void;
  /** There is room to send again. */
  onSpace(): void;
  onTimeout(): void;
}

interface Segment {
  readonly from: number;
  readonly bytes: Buffer;
  readonly fin: boolean;
  attempt: number;
  /** When the peer had it first. */
  arrivedAt: number;
  /** The sender knows that it has arrived. */
  known: boolean;
  expectedAt: number;
}

interface Ack {
  readonly sentAt: number;
  upTo: number;
  window: number;
}

/**
 * `open`: a process has it. `orphan`: the process has closed it, and what was sent still leaves. `done`: both sides have ended, and stray
 * packets are answered (TIME_WAIT). `gone`: the host knows nothing of it, and resets whoever asks.
 */
export type EndState = 'open' | 'orphan' | 'done' | 'gone';

/**
 * One end of a TCP connection, as a kernel has it (RFC 9293): a buffer to send, a window, segments that are sent again until they are known to have
 * arrived, and a buffer of what was received.
 */
export class TcpEnd {
  owner: EndOwner | undefined;
  peer!: TcpEnd;
  /** The peer has reset the connection: what is told to whoever reads or writes. */
  error: 'ECONNRESET' | 'EPIPE' | undefined;
  /** The first packet of the peer after the greeting: it knows that the connection is open. */
  onFirstPacket: (() => void) | undefined;
  /** It ended before that. */
  onForgotten: (() => void) | undefined;
  /** Nobody brings a packet of it further while it is stalled. */
  stalled = false;
  readonly place: Place;
  readonly #simulation: Simulation;
  readonly #link: Link;
  #state: EndState = 'open';
  // Sending
  readonly #queue = new ByteQueue();
  #flight: Segment[] = [];
  #flightBytes = 0;
  #sent = 0;
  #acked = 0;
  /** Up to where the peer takes bytes. */
  #limit: number;
  #ending = false;
  #finSent = false;
  #timer: Appointment | undefined;
  #retransmit: number;
  /** When the peer was heard last while something was under way. */
  #heardAt = 0;
  // Receiving
  readonly #received = new ByteQueue();
  #next = 0;
  #early: Segment[] = [];
  #finIn = false;
  #window: number;
  #ack: Ack | undefined;
  #held: (() => void)[] = [];
  #farewell: Appointment | undefined;

  constructor(simulation: Simulation, link: Link, name: string) {
    this.#simulation = simulation;
    this.#link = link;
    this.place = simulation.faults.place(name);
    this.#limit = this.#window = simulation.settings.receiveBuffer;
    this.#retransmit = simulation.settings.retransmit;
  }

  get state(): EndState {
    return this.#state;
  }

  get link(): Link {
    return this.#link;
  }

  // ---- What the process does ----

  /** Bytes that were received and not read. */
  get unread(): number {
    return this.#received.size;
  }

  /** The peer has ended, and all that it sent has come. */
  get peerEnded(): boolean {
    return this.#finIn;
  }

  /** Bytes that can be given to be sent. */
  get room(): number {
    return Math.max(this.#simulation.settings.sendBuffer - this.#queue.size - this.#flightBytes, 0);
  }

  write(bytes: Buffer): void {
    if (this.#state !== 'open') return;
    this.#queue.put(bytes);
    this.#pump();
  }

  end(): void {
    if (this.#ending || this.#state === 'gone') return;
    this.#ending = true;
    this.#pump();
  }

  read(most: number): Buffer {
    const wasSmall = this.#window < this.#simulation.settings.segment;
    const bytes = this.#received.take(most);
    this.#window += bytes.length;
    // RFC 9293, 3.8.6.2.2: a window that has opened is told when it is worth a segment.
    const worth = Math.min(this.#simulation.settings.segment, this.#simulation.settings.receiveBuffer / 2);
    if (this.#state === 'open' && ((wasSmall && this.#window >= worth) || this.#received.size === 0)) this.#answer();
    return bytes;
  }

  /** The process closes it: what was sent leaves, unless it is reset or received bytes were not read (RFC 2525, 2.17). */
  close(reset: boolean): void {
    if (this.#state !== 'open') {
      this.owner = undefined;
      return;
    }
    this.owner = undefined;
    if (reset || this.#received.size > 0) return this.reset();
    this.#state = 'orphan';
    this.end();
    this.#settle();
  }

  /** Ends it at once, and tells the peer. */
  reset(): void {
    if (this.#state === 'gone') return;
    this.#sendReset();
    this.vanish();
  }

  /** Its host forgets it without a word. */
  vanish(): void {
    this.#forget();
    this.owner = undefined;
    this.#received.clear();
  }

  stall(stalled: boolean): void {
    this.stalled = stalled;
    if (stalled) return;
    const held = this.#held;
    this.#held = [];
    for (const arrive of held) arrive();
  }

  // ---- Sending ----

  #pump(): void {
    const { segment: largest } = this.#simulation.settings;
    while (this.#queue.size > 0 && this.#sent < this.#limit)
      this.#emit(this.#queue.take(Math.min(largest, this.#limit - this.#sent)), false);
    if (this.#ending && !this.#finSent && this.#queue.size === 0) {
      this.#finSent = true;
      this.#emit(Buffer.alloc(0), true);
    }
    this.#watch();
  }

  #emit(bytes: Buffer, fin: boolean): void {
    if (this.#flight.length === 0) this.#heardAt = this.#simulation.agenda.now;
    const segment = { from: this.#sent, bytes, fin, attempt: 0, arrivedAt: Infinity, known: false, expectedAt: 0 };
    this.#sent += bytes.length + (fin ? 1 : 0);
    this.#flight.push(segment);
    this.#flightBytes += bytes.length;
    this.#transmit(segment);
  }

  #transmit(segment: Segment): void {
    const { from: index, attempt, bytes } = segment;
    if (this.#simulation.faults.strikes('reset', this.#link.conditions.reset, this.place, index, attempt))
      this.#cutDown();
    const packet = { place: this.place, index, attempt, size: bytes.length + HEADERS, kind: 'segment' } as const;
    segment.expectedAt = this.#link.send(packet, () => this.peer.#arrive(() => this.peer.#onSegment(segment)));
  }

  /** Something between the hosts resets both. */
  #cutDown(): void {
    this.#simulation.agenda.after(0, () => {
      this.peer.onReset();
      this.onReset();
    });
  }

  #control(attempt: number, happen: (peer: TcpEnd) => void): number {
    const packet = { place: this.place, index: this.#sent, attempt, size: HEADERS, kind: 'control' } as const;
    return this.#link.send(packet, () => this.peer.#arrive(() => happen(this.peer)));
  }

  /**
   * Watches over what is under way, or over a peer that takes nothing. What is sent meanwhile does not put the time off (RFC 6298, 5.1):
   * it goes by the oldest segment that is not known to have arrived.
   */
  #watch(): void {
    const { agenda } = this.#simulation;
    const oldest = this.#flight.find(({ known }) => !known);
    const isProbing = oldest === undefined && this.#queue.size > 0 && this.#timer !== undefined;
    if (isProbing && this.#state !== 'gone' && this.#state !== 'done') return;
    this.#timer = agenda.cancel(this.#timer);
    const waits = this.#flight.length > 0 || this.#queue.size > 0;
    if (!waits || this.#state === 'gone' || this.#state === 'done') return;
    const { latency, jitter } = this.peer.#link.conditions;
    const arrives = oldest?.expectedAt ?? agenda.now;
    this.#timer = agenda.at(arrives + latency + jitter + this.#retransmit, () => this.#sendAgain());
  }

  #sendAgain(): void {
    const { agenda, settings } = this.#simulation;
    this.#timer = undefined;
    if (agenda.now - this.#heardAt >= settings.giveUp) return this.#giveUp();
    this.#retransmit = Math.min(this.#retransmit * 2, LONGEST_RETRANSMIT);
    for (const segment of this.#flight) {
      if (segment.known || segment.expectedAt > agenda.now) continue;
      segment.attempt++;
      this.#transmit(segment);
    }
    if (this.#flight.length === 0) this.#control(0, (peer) => peer.#onProbe());
    return this.#watch();
  }

  #giveUp(): void {
    const { owner } = this;
    this.#simulation.tell('timeout', this.place.name);
    this.#forget();
    owner?.onTimeout();
  }

  #onAck({ upTo, window, sentAt }: Ack): void {
    if (this.#state === 'gone') return;
    this.#heardAt = this.#simulation.agenda.now;
    for (const segment of this.#flight) segment.known ||= segment.arrivedAt <= sentAt;
    const before = this.#flightBytes;
    while (this.#flight.length > 0 && endOf(this.#flight[0]!) <= upTo)
      this.#flightBytes -= this.#flight.shift()!.bytes.length;
    if (upTo > this.#acked) {
      this.#acked = upTo;
      this.#retransmit = this.#simulation.settings.retransmit;
    }
    this.#limit = Math.max(this.#limit, upTo + window);
    this.#pump();
    if (this.#flightBytes < before) this.owner?.onSpace();
    this.#settle();
  }

  // ---- Receiving ----

  #arrive(happen: () => void): void {
    if (this.stalled) this.#held.push(happen);
    else happen();
  }

  #onSegment(segment: Segment): void {
    this.#firstPacket();
    const known = endOf(segment) <= this.#next;
    // Bytes for which there is no reader any more are answered with a reset (RFC 9293, 3.6).
    if (this.#state === 'gone' || (this.#state !== 'open' && !known && segment.bytes.length > 0)) {
      if (this.#state !== 'gone') this.#forget();
      return this.#sendReset();
    }
    if (!known && segment.arrivedAt === Infinity) {
      segment.arrivedAt = this.#simulation.agenda.now;
      this.#early.push(segment);
    }
    const news = this.#takeInOrder();
    this.#answer();
    if (!news) return undefined;
    this.owner?.onArrival();
    return this.#settle();
  }

  /** What came before its turn waits until what is missing has come. */
  #takeInOrder(): boolean {
    let news = false;
    for (;;) {
      const at = this.#early.findIndex(({ from }) => from === this.#next);
      if (at < 0) return news;
      const [segment] = this.#early.splice(at, 1);
      const { bytes, fin } = segment!;
      this.#next = endOf(segment!);
      this.#received.put(bytes);
      this.#window -= bytes.length;
      this.#finIn ||= fin;
      this.#simulation.tell(fin ? 'end' : 'deliver', this.peer.place.name, bytes.length);
      news = true;
    }
  }

  #onProbe(): void {
    if (this.#state === 'gone') this.#sendReset();
    else this.#answer();
  }

  /** Tells the peer what has come and what would fit; what is told at one instant is told once. */
  #answer(): void {
    const { now } = this.#simulation.agenda;
    const upTo = this.#next;
    const window = Math.max(this.#window, 0);
    if (this.#ack !== undefined && this.#ack.sentAt === now) {
      this.#ack.upTo = upTo;
      this.#ack.window = window;
      return;
    }
    const ack = { sentAt: now, upTo, window };
    this.#ack = ack;
    this.#control(0, (peer) => {
      if (this.#ack === ack) this.#ack = undefined;
      peer.#firstPacket();
      peer.#onAck(ack);
    });
  }

  /** The client's last packet of the handshake. */
  confirm(): void {
    this.#answer();
  }

  #firstPacket(): void {
    const first = this.onFirstPacket;
    this.onFirstPacket = undefined;
    first?.();
  }

  // ---- The end ----

  #sendReset(): void {
    this.#simulation.tell('reset', this.place.name);
    this.#control(0, (peer) => peer.onReset());
  }

  /** The peer, or something between, resets the connection. */
  onReset(): void {
    if (this.#state === 'gone') return;
    const { owner } = this;
    // tcp_reset() of Linux: to one whose peer had ended, it is a broken pipe.
    if (this.#state === 'open') this.error = this.#finIn ? 'EPIPE' : 'ECONNRESET';
    this.#forget();
    owner?.onArrival();
  }

  #forget(): void {
    this.#state = 'gone';
    this.#timer = this.#simulation.agenda.cancel(this.#timer);
    this.#farewell = this.#simulation.agenda.cancel(this.#farewell);
    this.#queue.clear();
    this.#flight = [];
    this.#flightBytes = 0;
    this.#early = [];
    this.#held = [];
    this.onFirstPacket = undefined;
    this.onForgotten?.();
    this.onForgotten = undefined;
  }

  /** Both have ended, or the process has gone and its peer says nothing. */
  #settle(): void {
    if (this.#state !== 'orphan' || !this.#finSent || this.#flight.length > 0) return;
    if (this.#finIn) {
      this.#state = 'done';
      this.#farewell = this.#simulation.agenda.cancel(this.#farewell);
    } else this.#farewell ??= this.#simulation.agenda.after(FIN_TIMEOUT, () => this.#forget());
  }
}

function endOf({ from, bytes, fin }: Segment): number {
  return from + bytes.length + (fin ? 1 : 0);
}
