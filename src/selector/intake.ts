/** With more bytes than this read and not handled, reading is held back too: a few orders may carry much. */
const MOST_BYTES = 32 * 1024 * 1024;

/** With so many orders waiting it is crowded: who sends much must not make those wait who send little. */
export const CROWD = 256;

/** So many bytes a socket brings in a turn while it is crowded: a chunk of 64 KiB can be a thousand orders, or more. */
export const SHARE = 2 * 1024;

/** After so many turns that were not crowded a share is twice as large; one that is more than what is read at once is none. */
const TURNS_TO_GROW = 4;
const LARGEST_SHARE = 64 * 1024;

/** So many of those that have more than their share read in one turn. */
const TURNS_IN_ROTATION = 64;
const TURNS_IN_CROWD = 16;

/** What waits in other places than the own queue: orders for other threads. */
export interface Away {
  /** Orders that wait here for another thread to take them. */
  readonly waiting: number;
  /** Bytes of these and of those that are on their way. */
  readonly bytes: number;
  /** Orders that have left so far. */
  readonly departed: number;
}

/**
 * How much the sockets of a Catalyst may bring in, so that a flood becomes backpressure on the peers that send it, and neither memory
 * nor a wait for the others.
 *
 * ```text
 *   orders   0 ...... 256 ............. high-water mark ............. twice that
 *   share    all      2 KiB a turn      2 KiB a turn                  2 KiB a turn
 *   rotation 64       16                64 when the queue has passed  64 when the queue has passed
 *   others   at once  at once           at once                       go into the rotation
 * ```
 *
 * In the rotation are sockets that had their share and have more. *Others* had nothing waiting: they are served before those, so that
 * a flood of others does not hold back who asks for little.
 */
export class Intake {
  /** How many bytes a socket may bring in this turn; it says more where {@link CROWD} orders wait. */
  share = Infinity;
  /** How many sockets of the rotation come with the next turn. */
  turns = TURNS_IN_ROTATION;
  /** Whether everybody goes into the rotation. */
  full = false;
  readonly #highWaterMark: number;
  readonly #lowWaterMark: number;
  #holding = false;
  /** Turns since it was crowded. */
  #calm = 0;
  /** While it is held back: how many orders run before the rotation goes on. */
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
  }

  /**
   * A turn has ended.
   * @param ran how many orders it has run.
   * @param size how many wait.
   */
  turnEnded(ran: number, size: number, { waiting, bytes: bytesAway, departed }: Away): void {
    const bytes = this.#waitingBytes(ran, size) + bytesAway;
    // What waits for another thread to take it counts as well: that thread is slower than what comes.
    const orders = size + waiting;
    const gone = ran + departed - this.#departed;
    this.#departed = departed;
    this.#growShare(size);
    const few = this.#holding
      ? orders <= this.#lowWaterMark && bytes <= MOST_BYTES / 4
      : orders < this.#highWaterMark && bytes < MOST_BYTES;
    this.full = orders >= this.#highWaterMark * 2 || bytes >= MOST_BYTES * 2;
    if (few) {
      this.#holding = false;
      this.turns = this.share === Infinity ? TURNS_IN_ROTATION : TURNS_IN_CROWD;
    } else this.#hold(orders, gone);
  }

  /**
   * A bounded number reads each time that what waits has passed: so what is read comes in no faster than it is done, however many
   * orders it makes; and orders that feed themselves cannot silence the network.
   */
  #hold(orders: number, gone: number): void {
    this.#untilTurn -= gone;
    const passed = !this.#holding || this.#untilTurn <= 0;
    this.#holding = true;
    this.turns = passed ? TURNS_IN_ROTATION : 0;
    if (passed) this.#untilTurn = orders;
  }

  #growShare(size: number): void {
    if (size >= CROWD) {
      this.share = SHARE;
      this.#calm = 0;
    } else if (this.share < Infinity && ++this.#calm % TURNS_TO_GROW === 0)
      this.share = this.share < LARGEST_SHARE ? this.share * 2 : Infinity;
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
