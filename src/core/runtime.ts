import type { AnyTonic, RemoteHandle } from './any-tonic.js';
import type { ServicePort } from './service-port.js';
import { type Clock, nodeClock } from './time/clock.js';
import type { ChangedValue, Configuration } from './configuration.js';
import { Ledger } from './ledger.js';
import type { LogService } from './log-port.js';
import { type Random, systemRandom } from './time/random.js';
import { reconfigure } from './reconfigure.js';
import { type ShutdownInfo, tellShutdown } from './shutdown.js';
import type { Testbench } from './testbench.js';
import type { Threads } from './threads-port.js';

/** The name of the main Catalyst. */
export const MAIN = 'tt_main_catalyst';

/**
 * All that would else be global to an app: made when a Formula runs and dropped when it has ended, so that tests run
 * many, one after the other, and nothing leaks between them.
 */
export class Runtime {
  readonly ledger = new Ledger();
  readonly clock: Clock;
  readonly random: Random;
  /** The log; set when the configuration is known. */
  log!: LogService;
  /** The configuration of the Formula: what its user gave, and the defaults. Set before anything is made. */
  config!: Configuration;
  /** The thread that it lives in; 0 is the main one. */
  thread = 0;
  /** The other threads, where there are any. @internal */
  threads: Threads | undefined = undefined;
  /** The services; filled in with the first Catalyst. @internal */
  services: ServicePort | undefined = undefined;
  /** What its first Catalyst is called. */
  rootName: string | undefined = MAIN;
  /** In a thread: the base of its Catalyst, which lives in another thread. @internal */
  farBase: RemoteHandle | undefined = undefined;
  /** In a thread: the service that the base belongs to. @internal */
  farOwner: string | undefined = undefined;

  /** Called when the configuration of this thread has changed, with all its values. @internal */
  readonly configurationHearers = new Set<() => void>();

  /** What the app ends by, from the signal on, in every thread; `undefined` before. A health check looks at it: no more is to be sent here. */
  shutdown: ShutdownInfo | undefined = undefined;

  /**
   * In the main thread: ends the app by a signal, or as a test asks; `false` if the process must end at once. @internal
   */
  askToEnd: ((signal: NodeJS.Signals) => boolean) | undefined = undefined;

  /** In the main thread: reads the configuration again. @internal */
  reload: (() => void) | undefined = undefined;

  /** The replacement for the machine in a test. @internal */
  testbench: Testbench | undefined = undefined;

  constructor(clock: Clock = nodeClock, random: Random = systemRandom) {
    this.clock = clock;
    this.random = random;
    this.ledger.findService = (name) => this.#service(name);
  }

  /** The Catalysts, the main one first. */
  readonly #loops = new Set<Loop>();
  #start: ((loop: Loop) => void) | undefined;

  /**
   * Waits for something outside of the app. Under test, virtual time does not advance meanwhile.
   * @internal
   */
  async held<T>(something: Promise<T>): Promise<T> {
    return this.testbench === undefined ? something : this.testbench.hold(something);
  }

  /** Adds a Catalyst, which is started with the others, or at once if they run. @internal */
  add(loop: Loop): void {
    this.#loops.add(loop);
    this.#start?.(loop);
  }

  /** @internal */
  remove(loop: Loop): void {
    this.#loops.delete(loop);
  }

  /** Starts all Catalysts, and later each one that is added. @internal */
  start(start: (loop: Loop) => void): void {
    this.#start = start;
    for (const loop of this.#loops) start(loop);
  }

  /** The main Catalyst: the first that was made. @internal */
  get main(): Loop | undefined {
    return this.#loops.values().next().value;
  }

  /** The Catalysts that have not finished. @internal */
  get loops(): Iterable<Loop> {
    return this.#loops;
  }

  /**
   * The tree of bases and infusions, thread by thread, to be printed; a thread that does not answer within a second is named as such.
   * In a sparkle: `this.pipe(runtime.dump(), this.ttse__onDump)`.
   */
  async dump(): Promise<string> {
    return this.threads === undefined ? this.ledger.dump() : this.threads.dump();
  }

  /**
   * Reads the sources of the configuration again, in a sparkle of the main Catalyst; from another thread, too. What may change while the
   * app runs does, and its Tonics hear `ttse__onConfigurationChanged`. What is wrong or may not change is logged.
   */
  reloadConfiguration(): void {
    if (this.reload !== undefined) this.main?._ttss__run({ run: this.reload });
    else (this.farBase as AnyTonic | undefined)?._ttss__configuration();
  }

  /** In other threads than the main one: the main thread has reported the shutdown. @internal */
  toldOfShutdown(info: ShutdownInfo): void {
    tellShutdown(this, info);
  }

  /** @internal */
  configured(changes: readonly ChangedValue[]): void {
    reconfigure(this, changes);
    this.configurationChanged();
  }

  /** @internal */
  configurationChanged(): void {
    for (const hear of this.configurationHearers) hear();
  }

  #service(name: string): RemoteHandle | undefined {
    const { main, services, ledger } = this;
    // This whole thread may be the service.
    if (main?._ttPlan.service === name) return main;
    const is = services?.whoIs(name);
    if (is !== undefined && ledger.get(is.id) === is) return is;
    const isKnown = is !== undefined || services?.usersOf(name)[Symbol.iterator]().next().done === false;
    return isKnown ? services!.handle(name) : undefined;
  }

  /** Looks a value of the configuration up by its path, such as `'log/default'`. */
  get(path: string): unknown {
    return this.config.get(path);
  }
}

/** What a runtime needs of a Catalyst. */
export interface Loop extends AnyTonic {
  readonly queue: { readonly limit: number };
  startSparkling(): Promise<void>;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
