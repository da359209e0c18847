import type { Appointment } from './agenda.js';
import type { Place } from './fault-dice.js';
import type { Link } from './link.js';
import type { Simulation } from './simulation.js';
import { TcpReceiver } from './tcp-receiver.js';
import type { Ack, Segment } from './tcp-segment.js';
import { type SenderEnd, TcpSender } from './tcp-sender.js';

/** Bytes of the headers of IP and TCP. */
const HEADERS = 40;
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

/**
 * `open`: a process has it. `orphan`: the process has closed it, and what was sent still leaves. `done`: both sides have ended, and stray
 * packets are answered (TIME_WAIT). `gone`: the host knows nothing of it, and resets whoever asks.
 */
export type EndState = 'open' | 'orphan' | 'done' | 'gone';

/**
 * One end of a TCP connection, as a kernel has it (RFC 9293): its two halves, what goes between them and those of the peer, and its end.
 */
export class TcpEnd implements SenderEnd {
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
  readonly #sender: TcpSender;
  readonly #receiver: TcpReceiver;
  #ack: Ack | undefined;
  #held: (() => void)[] = [];
  #farewell: Appointment | undefined;

  constructor(simulation: Simulation, link: Link, name: string) {
    this.#simulation = simulation;
    this.#link = link;
    this.place = simulation.faults.place(name);
    this.#sender = new TcpSender(simulation.agenda, simulation.settings, this);
    this.#receiver = new TcpReceiver(simulation.settings);
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
    return this.#receiver.unread;
  }

  /** The segments that they came in. */
  get unreadSegments(): readonly Segment[] {
    return this.#receiver.unreadSegments;
  }

  /** The peer has ended, and all that it sent has come. */
  get peerEnded(): boolean {
    return this.#receiver.ended;
  }

  /** Bytes that can be given to be sent. */
  get room(): number {
    return this.#sender.room;
  }

  write(bytes: Buffer): void {
    if (this.#state === 'open') this.#sender.write(bytes);
  }

  end(): void {
    if (this.#state !== 'gone') this.#sender.end();
  }

  read(most: number): Buffer {
    const { bytes, tells } = this.#receiver.read(most);
    if (tells && this.#state === 'open') this.#answer();
    return bytes;
  }

  /** The process closes it: what was sent leaves, unless it is reset or received bytes were not read (RFC 2525, 2.17). */
  close(reset: boolean): void {
    if (this.#state !== 'open') {
      this.owner = undefined;
      return;
    }
    this.owner = undefined;
    if (reset || this.unread > 0) return this.reset();
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
    this.#receiver.clear();
  }

  stall(stalled: boolean): void {
    this.stalled = stalled;
    if (stalled) return;
    const held = this.#held;
    this.#held = [];
    for (const arrive of held) arrive();
  }

  // ---- Sending ----

  transmit(segment: Segment): number {
    const { from: index, attempt, bytes } = segment;
    if (this.#simulation.faults.strikes('reset', this.#link.conditions.reset, this.place, index, attempt))
      this.#cutDown();
    const packet = { place: this.place, index, attempt, size: bytes.length + HEADERS, kind: 'segment' } as const;
    return this.#link.send(packet, () => this.peer.#arrive(() => this.peer.#onSegment(segment)));
  }

  /** Something between the hosts resets both. */
  #cutDown(): void {
    this.#simulation.agenda.after(0, () => {
      this.peer.onReset();
      this.onReset();
    });
  }

  #control(happen: (peer: TcpEnd) => void): void {
    const packet = { place: this.place, index: this.#sender.sent, attempt: 0, size: HEADERS, kind: 'control' } as const;
    this.#link.send(packet, () => this.peer.#arrive(() => happen(this.peer)));
  }

  get wayBack(): number {
    const { latency, jitter } = this.peer.#link.conditions;
    return latency + jitter;
  }

  probe(): void {
    this.#control((peer) => peer.#onProbe());
  }

  onSpace(): void {
    this.owner?.onSpace();
  }

  onTimeout(): void {
    const { owner } = this;
    this.#simulation.tell('timeout', this.place.name);
    this.#forget();
    owner?.onTimeout();
  }

  #onAck(ack: Ack): void {
    if (this.#state === 'gone') return;
    this.#sender.onAck(ack);
    this.#settle();
  }

  // ---- Receiving ----

  #arrive(happen: () => void): void {
    if (this.stalled) this.#held.push(happen);
    else happen();
  }

  #onSegment(segment: Segment): void {
    this.#firstPacket();
    const known = this.#receiver.knows(segment);
    // Bytes for which there is no reader any more are answered with a reset (RFC 9293, 3.6).
    if (this.#state === 'gone' || (this.#state !== 'open' && !known && segment.bytes.length > 0)) {
      if (this.#state !== 'gone') this.#forget();
      return this.#sendReset();
    }
    const news = this.#receiver.take(segment, this.#simulation.agenda.now);
    for (const { bytes, fin } of news)
      this.#simulation.tell(fin ? 'end' : 'deliver', this.peer.place.name, bytes.length);
    this.#answer();
    if (news.length === 0) return undefined;
    this.owner?.onArrival();
    return this.#settle();
  }

  #onProbe(): void {
    if (this.#state === 'gone') this.#sendReset();
    else this.#answer();
  }

  /** Tells the peer what has come and what would fit; what is told at one instant is told once. */
  #answer(): void {
    const { now } = this.#simulation.agenda;
    const { next: upTo, window } = this.#receiver;
    if (this.#ack !== undefined && this.#ack.sentAt === now) {
      this.#ack.upTo = upTo;
      this.#ack.window = window;
      return;
    }
    const ack = { sentAt: now, upTo, window };
    this.#ack = ack;
    this.#control((peer) => {
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
    this.#control((peer) => peer.onReset());
  }

  /** The peer, or something between, resets the connection. */
  onReset(): void {
    if (this.#state === 'gone') return;
    const { owner } = this;
    // tcp_reset() of Linux: to one whose peer had ended, it is a broken pipe.
    if (this.#state === 'open') this.error = this.peerEnded ? 'EPIPE' : 'ECONNRESET';
    this.#forget();
    owner?.onArrival();
  }

  #forget(): void {
    this.#state = 'gone';
    this.#farewell = this.#simulation.agenda.cancel(this.#farewell);
    this.#sender.clear();
    this.#receiver.stop();
    this.#held = [];
    this.onFirstPacket = undefined;
    this.onForgotten?.();
    this.onForgotten = undefined;
  }

  /** Both have ended, or the process has gone and its peer says nothing. */
  #settle(): void {
    if (this.#state !== 'orphan' || !this.#sender.isDone) return;
    if (this.peerEnded) {
      this.#state = 'done';
      this.#farewell = this.#simulation.agenda.cancel(this.#farewell);
    } else this.#farewell ??= this.#simulation.agenda.after(FIN_TIMEOUT, () => this.#forget());
  }
}
