import type { AnyTonic } from '../core/any-tonic.js';
import { Catalyst } from '../core/catalyst.js';
import { checkOptionsOf, takesOptions } from '../core/class-options.js';
import { fail } from '../core/errors.js';
import type { CatalystQueue } from '../core/order-queue.js';
import type { Doorbell } from '../core/parker.js';
import { ofFramework } from '../core/plan.js';
import type { Said, TonicConstructor, With } from '../core/said.js';
import { Interest, type InterestSet } from './interest.js';
import { CROWD, Intake, SHARE } from './intake.js';
import type { Network } from './network.js';
import { nodeNetwork } from './node/node-network.js';
import { NotifyPipe } from './notify-pipe.js';
import { NotifyingQueue } from './notifying-queue.js';
import { Selector } from './selector.js';
import { type SelectorCatalystOptions, readingMarks, selectorCatalystSchema } from './selector-options.js';

export type { SelectorCatalystOptions } from './selector-options.js';

/** How long a turn is, in ms, while peers come: a poll of the kernel accepts one, so each one waits for a poll for each before it. */
const ACCEPTING_TURN = 0.5;

/** After a peer has come, so many turns are as short: one poll can be several turns, and who waits next is not seen. */
const ACCEPTING_TURNS = 32;

/** So many frames of all sockets in the rotation are heard in a turn, and so many of each at least. */
const FRAMES_IN_ROTATION = 1_024;
const FEWEST_FRAMES = 16;

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
  readonly #intake: Intake;
  /** A socket may bring what the intake says while less than so many orders wait. */
  readonly #crowd: number;
  /** So many turns are short. */
  #accepting = 0;
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
    const { limit } = this.queue;
    this.#intake = new Intake(high, low);
    this.#crowd = Math.min(CROWD, limit);
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
    if ((had & Interest.ACCEPT) !== 0) this.#accepting = ACCEPTING_TURNS;
    else if (this.#accepting > 0) this.#accepting--;
    return this.#accepting > 0 ? ACCEPTING_TURN : undefined;
  }

  /**
   * Holds reading back while many orders wait: a flood becomes backpressure on the peers that send it, and not memory, nor a wait
   * for the others.
   *
   * @param ran how many orders this turn has run.
   */
  protected regulateReading(ran: number): void {
    const intake = this.#intake;
    intake.turnEnded(ran, this.queue.size, this.runtime.threads ?? NOTHING_AWAY);
    this.selector.limitReading(intake.turns, intake.full, this.queue.size > CROWD);
  }

  /** @internal Bytes came in with orders. */
  _ttReceived(bytes: number): void {
    this.#intake.received(bytes);
  }

  /**
   * How many bytes a socket may bring in now, each of its orders put; 0 where the queue has no room for one. What it may not, it
   * leaves in its channel, and says `key.again()`.
   * @internal
   */
  get _ttShare(): number {
    const { size } = this.queue;
    if (size < this.#crowd) return this.#intake.share;
    return size < this.queue.limit ? Math.min(this.#intake.share, SHARE) : 0;
  }

  /**
   * How many frames a socket that has more of them may make heard in a turn: few where many have more, so that the turn is short for those
   * who ask for little.
   * @internal
   */
  get _ttFrames(): number {
    return Math.max(FRAMES_IN_ROTATION / Math.max(this.selector.rotated, 1), FEWEST_FRAMES);
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
