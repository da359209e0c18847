import type { AnyTonic, RemoteHandle } from './any-tonic.js';
import type { Clock } from './time/clock.js';
import type { ChangedValue, Configuration } from './configuration.js';
import type { TonicLogPort } from './log-port.js';
import type { Metrics } from './metrics.js';
import type { KeptOrder, OrderSource } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { ServicePort } from './service-port.js';
import type { ShutdownInfo } from './shutdown.js';
import type { Threads } from './threads-port.js';
import type { TimerQueue } from './time/timer-queue.js';

/** The Tonics of a thread, as one of them sees the Ledger. */
export interface Registry extends Iterable<AnyTonic> {
  /** How many there are. */
  readonly size: number;
  /** The Tonic with this id. */
  get(id: number): AnyTonic | undefined;
  /**
   * The Tonic with this name, given or default; else the service with this name (`static service`), while it runs. That is the Tonic itself
   * where it lives in this thread; else its handle, the one that `use()` gives: its sparkles can be called. Away from the main thread
   * a service of another one is found while a Tonic of this thread uses it. Who finds it is no user of it, and does not keep it.
   *
   * A name with its Catalyst before it, such as `worker/door`, finds a Tonic in any thread: in another one it is a handle, whose calls go to
   * whoever has the name when they arrive there.
   */
  find(name: string): AnyTonic | RemoteHandle | undefined;
  /** The tree of bases and infusions with their states, to be printed. */
  dump(): string;
}

/** What a Tonic sees of its app. */
export interface AppFace {
  readonly config: Configuration;
  /** As {@link Runtime.reloadConfiguration}. */
  reloadConfiguration(): void;
  /** As {@link Runtime.shutdown}. */
  readonly shutdown: ShutdownInfo | undefined;
  /** @internal The main thread has reported the shutdown. */
  toldOfShutdown(info: ShutdownInfo): void;
  /** @internal Values of the configuration have changed. */
  configured(changes: readonly ChangedValue[]): void;
  /** @internal As in the Runtime. */
  readonly configurationHearers: Set<() => void>;
  /** @internal The service that this whole thread belongs to. */
  readonly farOwner: string | undefined;
  /** @internal The replacement for the machine in a test. */
  readonly testbench: unknown;
  /** @internal */
  readonly threads: Pick<Threads, 'callNamedFor'> | undefined;
}

/**
 * What a Tonic sees of its Catalyst: enough to queue an order, to set a timer, and to say that it has come or gone.
 * A fake needs no more.
 */
export interface Scheduler {
  readonly name: string;
  readonly thread: number;
  /** @internal The prefix of its Tonics' names in other threads: `worker/`; empty in the main thread. */
  readonly prefix: string;
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
  /** @internal Carries out a Tonic's transitions after the running sparkle and before the next order. */
  settle(tonic: AnyTonic): void;
  /**
   * Queues an event of the framework (of a socket) before all orders of the queue: it runs after the running sparkle
   * and its transitions, or, outside of any sparkle, as the first order of the next turn. It is kept if the running
   * sparkle throws.
   * @internal
   */
  raiseEvent(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
  /**
   * The same for an order that the running sparkle raises itself, which is dropped if the sparkle throws.
   * @throws {TaskTonicError} `TT_RAISES_FOR_EVER`
   * @internal
   */
  raiseOwn(tonic: AnyTonic, sparkle: Sparkle, count: number, a: unknown, b: unknown): void;
  /**
   * Takes orders from a source, before all of the queue, whenever no raised order waits. Called in a sparkle; one
   * source at a time.
   * @internal
   */
  follow(source: OrderSource): void;
  /** @internal Runs a hook of a Tonic at once, in the same way as a sparkle; returns what it throws. */
  runHook(tonic: AnyTonic, key: string, a?: unknown, b?: unknown): Error | undefined;
}
