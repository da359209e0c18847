import type { Metrics } from './metrics.js';
import type { Clock } from './clock.js';
import type { Extras } from './extras.js';
import type { Configuration } from './configuration.js';
import type { LogLane } from './log-lane.js';
import type { Plan, Sparkle, Table } from './plan.js';
import type { Task } from './task.js';
import type { TimerQueue } from './timer-queue.js';

// The faces that the parts of the core show each other. They stand in one file below all of them, so that a Tonic knows
// no Catalyst, a queue no Tonic class, and nothing imports in a circle.

/** Any Tonic, whatever its class and states. */
export interface AnyTonic {
  /** Its number in the app, the same in every thread. */
  readonly id: number;
  /** Its name, unique in the app: given, or its id and class. */
  readonly name: string;
  /** The thread that it lives in; 0 is the main one. */
  readonly thread: number;
  /** The state that holds; `undefined` before the first transition, and when its machine has stopped. */
  readonly state: string | undefined;
  /** Whether it has finished: no sparkle of it runs any more. */
  readonly finished: boolean;
  /** Who queued the sparkle that runs; `undefined` where no Tonic did. */
  readonly source: Source | undefined;
  /** What it has made and has not finished. */
  readonly infusions: Iterable<AnyTonic>;
  /** Ends it in order, with its infusions. Only itself, its base and code outside any sparkle may. */
  ttsc__finish(): void;

  /** @internal */ readonly _ttPlan: Plan;
  /** @internal */ readonly _ttScheduler: Scheduler;
  /** @internal */ readonly _ttBase: AnyTonic | undefined;
  /** @internal */ readonly _ttFarBase: RemoteHandle | undefined;
  /** @internal */ readonly _ttDrainTimeout: number;
  /** @internal */ readonly _ttLogLevel: number;
  /** @internal The colour of its lines. */ readonly _ttLane: LogLane | undefined;
  /** @internal */ readonly _ttMayInfuse: boolean;
  /** @internal */ readonly _ttCounts: boolean;
  /** @internal */ _ttTable: Table;
  /** @internal */ _ttState: string | undefined;
  /** @internal */ _ttTarget: Target;
  /** @internal */ _ttLife: number;
  /** @internal */ _ttInfusions: Set<AnyTonic> | undefined;
  /** @internal */ _ttEnding: Ending | undefined;
  /** @internal */ _ttExtras: Extras | undefined;
  /** @internal */ _ttDrain(): boolean;
  /** @internal */ _ttHoldsEnd(): boolean;
  /** @internal */ _ttDeadline(): number;
  /** @internal */ _ttRelease(): void;
  /** @internal */ _ttLeave(): void;
  /** @internal */ _ttInfusionLeft(infusion: AnyTonic): void;
  /** @internal So many more bytes of what came from it are kept for later; less than 0: they are not any more. */
  _ttKept(bytes: number): void;
  /** @internal */ _ttResolve(target: (...values: never[]) => void): (value: unknown, more?: unknown) => void;
  /** @internal */ _ttOwn(target: (...args: never[]) => void): Sparkle;
  /** @internal */ _ttss__end(): void;
  /** @internal */ _ttss__overdue(): void;
  /** @internal */ _ttss__throw(error: Error, sparkle?: string): void;
  /** @internal */ _ttss__tell(key: string, info: object): void;
  /** @internal Does what a feature of it has to do, in a sparkle. */ _ttss__run(task: Task): void;
  /** @internal Another thread tells the services of this one. */ _ttss__ofService(
    what: string,
    ...args: readonly unknown[]
  ): void;
  /** @internal What others know it by: itself, or its handle where it lives in another thread. */ readonly _ttFace: AnyTonic;
}

/** What is known of a Tonic wherever it lives. A Tonic has it itself. */
export interface RemoteHandle {
  /** Its number in the app, the same in every thread. */
  readonly id: number;
  /** Its name, unique in the app. */
  readonly name: string;
  /** The thread that it lives in; 0 is the main one. */
  readonly thread: number;
  /** Whether it is known here to have finished. */
  readonly finished: boolean;
  /** @internal */ _ttExtras?: Extras | undefined;
}

/** No transition waits. (`undefined` is a target: no state.) */
export const NONE = Symbol('no transition');
export type Target = string | undefined | typeof NONE;

/** What only a Tonic that is on its way out has. */
export interface Ending {
  userDrained: boolean;
  error: Error | undefined;
  failure: FailureInfo | undefined;
  at: number;
  slot: number;
  fire(now: number): void;
  /** Its end gets on: its deadline counts from here. */
  progressed(): void;
}

/** An order that was kept for later, with all that it came with. */
export interface KeptOrder {
  readonly sparkle: Sparkle;
  readonly count: number;
  readonly a: unknown;
  readonly b: unknown;
  readonly source: AnyTonic | undefined;
  readonly sourceSparkle: Sparkle | undefined;
  readonly queuedAt: number;
}

/** An order that is being made. */
export interface OrderForm {
  tonic: AnyTonic | undefined;
  sparkle: Sparkle | undefined;
  count: number;
  a: unknown;
  b: unknown;
  source: AnyTonic | undefined;
  sourceSparkle: Sparkle | undefined;
}

/** Makes orders one at a time, each when its turn has come: the frames of a connection, which are bytes until then. */
export interface OrderSource {
  /**
   * Fills the form with the next one. It must not throw.
   * @returns false where there is none, or none more in this turn: then it is asked no more.
   */
  next(form: OrderForm): boolean;
}

/** Who queued the sparkle that runs. */
export interface Source {
  /** The Tonic, or the handle of one in another thread. */
  readonly tonic: AnyTonic;
  /** Its id. */
  readonly id: number;
  /** Its name. */
  readonly name: string;
  /** The sparkle it was queued in; `undefined` where a timer or socket of that Tonic did. */
  readonly sparkle: string | undefined;
}

/** What a user of a service hears when that has finished before it. */
export interface ServiceInfo {
  /** The name of the service. */
  readonly service: string;
  /** Why it is gone, where it failed and is not started again. */
  readonly error: Error | undefined;
}

/** The Tonics of a thread, as one of them sees the Ledger. */
export interface Registry extends Iterable<AnyTonic> {
  /** How many there are. */
  readonly size: number;
  /** The Tonic with this id. */
  get(id: number): AnyTonic | undefined;
  /** The Tonic with this name, given or default. */
  find(name: string): AnyTonic | undefined;
  /** The tree of bases and infusions with their states, to be printed. */
  dump(): string;
}

/** The services of an app, as a thread sees them. */
export interface ServicePort {
  /** Makes a Tonic a user of a service, which is started where it does not run; gives the handle of it. */
  use(user: AnyTonic, service: object, args: readonly unknown[]): RemoteHandle;
  /** A Tonic that is a service is to be entered, by a base that infuses still or does not; throws where it may not. */
  admit(tonic: AnyTonic, baseInfuses: boolean): void;
  entered(tonic: AnyTonic): void;
  /** A Tonic that is a service, or uses some, leaves. */
  left(tonic: AnyTonic): void;
  /** Another thread has told of a service, by `_ttss__ofService` of this Tonic, whose sparkle runs. */
  heard(tonic: AnyTonic, word: string, said: readonly unknown[]): void;
  /** The handle of a service, without using it. */
  handle(name: string): RemoteHandle;
  /** Who uses a service, as far as this thread knows. */
  usersOf(name: string): Iterable<RemoteHandle>;
  /** How they end with the app; in another thread than the main one they do not. */
  readonly ending: ServicesEnding | undefined;
}

/** How services end: behind all that may use them, while the main Catalyst finishes. */
export interface ServicesEnding {
  /** Whether a Catalyst that finishes keeps this infusion until the others have left. */
  staysLast(tonic: AnyTonic): boolean;
  /** Some infusion of a Catalyst that finishes has left: if only services are left, they finish too. */
  finishLast(catalyst: AnyTonic): void;
  /** Whether the end of a Catalyst waits for a service that is loaded to hear a last word; then it is told to end again. */
  holdsEnd(catalyst: AnyTonic): boolean;
  /** The main Catalyst leaves: what has not begun by now will not. */
  close(): void;
}

/** What is known of a throw. */
export interface FailureInfo {
  /** The sparkle that threw. */
  readonly sparkle: string | undefined;
  /** The state that held then. */
  readonly state: string | undefined;
  /** Who had queued it. */
  readonly source: Source | undefined;
}

/** What a base hears of an infusion that has finished. */
export interface InfusionInfo {
  /** The id that it had. */
  readonly id: number;
  /** The name that it had. */
  readonly name: string;
  /** The Tonic itself, finished: its fields can still be read. */
  readonly tonic: AnyTonic;
  /** Why it failed, where it did. */
  readonly error: Error | undefined;
}

/** What a base hears of an infusion that failed. */
export interface InfusionFailure extends InfusionInfo, FailureInfo {
  readonly error: Error;
  /** The how-manieth restart within the time window of its supervision follows; 0 where none does. */
  readonly restarts: number;
}

/** Where Tonics are logged. */
export interface TonicLogPort {
  /** @internal The lane of Tonics that have none of their own and no base. */
  readonly lane: LogLane | undefined;
  /** @internal */
  failure(tonic: AnyTonic, error: Error, info: FailureInfo): void;
  /** @internal */
  warn(tonic: AnyTonic, error: Error): void;
  /** @internal */
  debug(tonic: AnyTonic, message: string): void;
  /** @internal */
  life(tonic: AnyTonic, step: string): void;
  /** @internal */
  line(tonic: AnyTonic, level: LineLevel, sparkle: string | undefined, what: unknown, text: readonly unknown[]): void;
  /** @internal */
  probe(tonic: AnyTonic, sparkle: string | undefined, name: string, json: string): void;
  /** @internal */
  mark(tonic: AnyTonic, sparkle: string | undefined, text: string): void;
  /** @internal */
  flag(tonic: AnyTonic, sparkle: string | undefined, name: string): void;
}

/** The level of a line of the log. */
export type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** What a Tonic sees of its app. */
export interface AppFace {
  readonly config: Configuration;
  /** @internal The service that all of this thread is a part of. */
  readonly farOwner: string | undefined;
  /** @internal What a test has put in the place of the machine. */
  readonly testbench: unknown;
}

/**
 * What a Tonic sees of its Catalyst: enough to queue an order, to set a timer, and to say that it was born or has gone.
 * A fake needs no more.
 */
export interface Scheduler {
  readonly name: string;
  readonly thread: number;
  readonly clock: Clock;
  /** What belongs to the app. */
  readonly runtime: AppFace;
  /** @internal */
  readonly logs: TonicLogPort;
  readonly timers: TimerQueue;
  /** Counts and times of its sparkles, for whoever asks why the loop is late. */
  readonly metrics: Metrics;
  /** @internal */
  readonly services: ServicePort;
  readonly ledger: Registry;
  readonly queue: {
    readonly size: number;
    limit: number;
    put(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
    putFirst?(tonic: AnyTonic, orders: readonly KeptOrder[]): void;
  };
  /** @internal Enters a new Tonic and gives it its id. */
  enter(tonic: AnyTonic, name: string | undefined): number;
  /** @internal */
  leave(tonic: AnyTonic, id: number, name: string | undefined): void;
  /** @internal Has a Tonic's transitions carried out after the sparkle that runs and before the next order. */
  settle(tonic: AnyTonic): void;
  /**
   * Puts an event of the framework's (a socket's) before all orders of the queue: it runs after the sparkle that runs and its transitions,
   * or, outside of any sparkle, as the first order of the next turn. A throw of the sparkle that runs does not drop it.
   * @internal
   */
  raiseEvent(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
  /**
   * The same for what the sparkle that runs raises itself: dropped where that throws.
   * @throws {TaskTonicError} `TT_RAISES_FOR_EVER`
   * @internal
   */
  raiseOwn(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
  /**
   * Has a source make orders that come before all of the queue, each when nothing that was raised waits. Called in a sparkle; one at a time.
   * @internal
   */
  follow(source: OrderSource): void;
  /** @internal Runs a hook of a Tonic at once, with everything that a sparkle gets; what it throws is returned. */
  runHook(tonic: AnyTonic, key: string, a?: unknown, b?: unknown): Error | undefined;
}
