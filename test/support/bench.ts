import { type Clock, type Network, nodeClock, type RunResult, type Runtime } from '../../src/index.js';
import {
  type AppUnderTest,
  Distiller,
  type DistillerOptions,
  SimulatedNetwork,
  type SimulatedNetworkOptions,
} from '../../src/testing/index.js';
import { type FormulaParts, type Line, TestFormula } from './formula.js';
import { HoldingClock } from './holding-clock.js';

/** An app that a bench runs. */
export interface Started {
  readonly main: AppUnderTest['main'];
  readonly lines: Line[];
  /** Resolves when its Formula has been run to its end. */
  readonly run: Promise<RunResult>;
}

/** Where the apps of a test run, and who lets their time pass. */
export interface Bench {
  readonly clock: Clock;
  start(startingTonics: () => void, parts: FormulaParts, host?: string): Promise<Started>;
  /** Lets time pass until a promise is settled, at most so many ms. Several may wait at once. */
  until<T>(promise: Promise<T>, limit?: number): Promise<T>;
  /** Lets time pass until this holds, at most so many ms; looked at after each turn of a loop. */
  till(holds: () => boolean, limit?: number): Promise<void>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  /** Resolves when all has been done that needs no time. */
  settled(): Promise<void>;
  /** The same for the end of an app, however long that takes. */
  end<T>(promise: Promise<T>): Promise<T>;
  /** Ends all apps, in order; tells what they have left open. */
  finish(): Promise<readonly string[]>;
}

/** No test waits longer than this, in ms of virtual time, for what it wants to hear; nor this long of the machine's, which may be busy. */
const PATIENCE = 5_000;
const REAL_PATIENCE = 20_000;

/** No app waits longer than this in virtual time for its end: what has not ended by then never will. */
const FOR_EVER = 400 * 24 * 3_600_000;

/** What a simulated bench is made of. */
export interface BenchParts extends Pick<DistillerOptions, 'seed' | 'wallTime' | 'trace'> {
  /** One that the test brings; default: a simulated one, with these options. */
  readonly network?: Network | undefined;
  readonly simulated?: Partial<SimulatedNetworkOptions> | undefined;
}

/** A Distiller, in words that tests of the framework itself need. */
export class VirtualBench implements Bench {
  readonly distiller: Distiller;
  #network: SimulatedNetwork | undefined;
  readonly #waiting = new Map<object, { readonly limit: number; readonly giveUp: (error: unknown) => void }>();
  /** All that drive it, one after the other. */
  #drives: Promise<unknown> = Promise.resolve();
  #alone = 0;
  #turns = false;
  #renewed = false;

  constructor({ network, simulated = {}, ...options }: BenchParts = {}) {
    // Several apps may run on one host: what follows a space tells them apart.
    const made = (parts: Pick<SimulatedNetworkOptions, 'clock' | 'random'>) => {
      const hosts = (this.#network = new SimulatedNetwork({ ...parts, ...simulated }));
      return { host: (app: string) => hosts.host(app.split(' ', 1)[0]!) };
    };
    this.distiller = Distiller._ttMake({ seed: 1, ...options, network: network ?? made });
    this.held = new HoldingClock(this.clock);
    playsOn(this);
  }

  get clock(): Distiller['clock'] {
    return this.distiller.clock;
  }

  /** Its clock, for parts that are tried without an app. */
  readonly held: HoldingClock;

  get network(): SimulatedNetwork {
    return this.#network!;
  }

  now(): number {
    return this.clock.now();
  }

  /** So many ms go by while a sparkle runs: nothing can fire meanwhile. */
  stall(ms: number): void {
    this.clock.stall(ms);
  }

  async start(startingTonics: () => void, parts: FormulaParts, host = 'here'): Promise<Started> {
    const formula = new TestFormula(startingTonics, parts);
    const under = await this.distiller.join(formula, { host: `${host} ${this.distiller.apps.length}` });
    return {
      main: under.main,
      run: formula.run,
      get lines() {
        return under.lines as Line[];
      },
    };
  }

  async until<T>(promise: Promise<T>, limit = PATIENCE): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiter = {};
      const over = (): void => void this.#waiting.delete(waiter);
      this.#waiting.set(waiter, { limit, giveUp: reject });
      promise.then(over, over);
      promise.then(resolve, reject);
      this.#renewed = true;
      this.#turn();
    });
  }

  async till(holds: () => boolean, limit = PATIENCE): Promise<void> {
    await this.#drive(() => this.distiller.until(holds, limit));
  }

  async end<T>(promise: Promise<T>): Promise<T> {
    return this.until(promise, FOR_EVER);
  }

  async pass(ms: number): Promise<void> {
    await this.#drive(() => this.distiller.advance(ms));
  }

  async settled(): Promise<void> {
    // What is due now, too: on a loopback interface much is.
    await this.#drive(() => this.distiller.advance(0));
  }

  /** Lets time pass up to the next thing that falls due, and that happen; false where nothing does up to `last`. */
  async step(last: number): Promise<boolean> {
    await this.settled();
    const { nextAt } = this.clock;
    if (nextAt === Infinity || nextAt > last) return false;
    await this.pass(nextAt - this.now());
    return true;
  }

  async finish(): Promise<readonly string[]> {
    return (await this.#drive(() => this.distiller.finish())).leftOpen;
  }

  /** Alone: those who merely wait for something do so after it. */
  async #drive<T>(drive: () => Promise<T>): Promise<T> {
    this.#alone++;
    const driven = this.#drives.then(drive);
    this.#drives = driven.catch(() => {});
    try {
      return await driven;
    } finally {
      this.#alone--;
      this.#turn();
    }
  }

  /** Turns the loops for all who wait for something. */
  #turn(): void {
    if (this.#turns || this.#alone > 0 || this.#waiting.size === 0) return;
    this.#turns = true;
    this.#drives = this.#drives
      .then(() => this.#turnForAll())
      .catch((error: unknown) => {
        for (const { giveUp } of this.#waiting.values()) giveUp(error);
        this.#waiting.clear();
      })
      .then(() => {
        this.#turns = false;
        this.#turn();
      });
  }

  async #turnForAll(): Promise<void> {
    this.#renewed = false;
    const limit = Math.max(...[...this.#waiting.values()].map((waiter) => waiter.limit));
    await this.distiller.until(() => this.#waiting.size === 0 || this.#alone > 0 || this.#renewed, limit);
  }
}

/** The machine's time, in which apps run by themselves. */
class RealBench implements Bench {
  readonly clock = nodeClock;

  async start(startingTonics: () => void, parts: FormulaParts): Promise<Started> {
    return startAlone(startingTonics, parts);
  }

  async until<T>(promise: Promise<T>, limit = REAL_PATIENCE): Promise<T> {
    let patience: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      patience = setTimeout(() => reject(new Error(`not within ${limit} ms`)), limit);
    });
    return Promise.race([promise, tooLate]).finally(() => clearTimeout(patience));
  }

  async end<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }

  async till(holds: () => boolean, limit = REAL_PATIENCE): Promise<void> {
    for (const last = nodeClock.now() + limit; !holds();) {
      if (nodeClock.now() > last) throw new Error(`not so within ${limit} ms`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async pass(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** A few polls bring what the loopback interface has, since all is in one process. */
  async settled(): Promise<void> {
    for (let n = 0; n < 3; n++) await new Promise((resolve) => setImmediate(resolve));
  }

  async finish(): Promise<readonly string[]> {
    return [];
  }
}

export const REAL: Bench = new RealBench();

/** Starts an app that runs by itself, on no Distiller. */
export async function startAlone(
  startingTonics: () => void,
  { log, ...parts }: FormulaParts,
  clock?: Clock,
): Promise<Started> {
  const lines: Line[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const formula = new TestFormula(startingTonics, { ...parts, log: { ...log, to } }, clock);
  const runtime = await new Promise<Runtime>((resolve, reject) => {
    keepingExitCode(formula._ttRun(undefined, resolve)).catch(reject);
  });
  return { main: runtime.main as Started['main'], lines, run: formula.run };
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

let current: Bench = REAL;

/** The bench of what was started last: whoever waits for something lets time pass there. */
export function bench(): Bench {
  return current;
}

/** Lets time pass there until this holds; looked at after each turn of a loop. */
export async function till(holds: () => boolean): Promise<void> {
  return current.till(holds);
}

export function playsOn<B extends Bench>(one: B): B {
  current = one;
  return one;
}
