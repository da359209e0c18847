import { Catalyst } from './catalyst.js';
import type { Clock } from './clock.js';
import { fail } from './errors.js';
import { abort } from './life.js';
import type { LogSinkMaker } from './log-services.js';
import { type LogOptions, openLog } from './log-targets.js';
import { type TonicMaker, ports } from './ports.js';
import { ProcessWatch, warnIfHeldOpen } from './process-watch.js';
import type { Random } from './random.js';
import { runAs, running } from './running.js';
import { runLoops } from './run-loops.js';
import { Runtime, isRecord } from './runtime.js';

/** The configuration of an app; keys of one's own may be added, and are found by their path with `runtime.get()`. */
export interface FormulaData {
  readonly project?:
    | {
        /** What the app is called. Default: the name of the Formula's class. */
        readonly name?: string;
        readonly [key: string]: unknown;
      }
    | undefined;
  /** Where the log goes, and how much of it. */
  readonly log?: LogOptions | undefined;
  /** Tonics of the TonicStore to start, by name, after those that `creatingStartingTonics()` makes. */
  readonly start?: readonly { readonly tonic: string; readonly options?: object | undefined }[] | undefined;
  readonly threads?:
    | {
        /**
         * Whether a loop that is about to wait looks for a moment whether another thread has sent something: answers then take a quarter of
         * the time. Looks that find nothing take about one percent of a core at most. Default true.
         */
        readonly doorbell?: boolean | undefined;
      }
    | undefined;
  readonly shutdown?:
    | {
        /** Whether SIGINT and SIGTERM finish the app in order (a second one ends it at once). Default true. */
        readonly signals?: boolean | undefined;
        /** How long it may take to finish after a signal, in ms; then what is left is aborted and named. Default 10,000. */
        readonly grace?: number | undefined;
      }
    | undefined;
  readonly [key: string]: unknown;
}

/** How an app ended. */
export interface RunResult {
  /** 0 where it ended as meant; also set as `process.exitCode` where it is another. */
  readonly exitCode: number;
  /** What reached the main Catalyst and nobody handled. */
  readonly error: Error | undefined;
  /** The signal that it was finished by. */
  readonly signal: NodeJS.Signals | undefined;
}

/**
 * The recipe of an app: its configuration, its main Catalyst and the Tonics that it starts with.
 *
 * `await MyFormula.run()` carries it out, in six steps: the defaults, `creatingFormula()`, the log,
 * `creatingMainCatalyst()`, `creatingStartingTonics()`, and then the Catalysts start. What is queued before that waits.
 */
export abstract class Formula {
  /** @internal The clock and the chance of the app; a test gives its own. */
  protected readonly clock: Clock | undefined = undefined;
  /** @internal */
  protected readonly random: Random | undefined = undefined;

  /** The Tonics that the configuration may start by name. Default: those of the framework. */
  protected readonly tonicStore: TonicMaker | undefined = ports.tonicStore;

  /** The log services that the configuration may name. Default: those of the framework. */
  protected readonly logServices: LogSinkMaker | undefined = ports.logServices;

  /** Step 2: the configuration, laid over the defaults. */
  protected creatingFormula(): FormulaData {
    return {};
  }

  /** Step 4: makes the main Catalyst. Default: a SelectorCatalyst. */
  protected creatingMainCatalyst(): unknown {
    return (ports.makeMainCatalyst ?? (() => new Catalyst()))();
  }

  /** Step 5: makes the Tonics that the app starts with; their base is the main Catalyst. The app ends when they have finished. */
  protected creatingStartingTonics(): void {}

  /**
   * Runs the app; resolves when its main Catalyst has finished, so that the code after it runs then and not before.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NO_CATALYST`, `TT_RUN_IN_THREAD`, or what the making of the Tonics throws.
   */
  static async run<A extends unknown[]>(this: new (...args: A) => Formula, ...args: A): Promise<RunResult> {
    return new this(...args).#run();
  }

  async #run(): Promise<RunResult> {
    if (ports.threads?.inThread) throw fail('TT_RUN_IN_THREAD', { class: this.constructor.name });
    const runtime = new Runtime(this.clock, this.random);
    const data = this.creatingFormula();
    const project = {
      name: this.constructor.name,
      ...data.project,
      startedAt: runtime.clock.wallTime(),
      status: 'starting',
    };
    runtime.data = { ...data, project };
    const grace = checkedGrace(data);
    runtime.log = await openLog(isRecord(data.log) ? data.log : {}, runtime, this.logServices);
    try {
      return await this.#runLogged(runtime, data, project, grace);
    } finally {
      // The last words of threads are in it by now.
      await runtime.log.close();
      runtime.threads?.close();
      warnIfHeldOpen(runtime);
    }
  }

  async #runLogged(
    runtime: Runtime,
    data: FormulaData,
    project: { status: string },
    grace: number,
  ): Promise<RunResult> {
    const main = this.#makeMain(runtime);
    const watch = new ProcessWatch(runtime, main, data.shutdown?.signals ?? true, grace);
    try {
      within(runtime, () => runAs(main, () => this.#makeStartingTonics(data)), true);
      project.status = 'startCatalysts';
      main._ttss__finishIfIdle();
      await runLoops(runtime, main, () => (project.status = 'mainRunning'));
      project.status = 'mainFinished';
    } catch (thrown) {
      // Whatever was opened so far is closed.
      abort(main, () => {});
      throw thrown;
    } finally {
      watch.close();
    }
    const error = main._ttEnding?.error;
    const exitCode = error === undefined && !watch.graceExceeded ? 0 : 1;
    if (exitCode !== 0) process.exitCode = exitCode;
    return { exitCode, error, signal: watch.signal };
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

function checkedGrace({ shutdown }: FormulaData): number {
  const grace = shutdown?.grace ?? 10_000;
  if (typeof grace === 'number' && grace >= 0) return grace;
  throw fail('TT_BAD_OPTION', {
    class: 'the Formula',
    option: 'shutdown/grace',
    problem: `it is ${String(grace)}, and must be 0 ms or more`,
  });
}
