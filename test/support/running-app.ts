import {
  Catalyst,
  type CatalystOptions,
  type Clock,
  Formula,
  type FormulaData,
  type Ledger,
  type LogOptions,
  nodeClock,
  type Random,
  type RunResult,
} from '../../src/index.js';
import type { LogEntry } from '../../src/testing/index.js';
import { ManualClock } from './manual-clock.js';

/** One line of the log, as JSON gives it. */
export interface Line extends LogEntry {
  readonly err?: { readonly message: string; readonly code?: string };
}

/** What an app is made of; the defaults are a plain Catalyst, a clock held by the test, and every line of the log. */
export interface Setup {
  /** `'real'`: the machine's. Default: a manual clock, moved by whoever waits for the end. */
  readonly clock?: 'real' | ManualClock;
  readonly log?: Omit<LogOptions, 'to'>;
  readonly data?: FormulaData;
  readonly main?: () => unknown;
  readonly random?: Random;
}

/** How an app ended. */
export interface Ended {
  readonly result: RunResult;
  readonly lines: readonly Line[];
}

export const WARN = 40;
export const ERROR = 50;

/** An app that runs. */
export class App {
  readonly lines: Line[] = [];
  readonly clock: Clock;
  readonly ended: Promise<Ended>;
  readonly #started: Promise<void>;
  #main: Catalyst | undefined;

  constructor(startingTonics: () => void, { clock = new ManualClock(), log = {}, data = {}, main, random }: Setup) {
    this.clock = clock === 'real' ? nodeClock : clock;
    let started = (): void => {};
    this.#started = new Promise((resolve) => (started = resolve));
    const app = this; // eslint-disable-line @typescript-eslint/no-this-alias -- two classes meet here
    class TestFormula extends Formula {
      protected override readonly clock = app.clock;
      protected override readonly random = random;
      protected override creatingFormula(): FormulaData {
        const to = { write: (line: string) => void app.lines.push(JSON.parse(line) as Line) };
        return { ...data, log: { level: 'trace', ...log, to } };
      }
      protected override creatingMainCatalyst(): unknown {
        return (app.#main = (main === undefined ? new Catalyst() : main()) as Catalyst);
      }
      protected override creatingStartingTonics(): void {
        startingTonics();
        started();
      }
    }
    this.ended = keepingExitCode(TestFormula.run()).then((result) => ({ result, lines: this.lines }));
    // Whoever awaits it hears of a failure; nobody need.
    this.ended.catch(() => {});
  }

  get main(): Catalyst {
    return this.#main!;
  }

  get ledger(): Ledger {
    return this.main.runtime.ledger;
  }

  /** The messages of a level and above. */
  messages(from = 0): string[] {
    return messages(this.lines, from);
  }

  /** Resolves when it runs and has done all that it can do for now. */
  async running(): Promise<this> {
    await Promise.race([this.#started, this.ended]);
    await this.settled();
    return this;
  }

  async settled(): Promise<void> {
    if (this.clock instanceof ManualClock) await this.clock.settled();
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await (this.clock as ManualClock).pass(ms);
  }

  /** Waits for the end, in the app's own time. */
  async end(): Promise<Ended> {
    await this.running();
    return this.clock instanceof ManualClock ? this.clock.passUntil(this.ended) : this.ended;
  }

  /** Finishes it as somebody outside would. */
  async finish(): Promise<Ended> {
    this.main.ttsc__finish();
    return this.end();
  }
}

/** Runs an app from its beginning to its end. */
export async function runApp(startingTonics: () => void, setup: Setup = {}): Promise<Ended> {
  return new App(startingTonics, setup).end();
}

/** Starts an app; resolves when it runs. */
export async function startApp(startingTonics: () => void, setup: Setup = {}): Promise<App> {
  return new App(startingTonics, setup).running();
}

/** A main Catalyst with options. */
export function catalyst(options: CatalystOptions): () => Catalyst {
  return () => new Catalyst(options);
}

export function messages(lines: readonly Line[], from = 0): string[] {
  return lines.filter(({ level }) => level >= from).map(({ msg }) => msg);
}

/** An app that fails sets the exit code of its process: here that of mocha, which has one of its own. */
async function keepingExitCode<T>(run: Promise<T>): Promise<T> {
  const before = process.exitCode;
  try {
    return await run;
  } finally {
    process.exitCode = before;
  }
}
