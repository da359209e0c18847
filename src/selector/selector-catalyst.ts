import type { AnyTonic } from '../core/any-tonic.js';
import { Catalyst, type CatalystOptions } from '../core/catalyst.js';
import { fail } from '../core/errors.js';
import type { CatalystQueue } from '../core/order-queue.js';
import type { Doorbell } from '../core/parker.js';
import { ofFramework } from '../core/plan.js';
import { Interest } from './interest.js';
import type { Network } from './network.js';
import { nodeNetwork } from './node/node-network.js';
import { NotifyPipe } from './notify-pipe.js';
import { NotifyingQueue } from './notifying-queue.js';
import { Selector } from './selector.js';

/** With more bytes than this read and not handled, reading is held back too: a few orders may carry much. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Options of a {@link SelectorCatalyst}. */
export interface SelectorCatalystOptions extends CatalystOptions {
  /** Where sockets come from. Default: Node's; under a Distiller, its own. */
  readonly network?: Network | undefined;
  /** With more orders than this waiting, reading from sockets is held back. Default 10,000. */
  readonly highWaterMark?: number | undefined;
  /** With less than this waiting, all sockets read again. Default 2,000, at most `highWaterMark`. */
  readonly lowWaterMark?: number | undefined;
}

/**
 * A Catalyst whose loop waits on a Selector instead of on its queue: what arrives on a socket and what is put on the queue
 * wake the same loop, and one thread handles both in a known order.
 */
export class SelectorCatalyst<State extends string = never> extends Catalyst<State> {
  /** The network that its Tonics open sockets with. */
  readonly network: Network;
  readonly #highWaterMark: number;
  readonly #lowWaterMark: number;
  #holding = false;
  /** While it is held back: how many orders run before the next share of the channels reads. */
  #untilShare = 0;
  /** Orders that had left for other threads when that was counted. */
  #departed = 0;
  /** Bytes that came with orders since the last mark in the queue, and before it; and how many orders run until that mark. */
  #bytesSince = 0;
  #bytesBefore = 0;
  #untilMark = 0;
  // Declared only: the queue, made before any field of this class is set up, needs it.
  /** @internal */ declare _ttSelector: Selector | undefined;

  /** @throws {TaskTonicError} as a Catalyst; `TT_BAD_OPTION` for water marks. */
  constructor(options: SelectorCatalystOptions = {}) {
    super(options);
    this.selector.onHandlerError = (error) =>
      this.logs.failure(this, error, { sparkle: undefined, state: undefined, source: undefined });
    const { testbench } = this.runtime;
    this.network = options.network ?? (testbench?.network as Network | undefined) ?? nodeNetwork;
    const { highWaterMark = 10_000, lowWaterMark = Math.min(2_000, highWaterMark) } = options;
    this.#highWaterMark = this.#checked('highWaterMark', highWaterMark, Infinity);
    this.#lowWaterMark = this.#checked('lowWaterMark', lowWaterMark, highWaterMark);
  }

  /**
   * The one that a Tonic lives on: `SelectorCatalyst.of(this).selector.register(channel, Interest.READ, this.sparkle('ttse__onReadable'))`.
   *
   * @param className who needs one, for the error.
   * @throws {TaskTonicError} `TT_NEEDS_SELECTOR`
   */
  static of(tonic: AnyTonic, className = tonic._ttPlan.className): SelectorCatalyst<string> {
    const catalyst = tonic._ttScheduler;
    if (catalyst instanceof SelectorCatalyst) return catalyst as SelectorCatalyst<string>;
    throw fail('TT_NEEDS_SELECTOR', { class: className, catalyst: catalyst.name });
  }

  /** Where its loop waits, and where channels are registered. */
  get selector(): Selector {
    return (this._ttSelector ??= new Selector(this.clock, this.runtime.testbench?.shuffle));
  }

  protected override newCatalystQueue(): CatalystQueue {
    const pipe = new NotifyPipe();
    this.selector.register(pipe, Interest.READ, pipe);
    return new NotifyingQueue(this._ttPlan.className, this.selector, pipe);
  }

  override async sparkle(): Promise<void> {
    while (this.sparkling) {
      const wait = this.queueDueTimers();
      const ready = await this.selector.select(this.queue.isEmpty ? wait : 0);
      for (const key of ready) key.dispatch();
      const ran = this.executeOrders();
      this.selector.flush();
      this.regulateReading(ran);
    }
  }

  /**
   * Holds reading back while too many orders wait: a flood becomes backpressure on the peers, and not memory. A share of the
   * channels still reads, another one each time that the queue has passed: so what is read comes in no faster than it is done,
   * however many orders it makes.
   *
   * @param ran how many orders this turn has run.
   */
  protected regulateReading(ran: number): void {
    const { size } = this.queue;
    const bytes = this.#waitingBytes(ran, size);
    // What waits for another thread to take it counts as well: that thread is slower than what comes.
    const { waiting = 0, departed = 0 } = this.runtime.threads ?? {};
    const orders = size + waiting;
    const few = this.#holding
      ? orders <= this.#lowWaterMark && bytes <= MOST_BYTES / 4
      : orders < this.#highWaterMark && bytes < MOST_BYTES;
    if (few) {
      if (this.#holding) this.selector.holdReading((this.#holding = false));
      return;
    }
    this.#untilShare -= ran + departed - this.#departed;
    this.#departed = departed;
    if (this.#holding && this.#untilShare > 0) return;
    this.selector.holdReading((this.#holding = true));
    this.#untilShare = orders;
  }

  /** @internal Bytes came in with orders. */
  _ttReceived(bytes: number): void {
    this.#bytesSince += bytes;
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

  /** @internal */
  override _ttAnswers(doorbell: Doorbell): void {
    this.selector.answers(doorbell);
  }

  protected override wake(): void {
    if (this.selector.parked) this.selector.wakeup();
  }

  protected override closeLoop(): void {
    super.closeLoop();
    this.selector.flush();
    this.selector.close();
  }

  #checked(option: string, value: number, most: number): number {
    if (typeof value === 'number' && value > 0 && value <= most) return value;
    const problem = `it is ${String(value)}, and must be more than 0${most === Infinity ? '' : ` and at most ${most}`}`;
    throw fail('TT_BAD_OPTION', { class: this._ttPlan.className, option, problem });
  }
}
ofFramework(SelectorCatalyst);
