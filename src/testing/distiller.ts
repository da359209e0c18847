import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import type { Catalyst } from '../core/catalyst.js';
import { fail } from '../core/errors.js';
import type { Ledger } from '../core/ledger.js';
import { badOption } from '../core/options/option-problem.js';
import { parseOptions } from '../core/options/option-schema.js';
import type { Runtime } from '../core/runtime.js';
import type { Network } from '../selector/network.js';
import { type AppSource, type Finished, type LogEntry, AppUnderTest } from './app.js';
import { type AppOptions, type DistillerOptions, appSchema, distillerSchema } from './bench-options.js';
import { type Duration, toMs } from './duration.js';
import { type Fault, Faults, TestFaults } from './faults.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import { type HostedNetwork, networkAt, networkOf } from './networks.js';
import { reportOf, tableOf } from './report.js';
import { type SparkleTakes, sparkleTimer } from './sparkle-time.js';
import type { SparkleConditions } from './sparkle-conditions.js';
import { type SparkleResult, SparkleRun } from './sparkle-run.js';
import { type TraceEntry, entryOf } from './trace.js';
import type { TraceFilter } from './trace-filter.js';
import type { VirtualClock } from './virtual-clock.js';
import { anySeed, seedAskedFor } from './seed.js';
import { Simulator } from './simulator.js';

export type { AppOptions, DistillerOptions } from './bench-options.js';

const DEFAULT_LIMIT: Duration = '1h';
const NOTHING_RAN = { exitCode: 0, error: undefined, signal: undefined };

/**
 * A test bench that turns the loops of one or more apps by hand, in virtual time.
 *
 * The Formula, its Catalysts and Tonics run unchanged. Nothing runs but while one of the methods that return a promise is awaited:
 * {@link sparkle}, {@link advance}, {@link settle}, {@link until}, {@link realTime}, {@link finish}. One seed decides all chance, so
 * that a run can be replayed.
 *
 * ```ts
 * const distiller = await Distiller.start(MyFormula);
 * await distiller.advance('2h');
 * await distiller.finish();
 * ```
 */
export class Distiller {
  readonly #world: Simulator;
  readonly #apps: AppUnderTest[] = [];
  readonly #network: Network | HostedNetwork;
  readonly #faults: TestFaults;
  #finishCalled = false;

  private constructor(options: DistillerOptions, faults: Faults) {
    const settings = parseOptions(distillerSchema, options, 'the Distiller');
    const { seed, network, probes, trace, wallTime, settleWithin, sparkleTakes, instantLimit } = settings;
    const traceLimit = trace === false ? 0 : trace;
    const chosen = seed ?? seedAskedFor() ?? anySeed();
    this.#world = new Simulator({ seed: chosen, wallTime, traceLimit, probes, faults, settleWithin, instantLimit });
    this.#world.recording.finished = () => this.finished;
    this.sparkleTakes(sparkleTakes);
    this.#faults = new TestFaults(faults, this.#world.random, this.#world.clock);
    this.#network = networkOf(this.#world, network);
  }

  /**
   * Makes a simulation and starts an app in it: its Formula runs up to the start of its loops. Its orders wait until
   * the test runs the loops.
   *
   * @param app a Formula's class or instance, or a function that makes the starting Tonics; without it, an app with
   * none. An app that is a function, or is omitted, does not end while it has had no Tonics; after that it ends with
   * the last of them.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, and what the Formula throws.
   */
  static async start(app?: AppSource, options: DistillerOptions = {}): Promise<Distiller> {
    return Distiller._ttStart(app ?? (() => {}), options, new Faults());
  }

  /** @internal A simulation without an app. */
  static _ttMake(options: DistillerOptions, faults = new Faults()): Distiller {
    return new Distiller(options, faults);
  }

  /** @internal */
  static async _ttStart(app: AppSource | undefined, options: DistillerOptions, faults: Faults): Promise<Distiller> {
    const distiller = Distiller._ttMake(options, faults);
    if (app !== undefined) {
      const { host = 'main', log, config } = options;
      await distiller.join(app, { host, log, config });
    }
    return distiller;
  }

  /**
   * Starts a further app in the same simulation, on its own host, or on one whose app has finished or was killed.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, and what the Formula throws.
   */
  async join(app: AppSource, options: AppOptions = {}): Promise<AppUnderTest> {
    const {
      host = `host${this.#apps.length}`,
      log = {},
      config = {},
    } = parseOptions(appSchema, options, 'the Distiller');
    const before = this.#apps.filter((other) => other.host === host);
    if (before.some(({ finished }) => !finished)) throw bad('host', `an app runs on ${host} already`);
    const joined = new AppUnderTest(this.#world, host, before.length + 1);
    await joined.start(app, { host, network: networkAt(this.#network, host), log, config });
    this.#apps.push(joined);
    return joined;
  }

  // ---- What there is ----

  /** All apps, in the order in which they joined. */
  get apps(): readonly AppUnderTest[] {
    return this.#apps;
  }

  /** The seed of the run: the same one gives the same run. */
  get seed(): number {
    return this.#world.seed;
  }

  /** Virtual time; `clock.now()` is ms since the world began. */
  get clock(): VirtualClock {
    return this.#world.clock;
  }

  /** The main Catalyst of the first app. */
  get main(): Catalyst<string> {
    return this.#first.main;
  }

  /** What belongs to the first app: its configuration, its Ledger. */
  get runtime(): Runtime {
    return this.#first.runtime;
  }

  /** The Ledger of the first app. */
  get ledger(): Ledger {
    return this.#first.ledger;
  }

  /** The log of all apps, in the order of time: the newest 10,000 lines of each. */
  get lines(): LogEntry[] {
    const lines = this.#apps.flatMap((app) => app.lines);
    return this.#apps.length < 2 ? lines : lines.sort((a, b) => a.time - b.time);
  }

  /** The sparkles that ran so far, in the order in which they began: the newest, as many as `trace` keeps. */
  get trace(): readonly TraceEntry[] {
    return Array.from(this.#world.recording.ring, entryOf);
  }

  /** How many older entries the trace has dropped. */
  get dropped(): number {
    return this.#world.recording.ring.dropped;
  }

  /**
   * The simulated network, to make it fail.
   * @throws {TaskTonicError} `TT_BAD_OPTION` if the option `network` is another kind.
   */
  get network(): SimulatedNetwork {
    if (this.#network instanceof SimulatedNetwork) return this.#network;
    throw bad('network', 'it is not a simulated network');
  }

  /** The faults that were injected so far. */
  get faults(): readonly Fault[] {
    return this.#world.faults.injected;
  }

  /** Whether the main Catalysts of all apps have finished. */
  get finished(): boolean {
    return this.#apps.every((app) => app.finished);
  }

  /** The Tonic with this name, given or default; in the first app that has one. */
  find<T extends AnyTonic = AnyTonic>(name: string): T | undefined {
    for (const app of this.#apps) {
      const found = app.find<T>(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Makes a Tonic in the first app: `distiller.infuse(() => new Door())`. Its base is the main Catalyst, which ends when the last
   * such Tonic has finished. It runs when the test turns the loops.
   */
  infuse<T extends AnyTonic | RemoteHandle>(make: () => T): T {
    return this.#first.infuse(make);
  }

  /**
   * Decides at random whether a fault of the test's own happens now; {@link explore} lists it, and tries to remove it.
   *
   * @param probability from 0 to 1.
   * @param kind such as `'crash'`.
   * @param what what it affects, such as `'worker 2'`, if there are several.
   */
  chance(probability: number, kind: string, what = ''): boolean {
    return this.#faults.strikes(probability, kind, what);
  }

  /**
   * Checks this after each order of any app from now on: `distiller.always(() => assert.ok(queue.size <= 50))`. The
   * first time that it throws the loops stop there, and the call that turned them throws; then nothing is checked any
   * more.
   *
   * @param invariant looks and throws, not async; it is called often, and calls no sparkles. That call then throws `TT_INVARIANT_BROKEN`, with the
   *   sparkle after which it no longer held; its cause is what was thrown.
   */
  always(invariant: () => void): void {
    this.#world.recording.always(invariant);
  }

  /**
   * Sets how much virtual time each sparkle takes from now on, with its transitions: `distiller.sparkleTakes(5)`,
   * `distiller.sparkleTakes(({ tonic }) => (tonic instanceof Disk ? '20ms' : 0))`; 0 for none, as it begins.
   *
   * So what stands on a queue waits, and timers fall due meanwhile, as under load. What a sparkle does, it does before its time passes. There is one
   * time: while a sparkle takes it no other one runs, in no app. The framework's own orders (`ttsc__finish` among them) take none.
   *
   * @param takes may use chance of the run (`distiller.runtime.random`), so that a seed has other times.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  sparkleTakes(takes: SparkleTakes): void {
    this.#world.recording.takes = sparkleTimer(takes);
  }

  /**
   * Sends the first app a signal, as the system does: it begins to end as its configuration says (`shutdown`). Turn the loops to see that.
   * A signal that would end its process at once kills it.
   */
  signal(signal: 'SIGTERM' | 'SIGINT'): void {
    this.#first.signal(signal);
  }

  // ---- Turning ----

  /**
   * Runs the loops until one of the conditions is met; time advances by itself to the next event. It never stops within
   * a transition.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_AWAITED`, `TT_NEVER_SETTLES`
   */
  async sparkle(conditions: SparkleConditions = {}): Promise<SparkleResult> {
    const run = new SparkleRun(conditions);
    const { clock, recording } = this.#world;
    return this.#world.drive('sparkle()', async () => {
      const startAt = clock.now();
      const until = startAt + run.timeout;
      recording.run = run;
      for (const app of this.#apps) for (const tonic of app._ttTonics()) run.sees(tonic);
      run.look(startAt);
      try {
        const isIdle = (): boolean => this.#world.isIdle && !run.waits;
        const stopped = await this.#world.stepWhile(() => !run.stops && !this.finished && !isIdle(), until);
        if (!stopped) clock.moveTo(until);
      } finally {
        recording.run = undefined;
        recording.contract = run.contract;
      }
      return run.result(startAt, clock.now(), this.finished);
    });
  }

  /**
   * Lets virtual time pass and runs everything that becomes due, in order: `advance('2h')`, `advance('1m 30s')`,
   * `advance(250)`.
   *
   * If sparkles take time, it ends with the one in which that time is over; waiting orders run in the next call.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_AWAITED`, `TT_NEVER_SETTLES`; `TT_TAKES_FOR_EVER` if timers would
   * fire too often.
   */
  async advance(duration: Duration): Promise<void> {
    const ms = toMs(duration, 'advance()');
    await this.#world.drive('advance()', () => this.#world.advanceTo(this.clock.now() + ms));
  }

  /**
   * Runs all that can run without time passing.
   * @throws {TaskTonicError} `TT_NOT_AWAITED`, `TT_NEVER_SETTLES`
   */
  async settle(): Promise<void> {
    await this.#world.drive('settle()', () => this.#world.settle());
  }

  /**
   * Lets virtual time pass until a promise of the test is settled, and returns its value; or until a function, called
   * after each turn, returns true: `until(() => server.counts.open === 3)`.
   *
   * @param limit the most virtual time to wait. Default: one hour.
   * @throws {TaskTonicError} `TT_NOT_SETTLED` at the limit; `TT_BAD_OPTION`, `TT_NOT_AWAITED`, `TT_NEVER_SETTLES`; and
   *   what the promise is rejected with, or the function throws.
   */
  async until(holds: () => boolean, limit?: Duration): Promise<void>;
  async until<T>(promise: PromiseLike<T>, limit?: Duration): Promise<T>;
  async until(what: PromiseLike<unknown> | (() => boolean), limit: Duration = DEFAULT_LIMIT): Promise<unknown> {
    const ms = toMs(limit, 'until()');
    let settled = false;
    const settle = (): void => void (settled = true);
    if (typeof what === 'object') what.then(settle, settle);
    const isOver = typeof what === 'function' ? () => (settled ||= what()) : () => settled;
    await this.#world.drive('until()', async () => {
      const end = this.clock.now() + ms;
      await this.#world.stepWhile(() => !isOver(), end);
    });
    if (!settled) throw fail('TT_NOT_SETTLED', { ms });
    return typeof what === 'object' ? what : undefined;
  }

  /**
   * Waits in real time: for a promise, such as of a file or a process, while virtual time stands still; or for a time
   * span, during which virtual time passes too.
   *
   * @returns the value of the promise.
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_AWAITED`, `TT_NEVER_SETTLES`; and what the promise is rejected with.
   */
  async realTime(duration: Duration): Promise<void>;
  async realTime<T>(promise: PromiseLike<T>): Promise<T>;
  async realTime(what: Duration | PromiseLike<unknown>): Promise<unknown> {
    if (typeof what === 'object') return this.#world.drive('realTime()', () => this.#world.whileReal(what));
    const ms = toMs(what, 'realTime()');
    return this.#world.drive('realTime()', () => this.#world.realTime(ms));
  }

  /**
   * Shuts all apps down in virtual time, the last one first. Apps that have not finished within an hour are aborted and
   * named. It may be called again.
   *
   * @returns the result of the first app that failed, or else of the first one; and everything left open.
   * @throws {TaskTonicError} `TT_LOOP_BROKEN`, `TT_NOT_AWAITED`
   */
  async finish(): Promise<Finished> {
    this.#finishCalled = true;
    return this.#world.drive('finish()', () => this.#end());
  }

  async #end(): Promise<Finished> {
    const ends: Finished[] = [];
    const broken: unknown[] = [];
    for (const app of [...this.#apps].reverse())
      await app.end().then(
        (end) => ends.unshift(end),
        (thrown: unknown) => broken.push(thrown),
      );
    if (broken.length > 0) throw broken[0];
    const first = ends.find(({ exitCode }) => exitCode !== 0) ?? ends[0] ?? NOTHING_RAN;
    return { ...first, leftOpen: ends.flatMap(({ leftOpen }) => leftOpen) };
  }

  /** @internal The running call, for errors. */
  get _ttDoing(): string {
    return this.#world.doing;
  }

  /** @internal Stops everything; the caller that runs the loops gets the reason as an error. */
  _ttStop(why: Error): void {
    this.#world.stop(why);
  }

  /** @internal Ends the apps after a stop. */
  async _ttEndStopped(): Promise<Finished> {
    return this.#world.driveToEnd('finish()', () => this.#end());
  }

  /** @internal Whether the test has ended its apps itself. */
  get _ttFinishCalled(): boolean {
    return this.#finishCalled;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }

  // ---- To be read ----

  /**
   * The seed, the time and the trace, as a table.
   * @param which of the trace these only: `'door'`, `['door', 'visitor']`, `({ sparkle }) => sparkle === 'ttsc__unlock'`. Default: all.
   */
  toString(which?: TraceFilter): string {
    return tableOf(this.#world, which);
  }

  /** Writes the same to standard output. */
  print(which?: TraceFilter): void {
    process.stdout.write(`${this.toString(which)}\n`);
  }

  /** A report after a failure: the seed, the faults, the end of the trace and of the log. */
  report(): string {
    return reportOf(this.#world, this.lines);
  }

  get #first(): AppUnderTest {
    const [first] = this.#apps;
    if (first === undefined) throw fail('TT_NO_APP');
    return first;
  }
}

function bad(option: string, problem: string): Error {
  return badOption('the Distiller', option, problem);
}
