import type { AnyTonic } from '../core/any-tonic.js';
import { Catalyst } from '../core/catalyst.js';
import { checkOptionsOf, takesOptions } from '../core/options/class-options.js';
import { fail } from '../core/errors.js';
import type { CatalystQueue } from '../core/queue/order-queue.js';
import type { Doorbell } from '../core/queue/parker.js';
import { ofFramework } from '../core/plan/plan.js';
import type { Said, TonicConstructor, With } from '../core/plan/declarations.js';
import { type InterestSet, Interest } from './interest.js';
import type { Network } from './network.js';
import { nodeNetwork } from './node/node-network.js';
import { NotifyPipe } from './notify-pipe.js';
import { NotifyingQueue } from './notifying-queue.js';
import { ReadingGate } from './reading-gate.js';
import { Selector } from './selector.js';
import { type SelectorCatalystOptions, readingMarks, selectorCatalystSchema } from './selector-options.js';

export type { SelectorCatalystOptions } from './selector-options.js';

const NOTHING_AWAY = { waiting: 0, bytes: 0, departed: 0 };

/**
 * A Catalyst whose loop waits on a Selector instead of on its queue: what arrives on a socket and what is put on the queue
 * wake the same loop, and one thread handles both in a known order.
 */
export class SelectorCatalyst<State extends string = never> extends Catalyst<State> {
  /** As {@link Tonic.with}. */
  declare static with: <C extends TonicConstructor, const State extends string>(
    this: C,
    said: Said<State>,
  ) => With<C, SelectorCatalyst<State>>;

  /** The network that its Tonics open sockets with. */
  readonly network: Network;
  /** @internal How much its sockets may bring in. */ readonly _ttGate: ReadingGate;
  // Declared only: the queue, made before any field of this class is set up, needs it.
  /** @internal */ declare _ttSelector: Selector | undefined;

  /** @throws {TaskTonicError} as a Catalyst; `TT_BAD_OPTION` for water marks. */
  constructor(options: SelectorCatalystOptions = {}) {
    checkOptionsOf(new.target, options);
    const { high, low } = readingMarks(options, new.target.name);
    super(options);
    this.selector.onHandlerError = (error) =>
      this.logs.failure(this, error, { sparkle: undefined, state: undefined, source: undefined });
    const { testbench } = this.runtime;
    this.network = options.network ?? (testbench?.network as Network | undefined) ?? nodeNetwork;
    this._ttGate = new ReadingGate(this.queue, this.selector, high, low);
  }

  /**
   * The one that a Tonic lives on: `SelectorCatalyst.of(this).selector.register(channel, Interest.READ, this.bind('ttse__onReadable'))`.
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
      let had: InterestSet = Interest.NONE;
      for (const key of ready) had |= key.dispatch();
      const ran = this.executeOrders(this.turnTime(had));
      this.selector.flush();
      this.regulateReading(ran);
    }
  }

  /**
   * How long the turn may be, in ms, where that is less than `turnTime`.
   *
   * @param had what channels were ready with.
   */
  protected turnTime(had: InterestSet): number | undefined {
    return this._ttGate.turnTime(had);
  }

  /**
   * Holds reading back while many orders wait: a flood becomes backpressure on the peers that send it, and not memory, nor a wait
   * for the others.
   *
   * @param ran how many orders this turn has run.
   */
  protected regulateReading(ran: number): void {
    this._ttGate.turnEnded(ran, this.runtime.threads ?? NOTHING_AWAY);
  }

  /** @internal */
  override _ttComesIn(taker: { take(message: unknown): void }, message: unknown): void {
    this.selector.comesIn(taker, message);
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
}
ofFramework(SelectorCatalyst);
takesOptions(SelectorCatalyst, selectorCatalystSchema);
