/** If more bytes than this are read and not handled, reading is held back, too: a few orders may carry much data. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * From this many waiting orders on, each socket gets a small share only: peers that send much must not delay peers that
 * send little.
 */
export const CROWDED_FROM = 256;

/**
 * The share of a socket in bytes per turn while many orders wait: a chunk of 64 KiB can be a thousand orders or more.
 */
export const BYTES_PER_TURN = 2 * 1024;

/** After so many turns that were not crowded a share is twice as large; one that is more than what is read at once does not limit. */
const TURNS_TO_GROW = 4;
const LARGEST_SHARE = 64 * 1024;

/** When so many bytes have come in a turn, the others bring a share: nobody knows yet how many orders they make. */
const BURST = 1024 * 1024;

/** The number of sockets with more than their share that are read in one turn. */
const TURNS_IN_ROTATION = 64;
const TURNS_IN_CROWD = 16;

/** Orders for other threads, which wait outside of the own queue. */
export interface OrdersElsewhere {
  /** Orders that another thread has not taken yet. */
  readonly waiting: number;
  /** Bytes of these. */
  readonly bytes: number;
  /** Orders that have left so far. */
  readonly departed: number;
}

/**
 * How much the sockets of a Catalyst may bring in, so that a flood becomes backpressure on the peers that send it, and neither memory
 * nor a wait for the others.
 *
 * ```text
 *   orders   0 ...... 256 ....................... high-water mark ..............
 *   share    all      2 KiB a turn                2 KiB a turn
 *   rotation 64       16 when what waits has      16 when what waits has passed
 *                     passed
 *   others   at once  at once                     in the rotation, before those
 * ```
 *
 * In the rotation are sockets that had their share and have more. *Others* had nothing waiting: they are served before those, so that
 * a flood of others does not hold back who asks for little.
 */
export class ReadBudget {
  /** How many bytes a socket may bring in this turn; it says more where {@link CROWDED_FROM} orders wait. */
  share = Infinity;
  /** The share at the beginning of a turn. */
  #turnShare = Infinity;
  /** Bytes received in this turn. */
  #inTurn = 0;
  /** The number of sockets of the rotation that are read in the next turn. */
  turns = TURNS_IN_ROTATION;
  /** Whether all sockets go into the rotation: from the high-water mark down to the low one. */
  full = false;
  readonly #highWaterMark: number;
  readonly #lowWaterMark: number;
  /** Turns since many orders waited. */
  #calm = 0;
  /** The number of orders that must run before the rotation goes on. */
  #untilTurn = 0;
  /** Orders that had been sent to other threads at that moment. */
  #departed = 0;
  /** Bytes that came with orders since the last mark in the queue, and before it; and how many orders run until that mark. */
  #bytesSince = 0;
  #bytesBefore = 0;
  #untilMark = 0;

  constructor(highWaterMark: number, lowWaterMark: number) {
    this.#highWaterMark = highWaterMark;
    this.#lowWaterMark = lowWaterMark;
  }

  /** Bytes were received, and put into orders. */
  received(bytes: number): void {
    this.#bytesSince += bytes;
    this.#inTurn += bytes;
    if (this.#inTurn >= BURST && this.share > BYTES_PER_TURN) this.share = BYTES_PER_TURN;
  }

  /**
   * A turn has ended.
   * @param ran how many orders it has run.
   * @param size how many wait.
   */
  turnEnded(ran: number, size: number, { waiting, bytes: bytesAway, departed }: OrdersElsewhere): void {
    const bytes = this.#waitingBytes(ran, size) + bytesAway;
    // Orders that wait for another thread count as well: that thread is slower than the sockets.
    const orders = size + waiting;
    const gone = ran + departed - this.#departed;
    this.#departed = departed;
    this.#growShare(size);
    this.full = this.full
      ? orders > this.#lowWaterMark || bytes > MOST_BYTES / 4
      : orders >= this.#highWaterMark || bytes >= MOST_BYTES;
    if (this.full || orders >= CROWDED_FROM) return this.#wait(orders, gone);
    this.turns = this.#turnShare === Infinity ? TURNS_IN_ROTATION : TURNS_IN_CROWD;
    this.#untilTurn = 0;
    return undefined;
  }

  /**
   * The rotation goes on each time that what waits has passed: so what is read comes in no faster than it is done, however many
   * orders it makes; and orders that feed themselves cannot silence the network.
   */
  #wait(orders: number, gone: number): void {
    this.#untilTurn -= gone;
    const passed = this.#untilTurn <= 0;
    this.turns = passed ? TURNS_IN_CROWD : 0;
    if (passed) this.#untilTurn = orders;
  }

  #growShare(size: number): void {
    if (size >= CROWDED_FROM) {
      this.#turnShare = BYTES_PER_TURN;
      this.#calm = 0;
    } else if (this.#turnShare < Infinity && ++this.#calm % TURNS_TO_GROW === 0)
      this.#turnShare = this.#turnShare < LARGEST_SHARE ? this.#turnShare * 2 : Infinity;
    this.share = this.#turnShare;
    this.#inTurn = 0;
  }

  /**
   * How many bytes wait at most: the queue keeps its order, so when as many orders have run as waited at a mark, what came before
   * that mark is done.
   */
  #waitingBytes(ran: number, size: number): number {
    if ((this.#untilMark -= ran) <= 0) {
      this.#untilMark = size;
      this.#bytesBefore = size === 0 ? 0 : this.#bytesSince;
      this.#bytesSince = 0;
    }
    return this.#bytesBefore + this.#bytesSince;
  }
}
