import {
  Catalyst,
  type CatalystOptions,
  type Clock,
  Formula,
  type FormulaData,
  type Ledger,
  type LogOptions,
  type Network,
  type Random,
  type RunResult,
} from '../../src/index.js';
import { Distiller, type LogEntry, type VirtualClock } from '../../src/testing/index.js';

/** One line of the log, as JSON gives it. */
export interface Line extends LogEntry {
  readonly err?: { readonly message: string; readonly code?: string };
}

/** What an app is made of; the defaults are a plain Catalyst, and every line of the log. */
export interface Setup {
  readonly log?: Omit<LogOptions, 'to'> | undefined;
  readonly data?: FormulaData | undefined;
  readonly main?: (() => unknown) | undefined;
  readonly network?: Network | undefined;
  /** The time of day at which it begins. */
  readonly wallTime?: number | undefined;
}

/** How an app ended. */
export interface Ended {
  readonly result: RunResult;
  readonly lines: readonly Line[];
}

/** The time of day at which an app begins where it is not told. */
export { NOON } from '../doors/testing.js';

export const WARN = 40;
export const ERROR = 50;

/** No app waits longer than this in virtual time for its end: what has not ended by then never will. */
const FOR_EVER = '400d';

/** An app on a Distiller, in words that tests of the framework itself need. */
export class App {
  readonly distiller: Distiller;
  /** Resolves when its Formula has been run to its end. */
  readonly run: Promise<RunResult>;
  #ended: Promise<Ended> | undefined;

  constructor(distiller: Distiller, run: Promise<RunResult>) {
    this.distiller = distiller;
    this.run = run;
  }

  get main(): Catalyst {
    return this.distiller.main as unknown as Catalyst;
  }

  get ledger(): Ledger {
    return this.distiller.ledger;
  }

  get clock(): VirtualClock {
    return this.distiller.clock;
  }

  get lines(): Line[] {
    return this.distiller.lines as Line[];
  }

  /** The messages of a level and above. */
  messages(from = 0): string[] {
    return messages(this.lines, from);
  }

  /** Resolves when it has done all that it can do for now. */
  async settled(): Promise<void> {
    await this.distiller.settle();
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.distiller.advance(ms);
  }

  /** Waits for the end, in the app's own time. */
  async end(): Promise<Ended> {
    return (this.#ended ??= this.#end());
  }

  /** Finishes it as somebody outside would. */
  async finish(): Promise<Ended> {
    this.main.ttsc__finish();
    return this.end();
  }

  async #end(): Promise<Ended> {
    await this.distiller.until(this.run, FOR_EVER);
    const { exitCode, error, signal, leftOpen } = await this.distiller.finish();
    if (leftOpen.length > 0) throw new Error(`it has left open ${leftOpen.join(', ')}`);
    return { result: { exitCode, error, signal }, lines: this.lines };
  }
}

/** What a Formula is made of; a Distiller brings its own clock, chance and log. */
export interface FormulaParts extends Pick<Setup, 'data' | 'main'> {
  readonly log?: LogOptions | undefined;
  readonly clock?: Clock;
  readonly random?: Random | undefined;
}

/** A Formula of such parts. */
export class TestFormula extends Formula {
  protected override readonly clock: Clock | undefined;
  protected override readonly random: Random | undefined;
  readonly #startingTonics: () => void;
  readonly #data: FormulaData;
  readonly #main: (() => unknown) | undefined;
  run!: Promise<RunResult>;

  constructor(startingTonics: () => void, { data = {}, log, main, clock, random }: FormulaParts) {
    super();
    this.#startingTonics = startingTonics;
    this.#data = { ...data, log: { level: 'trace', ...log } };
    this.#main = main;
    this.clock = clock;
    this.random = random;
  }

  override async _ttRun(...bench: Parameters<Formula['_ttRun']>): Promise<RunResult> {
    return (this.run = super._ttRun(...bench));
  }
  protected override creatingFormula(): FormulaData {
    return this.#data;
  }
  protected override creatingMainCatalyst(): unknown {
    return this.#main === undefined ? new Catalyst() : this.#main();
  }
  protected override creatingStartingTonics(): void {
    this.#startingTonics();
  }
}

let last: Distiller | undefined;

/** Lets so much time go by while a sparkle runs, in the app that was started last: nothing can fire meanwhile. */
export function stall(ms: number): void {
  last!.clock.stall(ms);
}

/** Starts an app; resolves when it runs and has done all that it can do for now. */
export async function startApp(startingTonics: () => void, setup: Setup = {}): Promise<App> {
  const { network, wallTime } = setup;
  const formula = new TestFormula(startingTonics, setup);
  last = await Distiller.start(formula, { seed: 1, network, wallTime });
  const app = new App(last, formula.run);
  await app.settled();
  return app;
}

/** Runs an app from its beginning to its end. */
export async function runApp(startingTonics: () => void, setup: Setup = {}): Promise<Ended> {
  return (await startApp(startingTonics, setup)).end();
}

/** A main Catalyst with options. */
export function catalyst(options: CatalystOptions): () => Catalyst {
  return () => new Catalyst(options);
}

export function messages(lines: readonly Line[], from = 0): string[] {
  return lines.filter(({ level }) => level >= from).map(({ msg }) => msg);
}
