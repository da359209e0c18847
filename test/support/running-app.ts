import { Catalyst, type Clock, type Ledger, nodeClock, type Random } from '../../src/index.js';
import { type Ended, type Line, type Setup as Parts, TestFormula, messages } from './app.js';
import { ManualClock } from './manual-clock.js';

export { type Ended, ERROR, type Line, WARN, catalyst, messages } from './app.js';

/** What an app is made of; the defaults are a plain Catalyst, a clock held by the test, and every line of the log. */
export interface Setup extends Pick<Parts, 'log' | 'data' | 'main'> {
  /** `'real'`: the machine's. Default: a manual clock, moved by whoever waits for the end. */
  readonly clock?: 'real' | ManualClock;
  readonly random?: Random;
}

/** An app that runs by itself, on no Distiller. */
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
    const to = { write: (line: string) => void this.lines.push(JSON.parse(line) as Line) };
    const begin = (): void => {
      startingTonics();
      started();
    };
    const makeMain = (): unknown => (this.#main = (main === undefined ? new Catalyst() : main()) as Catalyst);
    const parts = { data, log: { ...log, to }, main: makeMain, clock: this.clock, random };
    this.ended = keepingExitCode(TestFormula.run(begin, parts)).then((result) => ({ result, lines: this.lines }));
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

/** An app that fails sets the exit code of its process: here that of mocha, which has one of its own. */
async function keepingExitCode<T>(run: Promise<T>): Promise<T> {
  const before = process.exitCode;
  try {
    return await run;
  } finally {
    process.exitCode = before;
  }
}
