/** With more bytes than this read and not handled, reading is held back too: a few orders may carry much. */
const MOST_BYTES = 32 * 1024 * 1024;

/** With so many orders waiting it is crowded: who sends much must not make those wait who send little. */
export const CROWDED_FROM = 256;

/** So many bytes a socket brings in a turn while it is crowded: a chunk of 64 KiB can be a thousand orders, or more. */
export const BYTES_PER_TURN = 2 * 1024;

/** After so many turns that were not crowded a share is twice as large; one that is more than what is read at once does not limit. */
const TURNS_TO_GROW = 4;
const LARGEST_SHARE = 64 * 1024;

/** When so many bytes have come in a turn, the others bring a share: nobody knows yet how many orders they make. */
const BURST = 1024 * 1024;

/** So many of those that have more than their share read in one turn. */
const TURNS_IN_ROTATION = 64;
const TURNS_IN_CROWD = 16;

/** What waits in other places than the own queue: orders for other threads. */
export interface OrdersElsewhere {
  /** Orders that wait here for another thread to take them. */
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
  /** What a turn begins with. */
  #turnShare = Infinity;
  /** Bytes that came in this turn. */
  #inTurn = 0;
  /** How many sockets of the rotation come with the next turn. */
  turns = TURNS_IN_ROTATION;
  /** Whether everybody goes into the rotation: from the high-water mark until the low one. */
  full = false;
  readonly #highWaterMark: number;
  readonly #lowWaterMark: number;
  /** Turns since it was crowded. */
  #calm = 0;
  /** How many orders run before the rotation goes on. */
  #untilTurn = 0;
  /** Orders that had left for other threads when that was counted. */
  #departed = 0;
  /** Bytes that came with orders since the last mark in the queue, and before it; and how many orders run until that mark. */
  #bytesSince = 0;
  #bytesBefore = 0;
  #untilMark = 0;

  constructor(highWaterMark: number, lowWaterMark: number) {
    this.#highWaterMark = highWaterMark;
    this.#lowWaterMark = lowWaterMark;
  }

  /** Bytes came in with orders. */
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
    // What waits for another thread to take it counts as well: that thread is slower than what comes.
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
