import { INSPECT } from './lazy-node.js';
import type {
  AnyTonic,
  FailureInfo,
  InfusionFailure,
  InfusionInfo,
  RemoteHandle,
  Source,
  UnheardCommand,
} from './any-tonic.js';
import type { Registry, Scheduler } from './scheduler.js';
import { type Ending, type Target, NONE } from './tonic-inside.js';
import type { AskOptions } from './asking/ask.js';
import { type Asks, asking } from './asking/asking.js';
import { type BoundSparkle, type SparkleKey, describe, isBound } from './plan/bound-sparkle.js';
import { checkOptionsOf, takesOptions } from './options/class-options.js';
import type { ChangedValue, Configuration, ConfigurationChange } from './configuration.js';
import { fail, toError } from './errors.js';
import { type Extras, type InboxCounts, extrasOf } from './features/extras.js';
import { type Raisable, type Sparkles, genericOf, raiserOf } from './plan/sparkle-callers.js';
import { type HeardEvents, EVENTS } from './plan/heard-events.js';
import { defaultNameOf } from './ledger.js';
import {
  Life,
  beginFinish,
  endIfNothingHolds,
  failTonic,
  failureInfo,
  overdue,
  partDrained,
  tellNow,
  userDrained,
} from './life.js';
import type { LogLane } from './log-lane.js';
import { type LogMode, LogLevel } from './log-level.js';
import type { Remote } from './plan/remote.js';
import { endChecks, running } from './running.js';
import { type PipeOptions, checkPipe, pipe, responderOf } from './asking/pipe.js';
import { type Sparkle, type SparkleBinder, type Table, BINDER, ofFramework, sparkleNameOf } from './plan/plan.js';
import { receive } from './features/inbox.js';
import type { InboxLimit } from './options/inbox-options.js';
import { postpone } from './features/postpone.js';
import { type Responder, isResponder } from './asking/reply.js';
import { type StateTimeoutInfo, beginsWithTimeouts, giveTimeout } from './features/state-timeout.js';
import { type SuperviseOptions, Supervised } from './features/supervised.js';
import { type Said, type TonicConstructor, type With, withDeclarations } from './plan/declarations.js';
import type { Task } from './features/task.js';
import { type UsedAs, USED } from './used.js';
import type { ShutdownInfo } from './shutdown.js';
import { TonicLog } from './tonic-log.js';
import {
  type TonicOptions,
  type TransitionOptions,
  DRAIN_TIMEOUT,
  NO_OPTIONS,
  NO_TRANSITION,
  TonicSettings,
  levelOf,
  tonicSchema,
  transitionCheck,
} from './options/tonic-options.js';
import { TonicRoot } from './plan/tonic-root.js';

const NOTHING_WAITS: InboxCounts = { orders: 0, bytes: 0, dropped: 0, refused: 0 };
const NO_QUESTIONS = { open: 0, late: 0 } as const;
const NO_INFUSIONS: ReadonlySet<AnyTonic> = new Set<AnyTonic>();

/**
 * A state machine whose methods are queued and run one at a time, by the Catalyst it lives on.
 *
 * A method named `ttsc__x` (command) or `ttse__x` (event) is a sparkle: calling it puts an order on the queue. Named
 * `ttsc_open__x`, it runs only in state `open`.
 *
 * @typeParam State the names of its states, such as `'locked' | 'open'`.
 */
export class Tonic<State extends string = never> extends TonicRoot implements AnyTonic {
  /** Its states. If given, a method for another state, or a transition to one, is refused. */
  static readonly states?: readonly string[];
  /**
   * Groups of states: `{ command: ['ready', 'mail'] }` makes `ttsc_command__quit` run in both states, unless they have
   * a method of their own.
   */
  static readonly groups?: Readonly<Record<string, readonly string[]>>;
  /**
   * The events that this class adds to those of the framework. If given, a `ttse` method for another event is refused.
   */
  static readonly events?: readonly string[];
  /** Prefixes of sparkles that this class adds, each with a function that handles calls of such a sparkle. */
  static readonly prefixes?: Readonly<Record<string, SparkleBinder>>;
  /**
   * The name of the service that this class implements: one instance exists in the app, and `this.use()` returns its
   * handle. An abstract class for a service has the name as {@link abstractService}.
   */
  static readonly service?: string;
  /** The name of the service that subclasses of this abstract class implement. */
  static readonly abstractService?: string;
  /** How often a failed service is restarted within a time window in ms. Default: 3 within 60,000. */
  static readonly supervision?: Pick<SuperviseOptions, 'limit' | 'within'>;
  /** The module from which another thread loads the class: `static override readonly module = import.meta.url`. */
  static readonly module?: string;
  /** How long its states may last, in ms; after that `ttse__onStateTimeout` is called. */
  static readonly stateTimeouts?: Readonly<Record<string, number>>;
  /** The most open questions; one more throws `TT_ASK_FULL`. Default 10,000. */
  static readonly questionLimit?: number;
  /** The most postponed orders; one more throws `TT_POSTPONE_FULL`. Default 1,000. */
  static readonly postponeLimit?: number;
  /** The most calls that may wait for it, and what happens to one more: `{ orders: 100, policy: 'drop-oldest' }`. Default: no bound of its own. */
  static readonly inboxLimit?: InboxLimit;
  /** @internal */
  static readonly [BINDER]?: SparkleBinder;
  /** @internal What `use()` gives to a Tonic of this thread, in place of the handle. */
  static readonly [USED]?: (user: AnyTonic, handle: RemoteHandle) => unknown;
  /** @internal */
  static readonly [EVENTS]: HeardEvents = {
    events: [
      'onStart', 'onEnter', 'onExit', 'onStateTimeout', 'onUnheard', 'onDraining', 'onFinished', 'onFailure',
      'onInfusionFinished', 'onInfusionFailed',
      'onConfigurationChanged', 'onShutdown',
    ], // prettier-ignore
  };

  /**
   * Lists the states of a class, for the compiler and for checks at run time:
   * `class Door extends Tonic.with({ states: ['locked', 'open'] })`. The new class extends the one on which this is
   * called.
   */
  static with<C extends TonicConstructor, const State extends string>(
    this: C,
    said: Said<State>,
  ): With<C, Tonic<State>> {
    return withDeclarations(this, said) as unknown as With<C, Tonic<State>>;
  }

  /** The Tonic that made it. A subclass may declare its type: `declare readonly base: Main`. */
  declare readonly base: AnyTonic | RemoteHandle | undefined;

  /**
   * The configuration of the app. A subclass may declare its type:
   * `declare readonly config: ConfigurationOf<Settings>`.
   */
  declare readonly config: Configuration;

  /** @internal */ readonly _ttScheduler: Scheduler;
  /** @internal The table of the state that holds. */
  _ttTable: Table;
  /** @internal */ _ttState: string | undefined = undefined;
  /** @internal The transition that waits for the end of the sparkle. */
  _ttTarget: Target = NONE;
  /** @internal */ _ttLife: number = Life.running;
  /** @internal */ _ttId = -1;
  /** @internal */ _ttName: string | undefined;
  /** @internal */ _ttBase: AnyTonic | undefined;
  /** @internal The base of a thread's Catalyst, in another thread. */
  declare _ttFarBase: RemoteHandle | undefined;
  /** @internal Whether its Catalyst lives as long as it does. */
  _ttCounts = false;
  /** @internal */ _ttLogLevel: number = LogLevel.quiet;
  /** @internal */ _ttLog: TonicLog | undefined = undefined;
  /** @internal */ readonly _ttDrainTimeout: number;
  /** @internal */ _ttInfusions: Set<AnyTonic> | undefined = undefined;
  /** @internal */ _ttEnding: Ending | undefined = undefined;

  /** @internal */ _ttExtras: Extras | undefined = undefined;

  // ---- Events that a subclass may define ---- They return `void | undefined`: a method that returns a promise is
  // assignable to `void`, but not to this, so an async one does not compile.

  /** The first sparkle, queued by the constructor. */
  ttse__onStart?(): void | undefined;
  /** Called on entering a state that has no `onEnter` of its own. */
  ttse__onEnter?(): void | undefined;
  /** Called on leaving a state that has no `onExit` of its own. */
  ttse__onExit?(): void | undefined;
  /** The current state has lasted as long as its timeout. */
  ttse__onStateTimeout?(info: StateTimeoutInfo): void | undefined;
  /** A signal ends the app. All Tonics get this event first; they begin to finish after `shutdown.drainDelay`. */
  ttse__onShutdown?(info: ShutdownInfo): void | undefined;
  /**
   * It finishes: do the remaining work, then call `this.drained()`. Without this event it goes on to its end at once.
   */
  ttse__onDraining?(): void | undefined;
  /** The last sparkle of this Tonic. */
  ttse__onFinished?(): void | undefined;
  /** A sparkle of this Tonic threw. With this event it goes on, unless it finishes itself here. */
  ttse__onFailure?(error: Error, info: FailureInfo): void | undefined;
  /**
   * A command (`ttsc__x`) was called that has no method in the current state, neither its own nor a generic one. Without
   * this event nothing happens. `this.postpone()` keeps the command itself for a later state.
   */
  ttse__onUnheard?(command: UnheardCommand): void | undefined;
  /** An infusion has finished, normally or by a failure. */
  ttse__onInfusionFinished?(info: InfusionInfo): void | undefined;
  /** An infusion failed. Without this event (and unless it is supervised) its base fails too. */
  ttse__onInfusionFailed?(failure: InfusionFailure): void | undefined;
  /** Values of the configuration have changed while the app runs. */
  ttse__onConfigurationChanged?(change: ConfigurationChange): void | undefined;

  /**
   * @throws {TaskTonicError} `TT_NO_BASE` outside a sparkle without the option `base`; `TT_BASE_FINISHED`,
   *   `TT_NAME_TAKEN`, `TT_BAD_OPTION`; and, for the first instance of a class, errors about its sparkles.
   */
  constructor(options: TonicOptions = NO_OPTIONS) {
    super();
    if (!TonicSettings.is(options)) checkOptionsOf(new.target, options);
    const { base: given, name, logMode, logLane, drainTimeout = DRAIN_TIMEOUT } = options;
    const base = (given ?? running.tonic) as Tonic<string> | undefined;
    const { className } = this._ttPlan;
    const ownLoop = this._ttOwnLoop();
    if (ownLoop === undefined && base === undefined) throw fail('TT_NO_BASE', { class: className });
    this._ttScheduler = ownLoop ?? base!._ttScheduler;
    this._ttTable = this._ttPlan.generic;
    this._ttBase = base;
    this._ttName = name;
    this._ttDrainTimeout = drainTimeout;
    if (logMode !== undefined) this._ttLogLevel = LogLevel[logMode];
    else if (base !== undefined) this._ttLogLevel = base._ttLogLevel;
    if (logLane !== undefined) this.log.lane = logLane;
    beginsWithTimeouts(this);
    if (ownLoop === undefined) this._ttEnter();
  }

  // ---- What it is ----

  /** Its number in the app, 0 and up; -1 when it has finished. */
  get id(): number {
    return this._ttId;
  }

  /**
   * Its name, unique in its thread: the option `name`, or its number in the thread and its class, such as `02.Door`.
   */
  get name(): string {
    return this._ttName ?? defaultNameOf(this._ttId, this.thread, this._ttPlan.className);
  }

  /** @internal What it is called in other threads and in the log: in another thread than the main one with its Catalyst before it. */
  get _ttFullName(): string {
    return `${this._ttScheduler.prefix}${this.name}`;
  }

  /** The thread that it lives in; 0 is the main one. */
  get thread(): number {
    return this._ttScheduler.thread;
  }

  /** The current state; `undefined` before the first transition and after `toState(undefined)`. */
  get state(): StateOf<State> | undefined {
    return this._ttState as StateOf<State> | undefined;
  }

  /** The Catalyst that runs its sparkles. */
  get catalyst(): Scheduler {
    return this._ttScheduler;
  }

  /** Its infusions that have not finished. */
  get infusions(): ReadonlySet<AnyTonic> {
    return this._ttInfusions ?? NO_INFUSIONS;
  }

  /** Whether it has finished: none of its sparkles runs any more. */
  get finished(): boolean {
    return this._ttLife === Life.ended;
  }

  /** Its class, name and state as a text: `Door 03.Door locked`. JSON and logs show the same. */
  override toString(): string {
    return [this._ttPlan.className, this.name, this._ttState].filter((word) => word !== undefined).join(' ');
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return this.toString();
  }

  /**
   * The Tonic and sparkle that queued the running sparkle; `undefined` outside its own sparkles, or if no Tonic did.
   */
  get source(): Source | undefined {
    const { order } = running;
    if (running.tonic !== this || order?.source === undefined) return undefined;
    const { source: tonic, sourceSparkle } = order;
    return { tonic, id: tonic.id, name: tonic.name, sparkle: sourceSparkle?.key };
  }

  /** Writes to the app's log; each line contains this Tonic, its state and the running sparkle. */
  get log(): TonicLog {
    return (this._ttLog ??= new TonicLog(this));
  }

  /** Which lines it writes to the log. It may be changed at any time; infusions made later inherit it. */
  get logMode(): LogMode {
    return (Object.keys(LogLevel) as LogMode[])[this._ttLogLevel]!;
  }

  set logMode(mode: LogMode) {
    this._ttLogLevel = levelOf(mode, this._ttPlan.className);
  }

  /** @internal */
  get _ttLane(): LogLane | undefined {
    const own = this._ttLog?.ownLane;
    if (own !== undefined) return own;
    return this._ttBase === undefined ? this._ttScheduler.logs.lane : this._ttBase._ttLane;
  }

  // ---- What its sparkles do ----

  /**
   * Changes the state after the running sparkle, before the next order: `onExit` of the old state, the change,
   * `onEnter` of the new one. For the current state there is no transition, unless `reenter`, but a given `timeout`
   * starts again. `undefined` stops the machine.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles, `TT_UNKNOWN_STATE` if the class lists its
   * states, `TT_BAD_OPTION` for an invalid timeout, or one without a handler.
   */
  protected toState(state: State | undefined, options: TransitionOptions = NO_TRANSITION): void {
    if (options !== NO_TRANSITION) transitionCheck.check(options, `${this._ttPlan.className}.toState()`);
    const { reenter = false, timeout } = options;
    if (running.tonic !== this) throw fail('TT_NOT_RUNNING', { what: 'toState()', tonic: this.name });
    if (state !== undefined) this._ttPlan.checkState(state, 'toState()');
    if (this._ttLife === Life.ended) return;
    giveTimeout(this, state, timeout, state !== this._ttState || reenter);
    const waits = this._ttTarget !== NONE;
    this._ttTarget = state === this._ttState && !reenter ? NONE : state;
    if (!waits && this._ttTarget !== NONE) this._ttScheduler.settle(this);
  }

  /**
   * Its sparkles, to run before the queue: `this.raise.ttsc__mail(to)` makes an order that runs after the running
   * sparkle and its transitions, before all orders on the queue. Raised orders run in the order in which they were
   * raised. If the sparkle throws, its raised orders are dropped. A sparkle that is written only for some states
   * (`ttsc_ready__mail`) is raised by its generic name: `this.raise.ttsc__mail(to)`.
   *
   * @throws {TaskTonicError} at the call: `TT_NOT_RUNNING` outside its own sparkles, `TT_RAISED_AT_END` in `ttse__onFinished`, and
   *   `TT_RAISES_FOR_EVER` at the end of 10,000 orders each of which raised the next.
   */
  protected get raise(): Raisable<this> {
    return (this._ttExtras?.raiser ?? (extrasOf(this).raiser = raiserOf(this))) as Raisable<this>;
  }

  /**
   * Its generic sparkles, to run at once, as `super.ttsc__line(line)` does. Without a generic body nothing happens. So
   * a sparkle of one state may do what the generic one does, and more.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` at a call outside its own sparkles.
   */
  protected get generic(): Sparkles<this> {
    return (extrasOf(this).generic ??= genericOf(this)) as Sparkles<this>;
  }

  /**
   * Answers a reply with the result of a promise: `this.pipe(promise, this.reply())`, or
   * `this.reply().as((row) => ...)` if the result is not a text or bytes.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected pipe<T>(promise: PromiseLike<T>, reply: Responder<T>, options?: Omit<PipeOptions, 'onError'>): void;
  /**
   * Calls a sparkle with the result of a promise. A Tonic that finishes waits for the result, as long as its
   * `drainTimeout` allows; with `hold: false` it does not, and a result after its end is dropped.
   *
   * @param onValue a sparkle of this Tonic, such as `this.ttse__done`, or a reference made with `bind()`.
   * @param onError the same for a rejection; without it a rejection fails the Tonic, as if its sparkle had thrown. Or
   * the options, which may contain it.
   * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`, `TT_UNKNOWN_SPARKLE`, `TT_BAD_OPTION`
   */
  protected pipe<T>(
    promise: PromiseLike<T>,
    onValue: (value: T) => void,
    onError?: ((reason: unknown) => void) | PipeOptions,
    options?: PipeOptions,
  ): void;
  protected pipe<T>(
    promise: PromiseLike<T>,
    onValue: ((value: T) => void) | Responder<T>,
    onError?: ((reason: unknown) => void) | PipeOptions,
    options: PipeOptions = isOptions(onError) ? onError : {},
  ): void {
    checkPipe(this, options);
    if (isResponder(onValue)) return pipe(this, promise, responderOf(this, onValue), options);
    const heard = isOptions(onError) ? options.onError : (onError ?? options.onError);
    const value = this._ttResolve(onValue);
    const error =
      heard === undefined ? (reason: unknown) => this._ttss__throw(toError(reason)) : this._ttResolve(heard);
    return pipe(this, promise, { sparkle: nameOf(onValue), value, error }, options);
  }

  /**
   * Asks another Tonic, here or in another thread:
   * `this.ask(bank).ttsc__balance('mine').then(this.ttse__onBalance, this.ttse__onNoBalance)`. The first of these
   * sparkles gets the answer, with the question as its second argument.
   *
   * The second one gets an error if there is no answer: `TT_ASK_TIMEOUT`; `TT_ASK_GONE` if the other Tonic has
   * finished, before or after the call; `TT_ASK_FAILED` if its sparkle threw; `TT_ASK_UNHEARD` if it has no method for
   * it in its state; `TT_ASK_UNANSWERED` if the Answer was never used; `TT_QUEUE_FULL`; or the error of
   * `answer.fail()`.
   *
   * `.then` asks. Without it nothing is asked, and the running sparkle throws `TT_ASK_THEN` at its end.
   *
   * A Tonic that finishes waits for the answer, as long as its `drainTimeout` allows; with `hold: false` it does not.
   * When it has finished, its open questions are cancelled.
   *
   * @param to a Tonic, or a Remote.
   * @returns its sparkles whose last parameter is an `Answer`, without that parameter.
   * @throws {TaskTonicError} `TT_BAD_OPTION`; at the call, `TT_UNKNOWN_SPARKLE`; and as its `.then`.
   */
  protected ask<T extends AnyTonic | RemoteHandle>(to: T, options: AskOptions = {}): Asks<T> {
    return asking(this, to, options);
  }

  /**
   * A reference to one of its sparkles, to pass on: as a callback, to another Tonic, to another thread.
   *
   * @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`
   */
  bind<K extends SparkleKey<this>>(key: K): BoundSparkle<this[K]> {
    const sparkle = this._ttPlan.sparkle(key);
    const call = this._ttPlan.dispatcher(sparkle);
    const bound = (...args: unknown[]): void => call.apply(this, args);
    return Object.assign(bound, { tonic: this as AnyTonic, sparkle: sparkle.key }) as unknown as BoundSparkle<this[K]>;
  }

  /** The numbers of open questions, and of answers that came after their question was cancelled or timed out. */
  get questions(): { readonly open: number; readonly late: number } {
    return this._ttExtras?.questions ?? NO_QUESTIONS;
  }

  /** The numbers of calls that wait for it, were dropped or were refused, if its class has an `inboxLimit`. */
  get inboxCounts(): InboxCounts {
    return this._ttExtras?.inbox?.counts ?? NOTHING_WAITS;
  }

  /**
   * Keeps the running order until the state has changed; then it runs again, before all newer orders. The sparkle runs
   * on, so return after the call. If the sparkle throws, the order is not kept.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles; `TT_NOT_POSTPONED` in a sparkle that is a part
   * of another order, such as `ttse__onEnter`; `TT_POSTPONE_FULL` at the limit.
   */
  protected postpone(): void {
    postpone(this);
  }

  /**
   * Makes a Tonic and supervises it: when it fails, a new one is made, as often as the options allow.
   *
   * @param make makes the infusion: `() => new Worker(...)`.
   */
  protected supervise<T extends AnyTonic | RemoteHandle>(make: () => T, options: SuperviseOptions = {}): Supervised<T> {
    if (running.tonic !== this) throw fail('TT_NOT_RUNNING', { what: 'supervise()', tonic: this.name });
    const supervised = new Supervised(this, make, options);
    supervised.start();
    return supervised;
  }

  /**
   * Returns the handle of a service, in any thread. The service is started if it does not run, and finishes after its
   * last user.
   *
   * @param args arguments for its `ttse__onServiceAccess`, after this Tonic, and for its constructor if it is started.
   * @returns its handle, at once; each thread has one for each service. It still works after a restart of the service.
   * @throws {TaskTonicError} `TT_NOT_A_SERVICE`; `TT_NO_SERVICE` if the class is abstract and no implementation runs;
   *   `TT_BASE_FINISHED`; and what its constructor throws.
   */
  protected use<C extends abstract new (...args: never[]) => UsedAs>(
    service: C & ServiceNamed,
    ...args: ConstructorParameters<C>
  ): InstanceType<C>[typeof USED];
  protected use<T extends AnyTonic, A extends unknown[]>(
    service: (abstract new (...args: A) => T) & ServiceNamed,
    ...args: A
  ): Remote<T>;
  protected use(service: { readonly name: string; readonly [USED]?: unknown }, ...args: unknown[]): unknown {
    if (this._ttLife === Life.ended) throw fail('TT_BASE_FINISHED', { class: service.name, base: this.name });
    const handle = this._ttScheduler.services.use(this, service, args);
    const { [USED]: face } = service as Pick<typeof Tonic, typeof USED>;
    return face === undefined ? handle : face.call(service, this, handle);
  }

  /** The Tonics of this thread, by id and by name. */
  protected get ledger(): Registry {
    return this._ttScheduler.ledger;
  }

  /** Tells that the work begun in `ttse__onDraining` is done. */
  protected drained(): void {
    userDrained(this);
  }

  // ---- Commands ----

  /**
   * Finishes it: it drains, its infusions finish, then it ends. Only itself, its base, or code outside any sparkle may
   * call this; others are refused with a warning.
   */
  ttsc__finish(): void {
    const from = this.source?.tonic;
    if (from !== undefined && from !== this && from !== this.base) {
      return this.log.warn(`refused to finish for ${from.name}, which is not its base`);
    }
    return beginFinish(this);
  }

  /** Changes the state; for calls from other Tonics. */
  ttsc__toState(state: State | undefined, options?: TransitionOptions): void {
    this.toState(state, options);
  }

  // ---- For the framework ----

  /** @internal A Catalyst is its own scheduler. */
  _ttOwnLoop(): Scheduler | undefined {
    return undefined;
  }

  /** @internal Registers it, and queues its first sparkle. */
  _ttEnter(): void {
    const plan = this._ttPlan;
    const base = this._ttBase as Tonic<string> | undefined;
    const isService = plan.service !== undefined;
    const infuses = base === undefined || base._ttMayInfuse;
    if (isService) this._ttScheduler.services.admit(this, infuses);
    else if (!infuses) throw fail('TT_BASE_FINISHED', { class: plan.className, base: base.name });
    // A service lives as long as its users, so its Catalyst does not live for it.
    this._ttCounts = !isService && (running.starting || (base !== undefined && base._ttCounts));
    this._ttId = this._ttScheduler.enter(this, this._ttName);
    if (base !== undefined) (base._ttInfusions ??= new Set()).add(this);
    if (running.tonic !== undefined) endChecks().infused.push(this);
    this._ttScheduler.logs.life(this, 'infused');
    if (!plan.fieldsChecked || plan.has('ttse__onStart')) this._ttss__start();
    if (isService) this._ttEnterService();
  }

  /** @internal */
  _ttEnterService(): void {
    this._ttScheduler.services.entered(this);
  }

  /** @internal */
  get _ttMayInfuse(): boolean {
    return this._ttLife < Life.closing;
  }

  /** @internal Drains its socket; true if that is done, else `_ttDrained()` follows. */
  _ttDrain(): boolean {
    return true;
  }

  /** @internal */
  _ttDrained(): void {
    partDrained(this);
  }

  /**
   * Its base is about to end, and waits for what it owes before this Tonic must end too. Sources of new work end now,
   * because otherwise the base might owe more and more.
   * @internal
   */
  _ttBaseWaits(): void {
    for (const infusion of [...this.infusions]) infusion._ttBaseWaits();
  }

  /**
   * Whether it must wait for something before it ends (a socket with unsent data). Asked before the last step, except
   * for an abort; when the wait is over, `_ttss__end()` is called again.
   * @internal
   */
  _ttHoldsEnd(): boolean {
    return false;
  }

  /**
   * The deadline of what delays its end, in ms of the clock, as known now; progress moves it. Its base waits as long,
   * whatever its own deadline is, unless it is `Infinity`.
   * @internal
   */
  _ttDeadline(): number {
    return -Infinity;
  }

  /** @internal Closes its resources, however it ends; then its last sparkles run. */
  _ttRelease(): void {}

  /** @internal */
  _ttLeave(): void {
    const { name } = this;
    this._ttScheduler.leave(this, this._ttId, this._ttName);
    this._ttId = -1;
    // A default name with its id stays, because a log may still refer to it.
    this._ttName = name;
  }

  /** @internal An infusion has ended. */
  _ttInfusionLeft(_infusion: AnyTonic): void {}

  /** @internal A call, if its class has an `inboxLimit`. */
  _ttReceive(sparkle: Sparkle, count: number, a: unknown, b: unknown): void {
    receive(this, sparkle, count, a, b, READS_NOTHING);
  }

  /** @internal */
  _ttKept(_bytes: number): void {}

  /** @internal */
  _ttss__start(): void {
    if (!this._ttPlan.fieldsChecked) this._ttPlan.checkFields(this);
    if (this._ttLife === Life.running) tellNow(this, 'ttse__onStart');
  }

  /** @internal */
  _ttss__end(): void {
    endIfNothingHolds(this);
  }

  /** @internal A deadline of its end has passed, and orders queued before have run. */
  _ttss__overdue(): void {
    overdue(this);
  }

  /** @internal */
  _ttss__throw(error: Error, sparkle = '_ttss__throw'): void {
    failTonic(this, error, failureInfo(sparkle, this));
  }

  /** @internal */
  _ttss__tell(key: string, info: object): void {
    tellNow(this, key, info);
  }

  /** @internal */
  _ttss__run(task: Task): void {
    task.run();
  }

  /** @internal */
  _ttss__ofService(what: string, ...args: readonly unknown[]): void {
    this._ttScheduler.services.heard(this, what, args);
  }

  /** @internal For a Catalyst. */
  _ttss__named(name: string, key: string, args: unknown[]): void {
    this._ttScheduler.runtime.threads?.callNamedFor(name, key, args);
  }

  /** @internal */
  _ttss__configuration(changes?: readonly ChangedValue[]): void {
    const { runtime } = this._ttScheduler;
    if (changes === undefined) runtime.reloadConfiguration();
    else runtime.configured(changes);
  }

  /** @internal */
  _ttss__shutdown(info: ShutdownInfo): void {
    this._ttScheduler.runtime.toldOfShutdown(info);
  }

  /** @internal */
  get _ttFace(): AnyTonic {
    return this;
  }

  /** @internal A function that queues a sparkle, which was given as a method or a reference, with a value. */
  _ttResolve(target: (...values: never[]) => void): (value: unknown, more?: unknown) => void {
    if (isBound(target) && target.tonic !== this) return target as unknown as (...values: unknown[]) => void;
    const call = this._ttPlan.dispatcherBeyond(this._ttOwn(target));
    return (value, more) => (more === undefined ? call.call(this, value) : call.call(this, value, more));
  }

  /** @internal A sparkle of this Tonic that was given as a method or a reference. */
  _ttOwn(target: (...args: never[]) => void): Sparkle {
    const { _ttPlan: plan } = this;
    if (isBound(target) && target.tonic === this) return plan.sparkle(target.sparkle);
    const sparkle = typeof target === 'function' ? plan.sparkles.get(sparkleNameOf(target) ?? '') : undefined;
    // Another class may have a sparkle with the same name, which does not belong to this Tonic.
    if (sparkle === undefined || plan.dispatcher(sparkle) !== (target as unknown))
      throw fail('TT_NOT_A_SPARKLE', { what: describe(target), class: plan.className });
    return sparkle;
  }
}

function nameOf(target: (...values: never[]) => void): string {
  return isBound(target) ? target.sparkle : sparkleNameOf(target)!;
}

function isOptions(given: unknown): given is PipeOptions {
  return typeof given === 'object' && given !== null;
}

/** A class that is a service, or an abstract class for one. */
export type ServiceNamed = { readonly service: string } | { readonly abstractService: string };

/** A class without declared states may have any state. */
export type StateOf<State extends string> = [State] extends [never] ? string : State;
/** `sparkle(key)` was renamed to `bind(key)`. */
export function renamed(key: unknown): Error {
  return fail('TT_RENAMED', { was: `sparkle('${String(key)}')`, is: `bind('${String(key)}')` });
}

Object.defineProperty(Tonic.prototype, 'sparkle', {
  value: (key: unknown) => {
    throw renamed(key);
  },
  configurable: true,
  writable: true,
});
Object.defineProperty(Tonic.prototype, 'base', {
  get(this: AnyTonic): AnyTonic | RemoteHandle | undefined {
    return this._ttBase ?? this._ttFarBase;
  },
});
Object.defineProperty(Tonic.prototype, 'config', {
  get(this: AnyTonic): Configuration {
    return this._ttScheduler.runtime.config;
  },
});
const READS_NOTHING = Tonic.prototype._ttKept;
ofFramework(Tonic);
takesOptions(Tonic, tonicSchema);
