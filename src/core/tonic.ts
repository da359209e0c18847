import { INSPECT } from './lazy-node.js';
import type { AnyTonic, FailureInfo, InfusionFailure, InfusionInfo, RemoteHandle, Source } from './any-tonic.js';
import type { Registry, Scheduler } from './scheduler.js';
import { type Ending, type Target, NONE } from './tonic-inside.js';
import type { AskOptions } from './asking/ask.js';
import { type Asks, asking } from './asking/asking.js';
import { type BoundSparkle, type SparkleKey, describe, isBound } from './plan/bound-sparkle.js';
import { checkOptionsOf, takesOptions } from './options/class-options.js';
import type { ChangedValue, Configuration, ConfigurationChange } from './configuration.js';
import { fail, toError } from './errors.js';
import { type Extras, type InboxCounts, extrasOf } from './guests/extras.js';
import { type Sparkles, genericOf, raiserOf } from './plan/faces.js';
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
import { left, running } from './running.js';
import { type PipeOptions, checkPipe, pipe, responderOf } from './asking/pipe.js';
import { type Sparkle, type SparkleBinder, type Table, BINDER, ofFramework, sparkleNameOf } from './plan/plan.js';
import { receive } from './guests/inbox.js';
import type { InboxLimit } from './options/inbox-options.js';
import { postpone } from './guests/postpone.js';
import { type Responder, isResponder } from './asking/reply.js';
import { type StateTimeoutInfo, beginsWithTimeouts, giveTimeout } from './guests/state-timeout.js';
import { type SuperviseOptions, Supervised } from './guests/supervised.js';
import { type Said, type TonicConstructor, type With, withSaid } from './plan/said.js';
import type { Task } from './guests/task.js';
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
 * `ttsc_open__x`, it is the one for state `open`.
 *
 * @typeParam State the names of its states, such as `'locked' | 'open'`.
 */
export class Tonic<State extends string = never> extends TonicRoot implements AnyTonic {
  /** The states that there are; where given, a method or transition to another one is refused. */
  static readonly states?: readonly string[];
  /** Groups of states: `{ command: ['ready', 'mail'] }` has `ttsc_command__quit` hold in both, where they have none of their own. */
  static readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** The events that this class adds to the framework's; where given, a `ttse` method for another one is refused. */
  static readonly events?: readonly string[];
  /** Prefixes of sparkles that this class adds, each with what a call to such a sparkle does. */
  static readonly prefixes?: Readonly<Record<string, SparkleBinder>>;
  /**
   * The name of the service that its Tonic is: one of them exists in the app, and `this.use()` gives its handle. A base class that only
   * stands for the service has the name as {@link abstractService}.
   */
  static readonly service?: string;
  /** The name of the service that classes which extend this one are. */
  static readonly abstractService?: string;
  /** A service that fails is started again so often within a time window in ms. Default 3 within 60,000. */
  static readonly supervision?: Pick<SuperviseOptions, 'limit' | 'within'>;
  /** Where another thread finds the class: `static override readonly module = import.meta.url`. */
  static readonly module?: string;
  /** How long its states may last, in ms: a longer stay is heard as `ttse__onStateTimeout`. */
  static readonly stateTimeouts?: Readonly<Record<string, number>>;
  /** The most questions that it may have open; one more throws `TT_ASK_FULL`. Default 10,000. */
  static readonly questionLimit?: number;
  /** The most orders that it may have postponed; one more throws `TT_POSTPONE_FULL`. Default 1,000. */
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
      'onStart', 'onEnter', 'onExit', 'onStateTimeout', 'onDraining', 'onFinished', 'onFailure', 'onInfusionFinished', 'onInfusionFailed',
      'onConfigurationChanged', 'onShutdown',
    ], // prettier-ignore
  };

  /**
   * Says the states of a class once, for the compiler and the run time:
   * `class Door extends Tonic.with({ states: ['locked', 'open'] })`. It has all that the class has on which this is called.
   */
  static with<C extends TonicConstructor, const State extends string>(
    this: C,
    said: Said<State>,
  ): With<C, Tonic<State>> {
    return withSaid(this, said) as unknown as With<C, Tonic<State>>;
  }

  /** The Tonic that infused it; a subclass declares the type it expects: `declare readonly base: Main`. */
  declare readonly base: AnyTonic | RemoteHandle | undefined;

  /** The configuration of the app; a subclass may declare what it holds: `declare readonly config: ConfigurationOf<Settings>`. */
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

  // ---- Events that a subclass may define ----
  // They return `void | undefined`: what returns a promise fits `void`, and does not fit that, so an async one does not compile.

  /** The first sparkle, queued by the constructor. */
  ttse__onStart?(): void | undefined;
  /** Entered a state that has no `onEnter` of its own. */
  ttse__onEnter?(): void | undefined;
  /** About to leave a state that has no `onExit` of its own. */
  ttse__onExit?(): void | undefined;
  /** The state that holds has lasted as long as it may. */
  ttse__onStateTimeout?(info: StateTimeoutInfo): void | undefined;
  /** The app is to end, by a signal; first all hear of it, and `shutdown.drainDelay` later they begin to finish. */
  ttse__onShutdown?(info: ShutdownInfo): void | undefined;
  /** It is to finish: do what is left, then call `this.drained()`. Without this event it drains at once. */
  ttse__onDraining?(): void | undefined;
  /** The last sparkle: it leaves the app after this one. */
  ttse__onFinished?(): void | undefined;
  /** A sparkle of this Tonic threw. With this event it goes on, unless it finishes itself here. */
  ttse__onFailure?(error: Error, info: FailureInfo): void | undefined;
  /** An infusion has finished, as meant or not. */
  ttse__onInfusionFinished?(info: InfusionInfo): void | undefined;
  /** An infusion failed. Without this event (and unless it is supervised) its base fails too. */
  ttse__onInfusionFailed?(failure: InfusionFailure): void | undefined;
  /** Values of the configuration have changed while the app runs. */
  ttse__onConfigurationChanged?(change: ConfigurationChange): void | undefined;

  /**
   * @throws {TaskTonicError} `TT_NO_BASE` outside a sparkle without the option `base`; `TT_BASE_FINISHED`,
   *   `TT_NAME_TAKEN`, `TT_BAD_OPTION`; and with the first instance of a class, what is wrong with its sparkles.
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

  /** Its name, unique in its thread: given, or its id (less that with which those of its thread begin) and class, such as `02.Door`. */
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

  /** The state that holds; `undefined` before the first transition and after the machine has stopped. */
  get state(): StateOf<State> | undefined {
    return this._ttState as StateOf<State> | undefined;
  }

  /** The Catalyst that runs its sparkles. */
  get catalyst(): Scheduler {
    return this._ttScheduler;
  }

  /** What it has infused and has not finished. */
  get infusions(): ReadonlySet<AnyTonic> {
    return this._ttInfusions ?? NO_INFUSIONS;
  }

  /** Whether it has finished, so that no sparkle of it runs any more. */
  get finished(): boolean {
    return this._ttLife === Life.ended;
  }

  /** It in one line, with its class, name and state: `Door 03.Door locked`. So it is printed, in JSON and logs too. */
  override toString(): string {
    return [this._ttPlan.className, this.name, this._ttState].filter((word) => word !== undefined).join(' ');
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return this.toString();
  }

  /** Who queued the sparkle that runs; `undefined` outside its own sparkles, or where no Tonic did. */
  get source(): Source | undefined {
    const { order } = running;
    if (running.tonic !== this || order?.source === undefined) return undefined;
    const { source: tonic, sourceSparkle } = order;
    return { tonic, id: tonic.id, name: tonic.name, sparkle: sourceSparkle?.key };
  }

  /** Writes to the app's log; each line carries this Tonic, its state and the sparkle that runs. */
  get log(): TonicLog {
    return (this._ttLog ??= new TonicLog(this));
  }

  /** What it writes to the log; may be changed at any time, and what it infuses from then on takes it over. */
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
   * Goes to another state after the sparkle that runs, before the next order: `onExit` of the old state, the change,
   * `onEnter` of the new. The state that holds already is no transition, unless `reenter`; a `timeout` given with it begins
   * anew. `undefined` stops the machine.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles, `TT_UNKNOWN_STATE` where the class lists its states,
   *   `TT_BAD_OPTION` for a timeout that is not a time, or that nobody hears.
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
   * Its sparkles, to be run next: `this.raise.ttsc__mail(to)` puts an order that runs after the sparkle that runs and its transitions, in the
   * state that holds then, before all that waits on the queue. The first one raised runs first, also where one raises another. Where the
   * sparkle throws, what it has raised is dropped.
   *
   * @throws {TaskTonicError} at the call: `TT_NOT_RUNNING` outside its own sparkles, `TT_RAISED_AT_END` in `ttse__onFinished`, and
   *   `TT_RAISES_FOR_EVER` at the end of 10,000 orders each of which raised the next.
   */
  protected get raise(): Sparkles<this> {
    return (this._ttExtras?.raiser ?? (extrasOf(this).raiser = raiserOf(this))) as Sparkles<this>;
  }

  /**
   * Its generic sparkles, to be run at once, as `super.ttsc__line(line)` is: the body that would hold in no state; nothing where there is
   * none. So a sparkle of one state may do what all others do, and more.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` at a call outside its own sparkles.
   */
  protected get generic(): Sparkles<this> {
    return (extrasOf(this).generic ??= genericOf(this)) as Sparkles<this>;
  }

  /**
   * Has a reply answered with the result of a promise: `this.pipe(promise, this.reply())`, or `this.reply().as((row) => ...)` where it is no text or bytes.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected pipe<T>(promise: PromiseLike<T>, reply: Responder<T>, options?: Omit<PipeOptions, 'onError'>): void;
  /**
   * Brings the result of a promise back as a sparkle. A Tonic that is to finish waits for it, as long as its `drainTimeout` allows;
   * with `hold: false` it does not, and the result is dropped where it has finished by then.
   *
   * @param onValue a sparkle of this Tonic, such as `this.ttse__done`, or a reference made with `bind()`.
   * @param onError the same for a rejection; without it a rejection fails the Tonic as a throw in a sparkle does. Or the options, which
   *   may have it.
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
   * Asks another Tonic, here or in another thread: `this.ask(bank).ttsc__balance('mine').then(this.ttse__onBalance, this.ttse__onNoBalance)`.
   * The answer comes back as the first of these sparkles, with the question as its second argument.
   *
   * What goes wrong after the call comes to the other one: `TT_ASK_TIMEOUT`; `TT_ASK_GONE` where who was asked has finished, before or
   * after; `TT_ASK_FAILED` where its sparkle threw; `TT_ASK_UNHEARD` where it does not hear it in its state; `TT_ASK_UNANSWERED` where
   * nobody keeps the Answer; `TT_QUEUE_FULL`; or what it was refused with.
   *
   * `.then` asks. Without it nobody is asked, and the sparkle that runs throws `TT_ASK_THEN` at its end.
   *
   * A Tonic that is to finish waits for the answer, as long as its `drainTimeout` allows; with `hold: false` it does not. At its very end
   * it takes back what is open.
   *
   * @param to a Tonic, or a Remote.
   * @returns its sparkles whose last parameter is an `Answer`, to be called without that.
   * @throws {TaskTonicError} `TT_BAD_OPTION`; at the call, `TT_UNKNOWN_SPARKLE`; and as its `.then`.
   */
  protected ask<T extends AnyTonic | RemoteHandle>(to: T, options: AskOptions = {}): Asks<T> {
    return asking(this, to, options);
  }

  /**
   * A reference to one of its sparkles, to be handed on: as a callback, to another Tonic, to another thread.
   *
   * @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`
   */
  bind<K extends SparkleKey<this>>(key: K): BoundSparkle<this[K]> {
    const sparkle = this._ttPlan.sparkle(key);
    const call = this._ttPlan.dispatcher(sparkle);
    const bound = (...args: unknown[]): void => call.apply(this, args);
    return Object.assign(bound, { tonic: this as AnyTonic, sparkle: sparkle.key }) as unknown as BoundSparkle<this[K]>;
  }

  /** Questions that are open, and answers that came when nobody waited for them any more. */
  get questions(): { readonly open: number; readonly late: number } {
    return this._ttExtras?.questions ?? NO_QUESTIONS;
  }

  /** What waits for it and what was dropped or refused, where its class has an `inboxLimit`. */
  get inboxCounts(): InboxCounts {
    return this._ttExtras?.inbox?.counts ?? NOTHING_WAITS;
  }

  /**
   * Keeps the order that runs until the state has changed; then it runs again, before all newer orders. The sparkle goes on: return
   * after the call. It is not kept where the sparkle throws.
   *
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles; `TT_NOT_POSTPONED` in a sparkle that is no order of its own, such
   *   as `ttse__onEnter`; `TT_POSTPONE_FULL` where so many are kept already.
   */
  protected postpone(): void {
    postpone(this);
  }

  /**
   * Infuses a Tonic and looks after it: when it fails, a new one is made, as often as its options allow.
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
   * Asks for a service: the one Tonic of the app that is it, wherever it lives. It is started where it does not run, and finishes when the
   * last of its users has.
   *
   * @param args what its `ttse__onServiceAccess` is given after this Tonic, and its constructor where it is started.
   * @returns its handle, at once: there is one of each service in a thread. It works on when the service has failed and is started again.
   * @throws {TaskTonicError} `TT_NOT_A_SERVICE`; `TT_NO_SERVICE` where the class only stands for one that nobody has started;
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

  /** Says that it has done what it had left to do since `ttse__onDraining`. */
  protected drained(): void {
    userDrained(this);
  }

  // ---- Commands ----

  /**
   * Finishes it in order: it drains, its infusions finish, then it leaves. Only itself, its base, or code outside any
   * sparkle may say so; from anyone else it is refused with a warning.
   */
  ttsc__finish(): void {
    const from = this.source?.tonic;
    if (from !== undefined && from !== this && from !== this.base) {
      return this.log.warn(`refused to finish for ${from.name}, which is not its base`);
    }
    return beginFinish(this);
  }

  /** Goes to another state, on behalf of somebody else. */
  ttsc__toState(state: State | undefined, options?: TransitionOptions): void {
    this.toState(state, options);
  }

  // ---- The framework's own ----

  /** @internal A Catalyst serves itself. */
  _ttOwnLoop(): Scheduler | undefined {
    return undefined;
  }

  /** @internal Puts it where it can be found, and queues its first sparkle. */
  _ttEnter(): void {
    const plan = this._ttPlan;
    const base = this._ttBase as Tonic<string> | undefined;
    const isService = plan.service !== undefined;
    const infuses = base === undefined || base._ttMayInfuse;
    if (isService) this._ttScheduler.services.admit(this, infuses);
    else if (!infuses) throw fail('TT_BASE_FINISHED', { class: plan.className, base: base.name });
    // A service lives for its users: it is no reason for its Catalyst to live on.
    this._ttCounts = !isService && (running.starting || (base !== undefined && base._ttCounts));
    this._ttId = this._ttScheduler.enter(this, this._ttName);
    if (base !== undefined) (base._ttInfusions ??= new Set()).add(this);
    if (running.tonic !== undefined) left().infused.push(this);
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

  /** @internal Drains what the framework holds for it; true where that is done, else `_ttDrained()` follows. */
  _ttDrain(): boolean {
    return true;
  }

  /** @internal */
  _ttDrained(): void {
    partDrained(this);
  }

  /**
   * Its base is to end, and waits for what it still owes before this Tonic is to end too. What brings new work in ends now: with it the base might always owe more.
   * @internal
   */
  _ttBaseWaits(): void {
    for (const infusion of [...this.infusions]) infusion._ttBaseWaits();
  }

  /**
   * Whether something of it has still to end before it does (a socket, of which more has to leave). Asked before the last step, on every
   * way there but an abort; when that has ended, `_ttss__end()` is called again.
   * @internal
   */
  _ttHoldsEnd(): boolean {
    return false;
  }

  /**
   * Until when what holds its end may take, in ms of the clock, as far as it is known now: later with each progress. Its base waits as
   * long, whatever its own deadline; for one without end (`Infinity`) it does not.
   * @internal
   */
  _ttDeadline(): number {
    return -Infinity;
  }

  /** @internal Closes what the framework holds for it, whatever has been before; then come its last words. */
  _ttRelease(): void {}

  /** @internal */
  _ttLeave(): void {
    const { name } = this;
    this._ttScheduler.leave(this, this._ttId, this._ttName);
    this._ttId = -1;
    // One that has its id in it stays what it was: a log may still speak of it.
    this._ttName = name;
  }

  /** @internal An infusion has gone, whatever its base does with that. */
  _ttInfusionLeft(_infusion: AnyTonic): void {}

  /** @internal A call, where its class has an `inboxLimit`. */
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

  /** @internal A deadline of its end has passed, and what had been queued by then has run. */
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

  /** @internal Of a Catalyst. */
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

  /** @internal What puts a value on the queue for a sparkle that was given as a method or a reference. */
  _ttResolve(target: (...values: never[]) => void): (value: unknown, more?: unknown) => void {
    if (isBound(target) && target.tonic !== this) return target as unknown as (...values: unknown[]) => void;
    const call = this._ttPlan.dispatcherBeyond(this._ttOwn(target));
    return (value, more) => (more === undefined ? call.call(this, value) : call.call(this, value, more));
  }

  /** @internal A sparkle of this very Tonic that was given as a method or a reference. */
  _ttOwn(target: (...args: never[]) => void): Sparkle {
    const { _ttPlan: plan } = this;
    if (isBound(target) && target.tonic === this) return plan.sparkle(target.sparkle);
    const sparkle = typeof target === 'function' ? plan.sparkles.get(sparkleNameOf(target) ?? '') : undefined;
    // A sparkle of another class may have the same name: it is not this Tonic's.
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

/** A class that is a service, or stands for one. */
export type ServiceNamed = { readonly service: string } | { readonly abstractService: string };

/** The states of a class that says none are any. */
export type StateOf<State extends string> = [State] extends [never] ? string : State;
/** `sparkle(key)` was the name of `bind(key)`. */
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
