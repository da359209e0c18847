import type { PlannedEvent } from './event-queue.js';
import type { Place } from './fault-source.js';
import type { Link, Packet } from './link.js';
import type { Simulation } from './simulation.js';
import { type Chunk, type FlowSource, TcpFlow } from './tcp-flow.js';

/** Bytes of the headers of IP and TCP. */
const HEADERS = 40;
/** How long a closed socket waits for the end of a silent peer (`tcp_fin_timeout`, tcp(7)). */
const FIN_TIMEOUT = 60_000;

/** Gets the events of an end of a connection. */
export interface EndOwner {
  /** Bytes, the end or a reset are there. */
  onArrival(): void;
  /** There is room to send again. */
  onSpace(): void;
  onTimeout(): void;
}

/**
 * `open`: a process has it. `orphan`: the process has closed it, and sent data still leaves. `done`: both sides have
 * ended, and late packets are answered (TIME_WAIT). `gone`: the host has forgotten it, and resets packets for it.
 */
export type EndState = 'open' | 'orphan' | 'done' | 'gone';

/** One end of a TCP connection in the kernel (RFC 9293): the flow that it sends, and the flow that it receives. */
export class TcpEnd implements FlowSource {
  owner: EndOwner | undefined;
  peer!: TcpEnd;
  /** The peer has reset the connection: the error for the next read or write. */
  error: 'ECONNRESET' | 'EPIPE' | undefined;
  /** Called at the first packet of the peer after the handshake. */
  onFirstPacket: (() => void) | undefined;
  /** Called if it ends before that. */
  onForgotten: (() => void) | undefined;
  readonly place: Place;
  readonly link: Link;
  readonly sends: TcpFlow;
  readonly #simulation: Simulation;
  #state: EndState = 'open';
  /** Packets that have arrived while it is stalled. */
  #held: (() => void)[] | undefined;
  #finTimer: PlannedEvent | undefined;

  constructor(simulation: Simulation, link: Link, name: string) {
    this.#simulation = simulation;
    this.link = link;
    this.place = simulation.faults.place(name);
    this.sends = new TcpFlow(simulation.events, simulation.settings, this);
  }

  get state(): EndState {
    return this.#state;
  }

  get receives(): TcpFlow {
    return this.peer.sends;
  }

  // ---- What the process does ----

  write(bytes: Buffer): void {
    if (this.#state === 'open') this.sends.write(bytes);
  }

  end(): void {
    if (this.#state !== 'gone') this.sends.end();
  }

  read(most: number): Buffer {
    const bytes = this.receives.read(most);
    if (this.#state === 'open' && this.receives.tells) this.answer();
    return bytes;
  }

  /**
   * The process closes it: sent data still leaves, unless it is reset or received bytes were not read (RFC 2525, 2.17).
   */
  close(reset: boolean): void {
    this.owner = undefined;
    if (this.#state !== 'open') return;
    if (reset || this.receives.unread > 0) return this.reset();
    this.#state = 'orphan';
    this.end();
    this.#settle();
  }

  /** Resets it at once, and tells the peer. */
  reset(): void {
    if (this.#state === 'gone') return;
    this.#sendReset();
    this.vanish();
  }

  /** Its host forgets it without a packet. */
  vanish(): void {
    this.#forget();
    this.owner = undefined;
    this.receives.drop();
  }

  /** Holds arriving packets while it is stalled: its peer gets no acknowledgement. */
  stall(stalled: boolean): void {
    const held = this.#held ?? [];
    this.#held = stalled ? held : undefined;
    if (!stalled) for (const happen of held) happen();
  }

  // ---- Packets ----

  bring(chunk: Chunk): void {
    const { from, to, bytes } = chunk;
    // A window probe has no faults.
    const kind = to > from ? 'segment' : 'control';
    if (kind === 'segment' && this.#simulation.faults.strikes('reset', this.link.conditions.reset, this.place, from))
      this.#cutDown();
    const reliable = {
      wanted: () => this.sends.awaits(chunk),
      arrive: () => this.peer.#arrive(() => this.peer.#onChunk(chunk)),
      givenUp: () => this.#onTimeout(),
    };
    this.link.bring(this.#packet(kind, from, bytes.length), reliable, this.#simulation.settings);
  }

  #packet(kind: 'segment' | 'control', index = this.sends.sent, bytes = 0): Packet {
    return { place: this.place, index, attempt: 0, size: bytes + HEADERS, kind };
  }

  /** Handles an arrived packet. False while it is stalled: then the packet waits without an acknowledgement. */
  #arrive(happen: () => void): boolean {
    this.#held?.push(happen);
    if (this.#held === undefined) happen();
    return this.#held === undefined;
  }

  #onChunk(chunk: Chunk): void {
    this.#firstPacket();
    // Bytes that nobody can read any more are answered with a reset (RFC 9293, 3.6).
    if (this.#state === 'gone' || (this.#state !== 'open' && !chunk.here && chunk.bytes.length > 0)) {
      if (this.#state !== 'gone') this.#forget();
      return this.#sendReset();
    }
    const news = this.receives.take(chunk);
    for (const { bytes, fin } of news)
      this.#simulation.tell(fin ? 'end' : 'deliver', this.peer.place.name, bytes.length);
    this.answer(chunk);
    if (news.length === 0) return undefined;
    this.owner?.onArrival();
    return this.#settle();
  }

  /**
   * Sends the window to the peer, with the acknowledgement of a chunk or of the handshake. If it cannot be delivered,
   * the peer times out.
   */
  answer(chunk?: Chunk): void {
    const { peer, receives } = this;
    const limit = receives.tellLimit();
    const reliable = {
      wanted: () => (chunk === undefined ? peer.onFirstPacket !== undefined : receives.awaits(chunk)),
      arrive: () => peer.#arrive(() => peer.#onAnswer(limit, chunk)),
      givenUp: () => peer.#onTimeout(),
    };
    this.link.bring(this.#packet('control'), reliable, this.#simulation.settings);
  }

  #onAnswer(limit: number, chunk?: Chunk): void {
    this.#firstPacket();
    if (this.#state === 'gone') return;
    this.sends.known(limit, chunk);
    this.#settle();
  }

  #firstPacket(): void {
    const first = this.onFirstPacket;
    this.onFirstPacket = undefined;
    first?.();
  }

  onSpace(): void {
    this.owner?.onSpace();
  }

  #onTimeout(): void {
    const { owner } = this;
    this.#simulation.tell('timeout', this.place.name);
    this.#forget();
    owner?.onTimeout();
  }

  // ---- The end ----

  /** A fault between the hosts resets both ends. */
  #cutDown(): void {
    this.#simulation.events.after(0, () => {
      this.peer.onReset();
      this.onReset();
    });
  }

  #sendReset(): void {
    this.#simulation.tell('reset', this.place.name);
    this.link.send(this.#packet('control'), () => this.peer.#arrive(() => this.peer.onReset()));
  }

  /** The connection was reset by the peer or by a fault. */
  onReset(): void {
    if (this.#state === 'gone') return;
    const { owner } = this;
    // tcp_reset() of Linux: to one whose peer had ended, it is a broken pipe.
    if (this.#state === 'open') this.error = this.receives.arrived ? 'EPIPE' : 'ECONNRESET';
    this.#forget();
    owner?.onArrival();
  }

  #forget(): void {
    this.#state = 'gone';
    this.#finTimer = this.#simulation.events.cancel(this.#finTimer);
    this.sends.stop();
    this.#held &&= [];
    this.onFirstPacket = undefined;
    this.onForgotten?.();
    this.onForgotten = undefined;
  }

  /** Both ends have ended, or the process has gone and its peer is silent. */
  #settle(): void {
    if (this.#state !== 'orphan' || !this.sends.isDone) return;
    if (this.receives.arrived) {
      this.#state = 'done';
      this.#finTimer = this.#simulation.events.cancel(this.#finTimer);
    } else this.#finTimer ??= this.#simulation.events.after(FIN_TIMEOUT, () => this.#forget());
  }
}
