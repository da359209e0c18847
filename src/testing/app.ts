import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import type { Catalyst } from '../core/catalyst.js';
import { TaskTonicError } from '../core/errors.js';
import { Formula, type FormulaData, type RunResult } from '../app/formula.js';
import type { Ledger } from '../core/ledger.js';
import { abort } from '../core/life.js';
import type { LogOptions } from '../log/log-options.js';
import { badOption } from '../core/options/option-problem.js';
import { runAs, running } from '../core/running.js';
import type { Runtime } from '../core/runtime.js';
import type { Testbench } from '../core/testbench.js';
import { Tonic } from '../core/tonic.js';
import { SelectorCatalyst } from '../selector/selector-catalyst.js';
import { AppClock } from './app-clock.js';
import { sleep } from './real-time.js';
import { Recorder } from './recording.js';
import { type SimulatedThread, SimulatedThreads } from './simulated-threads.js';
import { RingBuffer } from './trace.js';
import type { Simulator } from './simulator.js';

/** An app: a Formula (its class, or an instance if it has arguments), or a function that makes its starting Tonics. */
export type AppSource = (new () => Formula) | Formula | (() => void);

/** One line of an app's log, as JSON gives it. */
export interface LogEntry {
  /** 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number;
  /** The time of day, virtual, in ms since 1970-01-01 UTC. */
  readonly time: number;
  readonly msg: string;
  readonly tonic?: string;
  readonly id?: number;
  readonly state?: string;
  readonly sparkle?: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** How an app under test ended. */
export interface Finished extends RunResult {
  /**
   * What it has left open: Tonics that had to be aborted, timers that are still set, loops that still run. Empty if
   * there is nothing.
   */
  readonly leftOpen: readonly string[];
}

/** Where an app runs. */
export interface AppSettings {
  readonly host: string;
  readonly network: unknown;
  readonly log: Omit<LogOptions, 'to'>;
  readonly config: FormulaData;
}

const MOST_LINES = 10_000;
/** How long an app may take to end, in ms of virtual time; then the rest is aborted. */
const END_WITHIN = 3_600_000;
/** How often the end waits a moment of real time, if virtual time brings nothing more; and again after an abort. */
const REAL_CHANCES = 200;
/** The result of an app that was ended but still runs, such as a Catalyst with a loop of its own. */
const NOT_OVER: RunResult = { exitCode: 1, error: undefined, signal: undefined };

/** An app in the simulation of a Distiller. */
export class AppUnderTest {
  /** The host that it runs on. */
  readonly host: string;
  readonly #world: Simulator;
  readonly #clock: AppClock;
  readonly #lines = new RingBuffer<string>(MOST_LINES);
  #runtime: Runtime | undefined;
  #main: Catalyst<string> | undefined;
  #ended: Promise<RunResult> | undefined;
  #finished: Finished | undefined;
  #killed = false;
  #threads: SimulatedThreads | undefined;

  readonly #label: string;

  /**
   * @param nth which app on that host it is, from 1: one that is started again has other random numbers.
   * @internal
   */
  constructor(world: Simulator, host: string, nth: number) {
    this.#world = world;
    this.host = host;
    this.#label = nth === 1 ? host : `${host} (${nth})`;
    this.#clock = new AppClock(world.clock);
  }

  /**
   * Carries the Formula out up to the start of its loops, which then wait for the test.
   * @internal
   */
  async start(source: AppSource, { network, log, config }: AppSettings): Promise<this> {
    const formula = formulaOf(source);
    const random = this.#world.random.fork(`random of ${this.#label}`);
    const readiness = this.#world.random.fork(`readiness at ${this.#label}`);
    const testbench: Testbench = {
      clock: this.#clock,
      random,
      network,
      observer: new Recorder(this.#world.recording, this.host),
      config,
      log: { ...log, to: { write: (line: string) => this.#lines.push(line) } },
      threadMachine: (this.#threads = new SimulatedThreads(this.#world, this.host, () => testbench)),
      keepsOpen: formula instanceof GivenTonics,
      hold: (something) => this.#world.hold(something),
      shuffle: (list) => readiness.shuffle(list),
    };
    await new Promise<void>((resolve, reject) => {
      const started = (runtime: Runtime): void => {
        this.#runtime = runtime;
        this.#main = runtime.main as Catalyst<string>;
        resolve();
      };
      this.#ended = formula._ttRun(testbench, started);
      this.#ended.catch(reject);
    });
    return this;
  }

  /** What belongs to it: the configuration, the Ledger. */
  get runtime(): Runtime {
    return this.#runtime!;
  }

  /** Its main Catalyst. */
  get main(): Catalyst<string> {
    return this.#main!;
  }

  get ledger(): Ledger {
    return this.runtime.ledger;
  }

  /** Whether its main Catalyst has finished, or it was killed. */
  get finished(): boolean {
    return this.#killed || this.main.finished;
  }

  /** Its log so far: the newest 10,000 lines. */
  get lines(): LogEntry[] {
    return [...this.#lines].map((line) => JSON.parse(line) as LogEntry);
  }

  /** The Tonic or service with this name (given or default), in any of its threads; `undefined` if it was killed. */
  find<T extends AnyTonic = AnyTonic>(name: string): T | undefined {
    if (this.#killed) return undefined;
    // The Tonic that represents a Catalyst in its base's thread has the same name.
    for (const { runtime } of this.threads) {
      const found = runtime.ledger.find(name);
      // Not a handle of a service in another thread.
      if (found !== undefined && runtime.ledger.get(found.id) === found) return found as T;
    }
    return this.ledger.find(name) as T | undefined;
  }

  /** @internal All Tonics that it has now, in all its threads; none where it was killed. */
  *_ttTonics(): Iterable<AnyTonic> {
    if (this.#killed) return;
    for (const { runtime } of [this, ...this.threads]) yield* runtime.ledger;
  }

  /** Its threads, all of them simulated; `terminate()` has one crash. */
  get threads(): readonly SimulatedThread[] {
    return this.#threads!.threads;
  }

  /**
   * Makes a Tonic whose base is the main Catalyst, as one that the app starts with: the app ends when the last of them has finished.
   * It runs when the test turns the loops.
   */
  infuse<T extends AnyTonic | RemoteHandle>(make: () => T): T {
    const { starting } = running;
    running.starting = true;
    try {
      return runAs(this.main, make);
    } finally {
      running.starting = starting;
    }
  }

  /**
   * Sends it a signal, as the system does: the first one shuts it down, within the times of its `shutdown`; the test
   * goes on, to check that. A signal that would end its process at once kills the app.
   */
  signal(signal: 'SIGTERM' | 'SIGINT'): void {
    if (!this.finished && this.runtime.askToEnd?.(signal) === false) this.kill();
  }

  /**
   * Ends it at once, like `kill -9`: no sparkle of it runs any more. Its sockets are closed, as by the system; after a
   * power failure of its host (`network.host(name).crash()`) peers get no packet. Another app can then be started on
   * its host.
   */
  kill(): void {
    if (this.finished) return;
    this.#killed = true;
    this.#finished = KILLED;
    const runtimes = [this.runtime, ...this.threads.map(({ runtime }) => runtime)];
    this.#clock.close();
    this.#threads!.kill();
    for (const { loops, testbench } of runtimes) {
      if (testbench?.observer instanceof Recorder) testbench.observer.stop();
      for (const loop of loops) if (loop instanceof SelectorCatalyst) loop.selector.close();
    }
  }

  /** @internal Ends it in order, within a drive. */
  async end(): Promise<Finished> {
    if (this.#finished !== undefined) return this.#finished;
    let over = false;
    const end = (): void => void (over = true);
    this.#ended!.then(end, end);
    if (!this.main.finished) this.main.ttsc__finish();
    const leftOpen: string[] = [];
    const until = this.#world.clock.now() + END_WITHIN;
    for (let chances = REAL_CHANCES; !over && chances > -REAL_CHANCES; chances--) {
      await this.#world
        .stepWhile(() => !over, until)
        .catch((thrown: unknown) => {
          if (!isRestless(thrown)) throw thrown;
          chances = chances > 0 ? 0 : -REAL_CHANCES;
        });
      if (over) break;
      if (chances === 0) for (const loop of this.runtime.loops) abort(loop, (tonic) => leftOpen.push(tonic.name));
      // It may wait for something real: a file, a socket.
      await sleep(1);
    }
    const result = over ? await this.#ended! : NOT_OVER;
    if (!over) leftOpen.push('a loop');
    for (const { name } of this.ledger) leftOpen.push(name);
    if (this.#clock.open > 0) leftOpen.push(`${this.#clock.open} timers`);
    return (this.#finished = { ...result, leftOpen });
  }
}

/** The result of an app that was killed. */
const KILLED: Finished = { exitCode: 0, error: undefined, signal: 'SIGKILL', leftOpen: [] };

const RESTLESS: readonly string[] = ['TT_NEVER_SETTLES', 'TT_TAKES_FOR_EVER'];

function isRestless(thrown: unknown): boolean {
  return thrown instanceof TaskTonicError && RESTLESS.includes(thrown.code);
}

/** An app without a Formula: it continues while it has no Tonics. */
class GivenTonics extends Formula {
  readonly #make: () => void;

  constructor(make: () => void) {
    super();
    this.#make = make;
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'test' } };
  }

  protected override creatingStartingTonics(): void {
    this.#make();
  }
}

function formulaOf(source: AppSource): Formula {
  if (source instanceof Formula) return source;
  if (typeof source !== 'function' || source.prototype instanceof Tonic) throw noApp();
  return isFormula(source) ? new source() : new GivenTonics(source);
}

function noApp(): Error {
  const problem = 'it must be a Formula, its class, or a function that makes Tonics, such as () => void new Door()';
  return badOption('the Distiller', 'app', problem);
}

function isFormula(source: (new () => Formula) | (() => void)): source is new () => Formula {
  return source.prototype instanceof Formula;
}
