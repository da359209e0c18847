import type { AnyTonic } from './any-tonic.js';
import type { ServicePort } from './service-port.js';
import type { Registry, Scheduler } from './scheduler.js';
import { failAnswers, failThrown, failUnheard, noAnswer } from './asking/answer.js';
import { type CatalystOptions, type ThreadOptions, asTonic, catalystSchema } from './options/catalyst-options.js';
import { checkOptionsOf, takesOptions } from './options/class-options.js';
import type { Clock } from './time/clock.js';
import { fail, toError } from './errors.js';
import { unheardBody } from './features/unheard.js';
import { Life, failTonic, failureInfo } from './life.js';
import type { LogService } from './log-port.js';
import { Metrics } from './metrics.js';
import { checkOption, flag, settingsIn } from './options/option-schema.js';
import { type CatalystQueue, OrderQueue } from './queue/order-queue.js';
import { type OrderSource, Order } from './queue/order.js';
import { keepSources } from './queue/own-queue.js';
import { type Doorbell, Parker } from './queue/parker.js';
import { type Plan, type Sparkle, type SparkleBody, ofFramework } from './plan/plan.js';
import { ports } from './ports.js';
import { MOST_RAISES, RaisedQueue } from './queue/raised-queue.js';
import type { Remote } from './plan/remote.js';
import { runAs, running, runEndChecks } from './running.js';
import type { Runtime } from './runtime.js';
import { SelfQueueWatch } from './self-queue-watch.js';
import { settleTransitions } from './state-machine.js';
import type { WaitingOrder, WantedOrder } from './queue/take-back.js';
import { SparkleWatch } from './sparkle-watch.js';
import type { SparkleObserver } from './testbench.js';
import { Timer } from './time/timer.js';
import { TimerQueue } from './time/timer-queue.js';
import { Tonic, renamed } from './tonic.js';
import type { Said, TonicConstructor, With } from './plan/declarations.js';

export type { CatalystOptions, ThreadOptions } from './options/catalyst-options.js';

/** The most orders between two readings of the clock: one reading takes as long as two sparkles. */
const ORDERS_PER_LOOK = 64;

/**
 * A Tonic with a queue and a loop, which runs the sparkles of other Tonics.
 *
 * A subclass may replace its queue (`newCatalystQueue()`) and its loop (`sparkle()`), each on its own.
 */
export class Catalyst<State extends string = never> extends Tonic<State> implements Scheduler {
  /** How its thread is started. */
  static readonly thread?: ThreadOptions;

  /**
   * Whether it finishes by itself when the last Tonic that it has made has finished; timers do not count. By default it
   * runs until its base finishes it.
   */
  static readonly endsWithLastTonic?: boolean;

  /**
   * Starts a thread whose Catalyst is an instance of this class; the Tonic whose sparkle calls it is its base. Calls
   * before the thread runs wait, in order.
   *
   * @param args the arguments of its constructor; they are copied like those of a sparkle.
   * @throws {TaskTonicError} `TT_NO_MODULE` if the class has no `module`; `TT_NOT_TRANSFERABLE`; and as every Tonic.
   */
  static spawn<A extends unknown[], C extends Catalyst<string>>(this: new (...args: A) => C, ...args: A): Remote<C> {
    return ports.threads!.spawn(this, args) as Remote<C>;
  }

  /** As {@link Tonic.with}. */
  declare static with: <C extends TonicConstructor, const State extends string>(
    this: C,
    said: Said<State>,
  ) => With<C, Catalyst<State>>;

  readonly queue: CatalystQueue;
  readonly timers = new TimerQueue();
  /** Counts and times of its sparkles, to find out why the loop is late; off until `metrics.start()`. */
  readonly metrics: Metrics;
  /** The parts of the app: the Ledger of this thread, the configuration and more. */
  readonly runtime: Runtime;
  // Declared only: the queue, made before any field of this class is set up, may want it.
  /** @internal */ declare _ttParker: Parker | undefined;
  /** Whether the loop continues. */
  protected sparkling = false;
  /** How many orders of its queue have run; raised ones are not counted. */
  ran = 0;

  readonly #turnOrders: number;
  /** The limit of this turn: `#turnOrders`, or 0 after a test has ended the turn. */
  #turnBound = 0;
  readonly #turnTime: number;
  readonly #endsWithLast: boolean;
  /** Less than `ORDERS_PER_LOOK` if that many orders would take longer than a turn may. */
  #ordersPerLook = ORDERS_PER_LOOK;
  readonly #watch: SparkleWatch;
  readonly #order = new Order();
  readonly #unsettled: AnyTonic[] = [];
  /** @internal */ _ttSelfQueues = new SelfQueueWatch();
  /** Orders that come before all of the queue. */
  readonly #raised = new RaisedQueue();
  #served = 0;
  /** The Catalyst that lives as long as this one. */
  #servedBy: Catalyst | undefined;
  #started = false;
  #mayLoop = false;

  /** @throws {TaskTonicError} `TT_NO_RUNTIME` outside a Formula, where no base tells the app; `TT_BAD_OPTION`. */
  constructor(options: CatalystOptions = {}) {
    checkOptionsOf(new.target, options);
    const { turnOrders, turnTime, queueLimit } = settingsIn(catalystSchema, options, new.target.name);
    const runtime = running.runtime ?? runtimeOf(options.base ?? running.tonic);
    const isRoot = runtime?.ledger.size === 0;
    super(asTonic(options, isRoot ? runtime.rootName : undefined));
    if (runtime === undefined) throw fail('TT_NO_RUNTIME', { class: this._ttPlan.className });
    Catalyst.#guardLoop(this._ttPlan);
    this.runtime = runtime;
    if (isRoot) this._ttFarBase = runtime.farBase;
    this.#turnOrders = turnOrders;
    this.#turnTime = turnTime;
    const { endsWithLastTonic = false } = new.target;
    checkOption(flag, endsWithLastTonic, this._ttPlan.className, 'endsWithLastTonic');
    this.#endsWithLast = endsWithLastTonic;
    this.queue = this.newCatalystQueue();
    keepSources(this.queue);
    this.queue.limit = queueLimit;
    this.metrics = new Metrics(runtime.clock, this.queue);
    this.#watch = new SparkleWatch(runtime.log, this.metrics, runtime.testbench?.observer);
    if (this._ttBase === undefined && options.logMode === undefined) this._ttLogLevel = runtime.log.level;
    this.timers.onEarlier = () => this.wake();
    runtime.services ??= ports.makeServices!(runtime);
    this._ttEnter();
    if (this._ttCounts) this.#beServed();
    runtime.add(this);
  }

  get clock(): Clock {
    return this.runtime.clock;
  }

  override get thread(): number {
    return this.runtime.thread;
  }

  /** @internal */
  get prefix(): string {
    const { thread } = this.runtime;
    const main = thread === 0 ? undefined : this.runtime.main;
    return main === undefined ? '' : `${main.name}/`;
  }

  override get _ttFullName(): string {
    return (this.runtime.main as unknown) === this ? this.name : super._ttFullName;
  }

  /** @internal */
  get logs(): LogService {
    return this.runtime.log;
  }

  /** @internal */
  get services(): ServicePort {
    return this.runtime.services!;
  }

  override get ledger(): Registry {
    return this.runtime.ledger;
  }

  /** The number of Tonics that it lives for. */
  get served(): number {
    return this.#served;
  }

  /** Where the loop waits; for a subclass that replaces `sparkle()`. */
  protected get parker(): Parker {
    return (this._ttParker ??= new Parker(this.clock));
  }

  /** Ends the wait of the loop, if it waits. */
  protected wake(): void {
    if (this.parker.parked) this.parker.wake();
  }

  /** @internal Ends the wait of the loop, so that paused work continues. */
  _ttWake(): void {
    this.wake();
  }

  /** @internal Takes a message of another thread. A waiting loop continues at once. */
  _ttComesIn(taker: { take(message: unknown): void }, message: unknown): void {
    this.parker.comesIn(taker, message);
  }

  /** @internal The doorbell that the loop polls before it parks. */
  _ttAnswers(doorbell: Doorbell): void {
    this.parker.doorbell = doorbell;
  }

  // ---- The two replaceable parts ----

  /** Makes its queue: called once, by the constructor, before any field of a subclass is there. An order that
   * comes while the loop waits must end the wait: see the waker of an OrderQueue. */
  protected newCatalystQueue(): CatalystQueue {
    return new OrderQueue(this._ttPlan.className, Infinity, this.parker);
  }

  /** Its loop, turn by turn, until it has finished. */
  async sparkle(): Promise<void> {
    while (this.sparkling) {
      const wait = this.queueDueTimers();
      await this.parker.park(this.queue.isEmpty ? wait : 0);
      this.executeOrders();
    }
  }

  // ---- The steps of a turn ----

  /**
   * Queues due timers and returns how long the loop may wait, in ms: until the next timer, `Infinity` without one, and
   * 0 while raised orders wait.
   */
  protected queueDueTimers(): number {
    let wait = Infinity;
    if (this.timers.size > 0) {
      const now = this.clock.now();
      this.timers.queueDue(now);
      wait = Math.max(this.timers.nextAt - now, 0);
    }
    return this.#raised.waits ? 0 : wait;
  }

  /**
   * Runs orders, one at a time and in the order they came, for one turn: at most `turnOrders` of them and about
   * `turnTime`. After each one its transitions are carried out, before the next; what it has raised comes before the queue.
   *
   * @param most a shorter time for this turn, in ms.
   * @returns how many orders of the queue ran.
   */
  protected executeOrders(most = Infinity): number {
    const raised = this.#raised;
    if (this.queue.isEmpty && !raised.waits) return 0;
    const order = this.#order;
    const raisedBefore = raised.taken;
    const start = this.clock.now();
    const turnTime = Math.min(most, this.#turnTime);
    let count = 0;
    let nextLook = this.#ordersPerLook;
    this.#turnBound = this.#turnOrders;
    running.order = order;
    const { threads } = this.runtime;
    // Only the first Catalyst of a thread counts them: orders for other Catalysts count as carried out when they are
    // queued.
    const links = threads?.root === (this as unknown) ? threads : undefined;
    try {
      while (count < this.#turnBound && ((raised.busy && raised.take(order)) || this.queue.take(order))) {
        this.#execute(order);
        if (links !== undefined && order.sourceSparkle?.crossed === true) links.orderRan();
        if (++count < nextLook) continue;
        const took = this.clock.now() - start;
        // It at most doubles: a few quick orders say little about the next ones.
        this.#ordersPerLook = Math.min(ordersWithin(turnTime, count, took), this.#ordersPerLook * 2);
        if (took >= turnTime) break;
        nextLook = count + this.#ordersPerLook;
      }
      if (this.queue.isEmpty) this._ttSelfQueues.paused();
      else this._ttSelfQueues.turnEnded(order, count);
    } finally {
      running.order = undefined;
      running.tonic = undefined;
      running.sparkle = undefined;
      order.tonic = order.source = order.a = order.b = undefined;
      count -= raised.taken - raisedBefore;
      this.ran += count;
      raised.rest();
      // Read again, because an order may have started the first thread.
      this.runtime.threads?.turnEnded();
    }
    return count;
  }

  /** The only place that calls the sparkle of an order. */
  #execute(order: Order): void {
    const tonic = order.tonic!;
    const sparkle = order.sparkle!;
    const body = tonic._ttTable[sparkle.index] ?? this.#unheard(order, tonic, sparkle);
    if (body === undefined) return;
    // Compared before it is written, as in OrderQueue.
    if (running.tonic !== tonic) running.tonic = tonic;
    if (running.sparkle !== sparkle) running.sparkle = sparkle;
    if (this.#watch.watches(tonic)) this.#executeWatched(order, tonic, sparkle, body);
    else this.#call(order, tonic, sparkle, body);
    if (this.#unsettled.length > 0) this.#settleAll();
  }

  /**
   * The state has no method for it; or it is a ticket, which stands for the oldest waiting call.
   * @returns what runs in its place, if anything.
   */
  #unheard(order: Order, tonic: AnyTonic, sparkle: Sparkle): SparkleBody | undefined {
    const { _ttPlan, _ttExtras } = tonic;
    if (sparkle === _ttPlan.ticket) {
      if (_ttExtras?.inbox?.take(order) === true) this.#execute(order);
      return undefined;
    }
    const body = unheardBody(tonic, sparkle);
    if (body === undefined) failUnheard(order);
    return body;
  }

  #call(order: Order, tonic: AnyTonic, sparkle: Sparkle, body: SparkleBody): void {
    try {
      const sparkled = apply(body, tonic, order.count, order.a, order.b);
      if (running.endChecks !== undefined) runEndChecks();
      if (sparkled !== undefined) this.#checkResult(sparkled, tonic, sparkle);
    } catch (thrown) {
      const error = toError(thrown);
      const isTaken = failThrown(order, error);
      if (this.#raised.busy) this.#dropRaised(tonic, sparkle, error);
      this.#failed(tonic, error, sparkle.key, isTaken);
    }
  }

  /** As `#execute`, with measurements for observers. */
  #executeWatched(order: Order, tonic: AnyTonic, sparkle: Sparkle, body: SparkleBody): void {
    const watch = this.#watch;
    const { observer } = watch;
    const state = tonic._ttState;
    const gathered = watch.begins(tonic, sparkle);
    const start = this.clock.now();
    const { logTime } = watch;
    watch.hookTime = 0;
    observer?.entered(this, tonic, sparkle, order, order.a, order.b);
    this.#call(order, tonic, sparkle, body);
    const ms = Math.max(this.clock.now() - start - watch.hookTime - (watch.logTime - logTime), 0);
    watch.ran(tonic, sparkle, order, state, ms, order.queuedAt === 0 ? 0 : start - order.queuedAt, gathered);
    if (observer !== undefined) this.#carriedOut(observer);
  }

  /** An observer sees an order with its transitions, before the loop continues. */
  #carriedOut(observer: SparkleObserver): void {
    if (this.#unsettled.length > 0) this.#settleAll();
    if (observer.carriedOut()) this.#turnBound = 0;
  }

  /** @internal */
  runHook(tonic: AnyTonic, key: string, a?: unknown, b?: unknown): Error | undefined {
    const sparkle = tonic._ttPlan.sparkles.get(key);
    const body = sparkle === undefined ? undefined : tonic._ttTable[sparkle.index];
    if (sparkle === undefined || body === undefined) return undefined;
    const { tonic: outerTonic, sparkle: outerSparkle, endChecks: left } = running;
    const state = tonic._ttState;
    const watch = this.#watch;
    const watched = watch.watches(tonic);
    const gathered = watched && watch.begins(tonic, sparkle);
    const start = watched ? this.clock.now() : 0;
    const { logTime } = watch;
    running.tonic = tonic;
    running.sparkle = sparkle;
    running.endChecks = undefined;
    const { mark } = this.#raised;
    watch.observer?.entered(this, tonic, sparkle, undefined, a, b);
    try {
      const sparkled = apply(body, tonic, 2, a, b);
      if (running.endChecks !== undefined) runEndChecks();
      if (sparkled !== undefined) this.#checkResult(sparkled, tonic, sparkle);
      return undefined;
    } catch (thrown) {
      watch.threw(gathered);
      this.#finishInfused(tonic);
      const error = toError(thrown);
      if (this.#raised.busy) this.#dropRaised(tonic, sparkle, error, mark);
      watch.observer?.threw(error);
      return error;
    } finally {
      running.tonic = outerTonic;
      running.sparkle = outerSparkle;
      running.endChecks = left;
      if (watched) {
        const ms = Math.max(this.clock.now() - start - (watch.logTime - logTime), 0);
        watch.hookTime += ms;
        watch.ran(tonic, sparkle, this.#order, state, ms, 0, gathered);
      }
      watch.observer?.left();
    }
  }

  // ---- Failures ----

  /** @param isTaken whether an argument of the sparkle fails instead of its Tonic. */
  #failed(tonic: AnyTonic, error: Error, key: string | undefined, isTaken: boolean): void {
    this.#watch.observer?.threw(error);
    this.#finishInfused(tonic);
    failTonic(tonic, error, failureInfo(key, tonic), isTaken);
  }

  /** Finishes the infusions of a sparkle that threw, because nothing references them. */
  #finishInfused(tonic: AnyTonic): void {
    const { endChecks: left } = running;
    running.endChecks = undefined;
    for (const infusion of left?.infused ?? []) if (infusion._ttBase === tonic) infusion.ttsc__finish();
  }

  #checkResult(result: unknown, tonic: AnyTonic, sparkle: Sparkle): void {
    if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
    this.logs.warn(tonic, fail('TT_ASYNC_SPARKLE', { class: tonic._ttPlan.className, key: sparkle.key }));
    (result as PromiseLike<unknown>).then(undefined, (reason: unknown) => {
      // A Tonic that has finished cannot fail any more, but its error is logged.
      if (tonic._ttLife === Life.ended) hookFailed(tonic, toError(reason), sparkle.key);
      else tonic._ttss__throw(toError(reason), sparkle.key);
    });
  }

  // ---- Raised orders and hooks ----

  /** @internal */
  settle(tonic: AnyTonic): void {
    this.#unsettled.push(tonic);
  }

  /** @internal */
  raiseEvent(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    // No user called it: an exception would reach the code that received data for a socket.
    if (this.#raised.nextDepth > MOST_RAISES) tonic._ttss__throw(raisesForEver(tonic, sparkle), sparkle.key);
    else this.#raise(tonic, sparkle, count, a, b, false);
  }

  /** @internal */
  raiseOwn(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    if (this.#raised.nextDepth > MOST_RAISES) throw raisesForEver(tonic, sparkle);
    this.#raise(tonic, sparkle, count, a, b, true);
  }

  /**
   * Takes back the waiting orders of a Tonic: postponed ones, raised ones, then those of the queue.
   * @internal
   */
  _ttTakeBack(tonic: AnyTonic, isWanted: WantedOrder): WaitingOrder[] {
    return [
      ...(tonic._ttExtras?.postponed?.takeOut(isWanted) ?? []),
      ...this.#raised.takeBack(isWanted),
      ...(this.queue.takeBack?.(isWanted) ?? []),
    ];
  }

  /** @internal */
  follow(source: OrderSource): void {
    this.#raised.follow(source);
  }

  #raise(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown, own: boolean): void {
    const queuedAt = this.queue.stampWith?.now() ?? 0;
    this.#raised.put(tonic, sparkle, count, a, b, queuedAt, own);
    if (running.order !== this.#order) this.wake();
  }

  #dropRaised(tonic: AnyTonic, sparkle: Sparkle, cause: Error, mark?: number): void {
    const error = (): Error => noAnswer('TT_ASK_FAILED', tonic, sparkle.key, cause);
    this.#raised.drop(tonic, sparkle, (args) => failAnswers(args, error), mark);
  }

  #settleAll(): void {
    const unsettled = this.#unsettled;
    for (let at = 0; at < unsettled.length; at++) {
      settleTransitions(unsettled[at]!, hookFailed);
    }
    // `length = 0` would free the list's memory, and the next transition would allocate it again.
    while (unsettled.length > 0) unsettled.pop();
  }

  // ---- Its life ----

  /** @internal */
  enter(tonic: AnyTonic, name: string | undefined): number {
    if (tonic._ttCounts) this.#served++;
    return this.runtime.ledger.enter(tonic, name);
  }

  /** The Catalyst of its base lives as long as this one. */
  #beServed(): void {
    this._ttCounts = false;
    this.#served--;
    const by = this._ttBase!._ttScheduler;
    if (!(by instanceof Catalyst)) return;
    this.#servedBy = by as Catalyst;
    this.#servedBy.#served++;
  }

  #serveOneLess(): void {
    if (--this.#served === 0) this.#finishSelf();
  }

  /** @internal */
  leave(tonic: AnyTonic, id: number, name: string | undefined): void {
    if (tonic._ttExtras?.uses !== undefined || tonic._ttPlan.service !== undefined) this.services.left(tonic);
    this.runtime.ledger.leave(id, name);
    this.runtime.threads?.left(tonic);
    if (tonic._ttCounts) this.#serveOneLess();
    if ((tonic as unknown) !== this) return;
    this.sparkling = false;
    if (this.runtime.main === (this as unknown)) this.services.ending?.close();
    this.runtime.remove(this);
    if (this.#servedBy !== undefined) this.#servedBy.#serveOneLess();
    this.wake();
  }

  /** Its last Tonic has finished, so it finishes as well. */
  #finishSelf(): void {
    runAs(this, () => this.ttsc__finish());
  }

  /** @internal */
  override _ttHoldsEnd(): boolean {
    return this.services.ending?.holdsEnd(this) === true;
  }

  /** @internal */
  override _ttInfusionLeft(infusion: AnyTonic): void {
    if (!this.#endsWithLast || infusion instanceof Timer || this._ttLife !== Life.running) return;
    if (![...this.infusions].some((other) => !(other instanceof Timer))) this.#finishSelf();
  }

  /** @internal As a sparkle of its own. Without it an app that starts without any Tonic would never end. */
  _ttFinishIfIdle(): void {
    if (this.#served === 0 && this.infusions.size === 0 && !this._ttPlan.has('ttse__onStart')) this.ttsc__finish();
  }

  // ---- Its loop ----

  /** @internal A Catalyst is its own scheduler. */
  override _ttOwnLoop(): Scheduler {
    return this;
  }

  /** @internal Runs the loop; resolves when the Catalyst has finished. */
  async startSparkling(): Promise<void> {
    if (this.#started) throw fail('TT_ALREADY_SPARKLING', { catalyst: this.name });
    this.#started = this.#mayLoop = true;
    this.sparkling = !this.finished;
    try {
      await this.sparkle();
    } catch (thrown) {
      throw fail('TT_LOOP_BROKEN', { catalyst: this.name }, thrown);
    } finally {
      this.closeLoop();
    }
  }

  /** Makes sure that the loop of a class is started only once: `sparkle()` is no command for users. */
  static #guardLoop(plan: Plan): void {
    const layer = plan.layer.prototype as object;
    if (Object.hasOwn(layer, 'sparkle')) return;
    const { sparkle: loop } = layer as Catalyst;
    const value = function (this: Catalyst, key?: string): unknown {
      if (key !== undefined) throw renamed(key);
      if (!this.#mayLoop) throw fail('TT_ALREADY_SPARKLING', { catalyst: this.name });
      this.#mayLoop = false;
      return loop.call(this);
    };
    Object.defineProperty(layer, 'sparkle', { value, configurable: true });
  }

  /** Releases the resources of the loop after its end. */
  protected closeLoop(): void {
    this._ttParker?.close();
  }
}
ofFramework(Catalyst);
takesOptions(Catalyst, catalystSchema);

/** How many orders may run before the clock is read again, if `count` of them took so long: at most one turn. */
function ordersWithin(turnTime: number, count: number, took: number): number {
  return Math.min(Math.max(Math.floor((count * turnTime) / took), 1), ORDERS_PER_LOOK);
}

function raisesForEver(tonic: AnyTonic, sparkle: Sparkle): Error {
  return fail('TT_RAISES_FOR_EVER', { tonic: tonic.name, sparkle: sparkle.key, count: MOST_RAISES + 1 });
}

function hookFailed(tonic: AnyTonic, error: Error, key: string | undefined): void {
  failTonic(tonic, error, failureInfo(key, tonic));
}

function apply(body: SparkleBody, tonic: AnyTonic, count: number, a: unknown, b: unknown): unknown {
  const call = body as (this: AnyTonic, ...args: unknown[]) => unknown;
  switch (count) {
    case 0:
      return call.call(tonic);
    case 1:
      return call.call(tonic, a);
    case 2:
      return call.call(tonic, a, b);
    default:
      return call.apply(tonic, a as unknown[]);
  }
}

function runtimeOf(tonic: AnyTonic | undefined): Runtime | undefined {
  const scheduler = tonic?._ttScheduler;
  return scheduler instanceof Catalyst ? scheduler.runtime : undefined;
}
