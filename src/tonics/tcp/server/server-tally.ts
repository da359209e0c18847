import type { TurnedAwayReason } from '../../../selector/network.js';

/** What a server has counted. */
export interface ServerCounts {
  readonly accepted: number;
  readonly open: number;
  /** By why they were turned away. */
  readonly turnedAway: Readonly<Record<TurnedAwayReason, number>>;
  /** Connections whose protocol threw, or whose thread died. */
  readonly failed: number;
  /** TLS handshakes that were done, those that `startTls()` began too: full ones, and those that went on from a session. */
  readonly handshakes: { readonly full: number; readonly resumed: number };
}

/** Why peers are turned away, in the order of {@link TOTALS}. */
const REASONS = [
  'maxConnections',
  'descriptors',
  'paused',
  'addressLimit',
  'rate',
  'denied',
  'proxy',
  'handshakes',
  'handshake',
] as const satisfies readonly TurnedAwayReason[];
/** Places of what is counted for ever, in the line of a thread: 64 bits each, since 32 are full after some months. */
const TOTALS: Readonly<Record<Total, number>> = {
  accepted: 0,
  failed: 1,
  full: 2,
  resumed: 3,
  ...(Object.fromEntries(REASONS.map((reason, at) => [reason, at + 4])) as Record<TurnedAwayReason, number>),
};
/** The place, after those, of what is open now: 32 bits. */
const OPEN = 2 * (REASONS.length + 4);
/** The place of the number of pending connections: those that have no Tonic yet. */
const AT_DOOR = OPEN + 1;
export type Total = 'accepted' | 'failed' | 'full' | 'resumed' | TurnedAwayReason;
/** Lines of the processor's cache for each thread, so that they don't slow each other down: in bytes. */
const LINE = 128;

/**
 * The counts of a server, each told with one addition. One whose connections run on several threads has a line for each, in memory that all of them share: so its
 * counts, and its limit, are those of the whole server.
 */
export class ServerTally {
  readonly #totals: BigInt64Array;
  readonly #now: Int32Array;
  readonly #line: number;

  /**
   * @param buffer what the threads of a server share; without it there is one line.
   * @param index the line that this thread counts in.
   */
  constructor(
    readonly buffer: SharedArrayBuffer | undefined = undefined,
    index = 0,
  ) {
    const memory = buffer ?? new ArrayBuffer(LINE);
    this.#totals = new BigInt64Array(memory);
    this.#now = new Int32Array(memory);
    this.#line = index;
  }

  /** For so many threads: each has a line of its own, from 0 on, and the last is that of the thread which has the server. */
  static shared(threads: number): ServerTally {
    return new ServerTally(new SharedArrayBuffer((threads + 1) * LINE), threads);
  }

  add(what: Total, count = 1, line = this.#line): void {
    Atomics.add(this.#totals, line * (LINE / 8) + TOTALS[what], BigInt(count));
  }

  /** One more is open. */
  opened(line = this.#line): void {
    Atomics.add(this.#now, line * (LINE / 4) + OPEN, 1);
  }

  closed(line = this.#line): void {
    Atomics.sub(this.#now, line * (LINE / 4) + OPEN, 1);
  }

  /** One more connection is pending. */
  addPending(): void {
    Atomics.add(this.#now, this.#line * (LINE / 4) + AT_DOOR, 1);
  }

  removePending(): void {
    Atomics.sub(this.#now, this.#line * (LINE / 4) + AT_DOOR, 1);
  }

  /** The pending connections of all threads. */
  get pending(): number {
    return this.#sumNow(AT_DOOR);
  }

  /** The connections of a thread have gone with it, and those that it was handed and had not taken: all have failed. Tells how many. */
  closeAll(line: number): number {
    Atomics.store(this.#now, line * (LINE / 4) + AT_DOOR, 0);
    const open = Atomics.exchange(this.#now, line * (LINE / 4) + OPEN, 0);
    if (open > 0) this.add('failed', open, line);
    return open;
  }

  get open(): number {
    return this.#sumNow(OPEN);
  }

  /** Those that are open in this thread. */
  get openHere(): number {
    return this.openIn(this.#line);
  }

  openIn(line: number): number {
    return Atomics.load(this.#now, line * (LINE / 4) + OPEN);
  }

  get counts(): ServerCounts {
    return {
      accepted: this.#sum('accepted'),
      open: this.open,
      turnedAway: Object.fromEntries(REASONS.map((reason) => [reason, this.#sum(reason)])) as Record<
        TurnedAwayReason,
        number
      >,
      failed: this.#sum('failed'),
      handshakes: { full: this.#sum('full'), resumed: this.#sum('resumed') },
    };
  }

  #sumNow(place: number): number {
    let sum = 0;
    for (let at = place; at < this.#now.length; at += LINE / 4) sum += Atomics.load(this.#now, at);
    return sum;
  }

  #sum(what: Total): number {
    let sum = 0n;
    for (let at: number = TOTALS[what]; at < this.#totals.length; at += LINE / 8) sum += Atomics.load(this.#totals, at);
    return Number(sum);
  }
}
