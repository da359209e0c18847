import { Catalyst } from '../core/catalyst.js';
import type { AnyTonic } from '../core/any-tonic.js';
import type { Clock } from '../core/time/clock.js';
import type { AppConfiguration } from '../config/app-configuration.js';
import { asksForHelp, helpText } from '../config/configuration-help.js';
import { readConfiguration, treeOfCode } from '../config/configuration-reading.js';
import type { FormulaData, FormulaPaths } from '../config/configuration-schema.js';
import type { ConfigurationSources } from '../config/configuration-sources.js';
import { abortError, forgetAbort, hearAbort } from '../core/asking/abort-signals.js';
import { type TaskTonicError, fail } from '../core/errors.js';
import { plain } from '../core/plain.js';
import { reloader } from './configuration-reloader.js';
import { heldRun } from './held-runs.js';
import { abort } from '../core/life.js';
import type { LogSinkMaker } from '../log/log-services.js';
import { openLog } from '../log/log-targets.js';
import { appPorts } from './app-ports.js';
import { ports } from '../core/ports.js';
import type { TonicMaker } from '../config/tonic-maker.js';
import type { LogOptions } from '../log/log-options.js';
import type { Remote } from '../core/plan/remote.js';
import { ProcessWatch, warnIfHeldOpen } from './process-watch.js';
import type { Random } from '../core/time/random.js';
import { runAs, running } from '../core/running.js';
import { runLoops } from './run-loops.js';
import { Runtime } from '../core/runtime.js';
import { Shutdown, type ShutdownTimes } from './shutdown.js';
import { printAndExit, readForStart } from './start-failure.js';
import { successor } from './upgrade/successor.js';
import { type UpgradeTimes, Upgrader } from './upgrade/upgrader.js';
import type { Testbench } from '../core/testbench.js';

export type { FormulaData, FormulaPaths } from '../config/configuration-schema.js';

/** How an app ended. */
export interface RunResult {
  /** 0 after a normal end; another code is also set as `process.exitCode`. */
  readonly exitCode: number;
  /** The unhandled failure that reached the main Catalyst. */
  readonly error: Error | undefined;
  /** The signal of the process that ended it. */
  readonly signal: NodeJS.Signals | undefined;
  /** Where the AbortSignal that `run()` was given was aborted: `TT_SIGNAL_ABORTED`, with the reason as its cause. */
  readonly aborted?: TaskTonicError;
}

/** Options of `run()`, after the arguments of the constructor of the Formula. */
export interface RunOptions {
  /** When it is aborted the app ends in order, as by SIGTERM. */
  readonly signal: AbortSignal;
}

/** @param last the last argument of `run()`. */
function isRunOptions(last: unknown): last is RunOptions {
  return (
    typeof last === 'object' &&
    last !== null &&
    (last as { signal?: unknown }).signal instanceof AbortSignal &&
    Object.keys(last).length === 1
  );
}

/** Prints the failure of an app whose log is off. */
function tellFailure({ constructor: { name } }: object, error: Error): void {
  const { message } = plain(error) as Error;
  process.stderr.write(`tasktonic: ${name} failed: ${message.replaceAll(/\s*\n\s*/g, ' ').replaceAll('.: ', ': ')}\n`);
}

/** The value of `testing` in the configuration if a test turns the loops by hand. */
const BY_HAND = { dontStartCatalysts: true };

/**
 * The description of an app: its configuration, its main Catalyst and the Tonics that it starts with.
 *
 * `await MyFormula.run()` runs it, in six steps: the defaults, `creatingFormula()`, the log, `creatingMainCatalyst()`,
 * `creatingStartingTonics()`, and then the Catalysts start. Orders queued before that wait.
 */
export abstract class Formula {
  /** @internal The clock and the chance of the app; a test gives its own. */
  protected readonly clock: Clock | undefined = undefined;
  /** @internal */
  protected readonly random: Random | undefined = undefined;

  /** The Tonics that the configuration may start by name. Default: those of the framework. */
  protected readonly tonicStore: TonicMaker | undefined = appPorts.tonicStore;

  /** The log services that the configuration may name. Default: those of the framework. */
  protected readonly logServices: LogSinkMaker | undefined = appPorts.logServices;

  /**
   * Step 2: the configuration, which overrides the defaults: nested objects (`{ log: { level: 'warn' } }`), values by
   * their paths (`{ 'log/level': 'warn' }`), or a list of paths with values (`[['log/level', 'warn']]`), in which later
   * ones override earlier ones.
   */
  protected creatingFormula(): FormulaData | FormulaPaths {
    return {};
  }

  /**
   * Further sources of the configuration, which override that of `creatingFormula()`: a file, the environment, the
   * command line.
   */
  protected creatingConfiguration(): ConfigurationSources {
    return {};
  }

  /** Step 4: makes the main Catalyst. Default: a SelectorCatalyst. */
  protected creatingMainCatalyst(): unknown {
    return (appPorts.makeMainCatalyst ?? (() => new Catalyst()))();
  }

  /** Step 5: makes the Tonics that the app starts with; their base is the main Catalyst. The app ends when they have finished. */
  protected creatingStartingTonics(): void | undefined {}

  /**
   * Starts a service for the whole app, in `creatingStartingTonics()`: it runs until the app ends, and is restarted
   * when it fails.
   * @throws {TaskTonicError} as `use()` of a Tonic.
   */
  protected use<T extends AnyTonic, A extends unknown[]>(
    service: (new (...args: A) => T) & { readonly service: string },
    ...args: A
  ): Remote<T> {
    const main = running.tonic;
    if (main === undefined) throw fail('TT_NOT_RUNNING', { what: 'use()', tonic: 'creatingStartingTonics()' });
    return main._ttScheduler.services.use(main, service, args) as Remote<T>;
  }

  /**
   * Runs the app; resolves when its main Catalyst has finished.
   *
   * @param args what the constructor takes, and after that optionally `{ signal }`, which the constructor does not get: when this
   * AbortSignal is aborted, the app ends in order, as by SIGTERM, and the result has `aborted`.
   * @throws {TaskTonicError} `TT_SIGNAL_ABORTED` if it was already aborted: then nothing is made; `TT_BAD_OPTION`,
   * `TT_BAD_CONFIGURATION`, `TT_NO_CATALYST`, `TT_RUN_IN_THREAD`, or an exception of `creatingStartingTonics()`.
   */
  static async run<A extends unknown[]>(
    this: new (...args: A) => Formula,
    ...args: A | [...A, RunOptions]
  ): Promise<RunResult> {
    const held = heldRun(this);
    if (held !== undefined) return held;
    const last = args.at(-1);
    if (!isRunOptions(last)) return new this(...(args as A))._ttRun();
    const { signal } = last;
    if (signal.aborted) throw abortError(`run() of ${this.name}`, signal);
    return new this(...(args.slice(0, -1) as A))._ttRun(undefined, undefined, signal);
  }

  /** @internal Runs it, on a test's bench where one is given; `started` is told when its loops run. */
  async _ttRun(testbench?: Testbench, started?: (runtime: Runtime) => void, signal?: AbortSignal): Promise<RunResult> {
    const held = heldRun(this);
    if (held !== undefined) return held;
    const begun = testbench === undefined ? successor.begin() : undefined;
    if (begun !== undefined) await begun;
    if (ports.threads?.inThread) throw fail('TT_RUN_IN_THREAD', { class: this.constructor.name });
    const runtime = new Runtime(testbench?.clock ?? this.clock, testbench?.random ?? this.random);
    runtime.testbench = testbench;
    const code = this.creatingFormula();
    const sources = this.creatingConfiguration();
    const read = (): AppConfiguration =>
      readConfiguration(code, sources, this.tonicStore, this.logServices, testbench?.config);
    if (testbench === undefined) {
      const tree = (): unknown => readForStart(this.constructor.name, sources, () => treeOfCode(code, sources));
      if (asksForHelp(sources, tree)) return printAndExit(helpText(sources, tree()));
    }
    const config = testbench === undefined ? readForStart(this.constructor.name, sources, read) : read();
    const data = config.data as FormulaData;
    const project = {
      name: this.constructor.name,
      ...data.project,
      startedAt: runtime.clock.wallTime(),
      status: 'starting',
    };
    runtime.config = config.with(testbench === undefined ? { project } : { project, testing: BY_HAND });
    runtime.reload = reloader(runtime, { sources, read, config, store: this.tonicStore, logs: this.logServices });
    runtime.log = await openLog(logOptions(data, testbench), runtime, this.logServices);
    try {
      return await this.#runUntil(signal, runtime, () =>
        this.#runLogged(runtime, data, project, sources.sighup === true, testbench, started),
      );
    } finally {
      // The last lines of all threads have been received by now.
      await runtime.log.close();
      runtime.threads?.close();
      if (testbench === undefined) warnIfHeldOpen(runtime);
    }
  }

  /** Runs it; when that signal is aborted it is asked to end. */
  async #runUntil(
    signal: AbortSignal | undefined,
    runtime: Runtime,
    run: () => Promise<RunResult>,
  ): Promise<RunResult> {
    if (signal === undefined) return run();
    if (signal.aborted) throw abortError(`run() of ${this.constructor.name}`, signal);
    let aborted: TaskTonicError | undefined;
    const hearer = {
      signalAborted: (): void => {
        aborted = abortError(`run() of ${this.constructor.name}`, signal);
        runtime.askToEnd?.('SIGTERM');
      },
    };
    hearAbort(signal, hearer);
    try {
      const result = await run();
      return aborted === undefined ? result : { ...result, signal: undefined, aborted };
    } finally {
      forgetAbort(signal, hearer);
    }
  }

  async #runLogged(
    runtime: Runtime,
    data: FormulaData,
    project: { status: string },
    sighup: boolean,
    testbench: Testbench | undefined,
    started: ((runtime: Runtime) => void) | undefined,
  ): Promise<RunResult> {
    const become = (status: string): void => {
      project.status = status;
      runtime.configurationChanged();
    };
    const main = this.#makeMain(runtime);
    // An app in a test must not handle the signals of the test's process.
    const { signals, ...times } = data.shutdown as Required<NonNullable<FormulaData['shutdown']>>;
    const shutdown = new Shutdown(runtime, main, times as ShutdownTimes, () => {
      become('stopping');
      upgrader?.abandon();
    });
    runtime.askToEnd = (signal) => shutdown.ask(signal);
    const { sigusr2, ...upgradeTimes } = data.upgrade as Required<NonNullable<FormulaData['upgrade']>>;
    const upgrader = sigusr2 ? new Upgrader(runtime, shutdown, upgradeTimes as UpgradeTimes) : undefined;
    const watch =
      testbench === undefined ? new ProcessWatch(runtime, signals ? shutdown : undefined, sighup, upgrader) : undefined;
    try {
      within(runtime, () => runAs(main, () => this.#makeStartingTonics(data)), true);
      become('startCatalysts');
      if (testbench?.keepsOpen !== true) main._ttss__run({ run: () => main._ttFinishIfIdle() });
      await runLoops(runtime, main, () => {
        become('mainRunning');
        if (testbench === undefined) successor.started(runtime);
        started?.(runtime);
      });
      become('mainFinished');
    } catch (thrown) {
      // Closes what was opened before the error.
      abort(main, () => {});
      successor.failed(thrown);
      throw thrown;
    } finally {
      watch?.close();
      shutdown.close();
    }
    const error = main._ttEnding?.error;
    if (error !== undefined) successor.failed(error);
    const exitCode = error === undefined && !shutdown.graceExceeded ? 0 : 1;
    if (exitCode !== 0 && testbench === undefined) process.exitCode = exitCode;
    if (error !== undefined && testbench === undefined && !runtime.log.tellsFailures) tellFailure(this, error);
    return { exitCode, error, signal: shutdown.signal };
  }

  #makeStartingTonics({ start = [] }: FormulaData): void {
    this.creatingStartingTonics();
    for (const { tonic, options } of start) this.tonicStore?.make(tonic, options as never);
  }

  #makeMain(runtime: Runtime): Catalyst<string> {
    within(runtime, () => this.creatingMainCatalyst());
    if (runtime.main instanceof Catalyst) return runtime.main as Catalyst<string>;
    throw fail('TT_NO_CATALYST', { class: this.constructor.name });
  }
}

function within(runtime: Runtime, body: () => void, starting = false): void {
  const before = { runtime: running.runtime, starting: running.starting };
  Object.assign(running, { runtime, starting });
  try {
    body();
  } finally {
    Object.assign(running, before);
  }
}

/** In a test the log goes to the test, unless it is off. */
function logOptions({ log }: FormulaData, testbench: Testbench | undefined): LogOptions {
  const given = log ?? {};
  return testbench === undefined || given.to === 'off' ? given : { ...given, ...testbench.log };
}
