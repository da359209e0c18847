import {
  Catalyst,
  type CatalystOptions,
  type Ledger,
  type LogOptions,
  type Network,
  type RunResult,
} from '../../src/index.js';
import type { Distiller } from '../../src/testing/index.js';
import { type Bench, REAL, type Started, VirtualBench, bench, playsOn, startAlone } from './bench.js';
import type { Ear } from './ear.js';
import type { FormulaParts, Line } from './formula.js';
import { type Heard, inside } from './heard.js';

export { type Line, TestFormula } from './formula.js';
/** The time of day at which an app begins where it is not told. */
export { NOON } from '../doors/testing.js';

/** What an app is made of. */
export interface Setup extends Omit<FormulaParts, 'log'> {
  readonly log?: Omit<LogOptions, 'to'> | undefined;
  /**
   * `'real'`: the machine's, in which it runs by itself. `'held'`: it runs by itself, too, on a clock that the test holds. Default: virtual
   * time, and all else that a Distiller brings.
   */
  readonly clock?: 'real' | 'held' | undefined;
  readonly network?: Network | undefined;
  /** The time of day at which it begins. */
  readonly wallTime?: number | undefined;
}

/** How an app ended. */
export interface Ended {
  readonly result: RunResult;
  readonly lines: readonly Line[];
}

export const WARN = 40;
export const ERROR = 50;

/** An app on a bench, in words that tests of the framework itself need. */
export class App {
  /** The starting Tonic of one that was started with an {@link Ear}. */
  ear!: Ear;
  readonly ended: Promise<Ended>;

  /** @param isAlone whether it has the bench for itself: then what it leaves open is an error, and known at its end. */
  constructor(
    readonly bench: Bench,
    private readonly started: Started,
    private readonly isAlone = false,
  ) {
    this.ended = started.run.then((result) => ({ result, lines: this.lines }));
    // Whoever awaits it hears of a failure; nobody need.
    this.ended.catch(() => {});
  }

  get main(): Catalyst {
    return this.started.main as unknown as Catalyst;
  }

  get ledger(): Ledger {
    return this.main.runtime.ledger;
  }

  /** Of one in virtual time. */
  get distiller(): Distiller {
    return (this.bench as VirtualBench).distiller;
  }

  get clock(): Distiller['clock'] {
    return this.distiller.clock;
  }

  get lines(): Line[] {
    return this.started.lines;
  }

  /** The messages of a level and above. */
  messages(from = 0): string[] {
    return messages(this.lines, from);
  }

  /** Resolves when it has done all that it can do for now. */
  async settled(): Promise<void> {
    await this.bench.settled();
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.bench.pass(ms);
  }

  /** Waits for the end, in the app's own time. */
  async end(): Promise<Ended> {
    const { result } = await this.bench.end(this.ended);
    if (this.isAlone) await endsWell(this.bench);
    return { result, lines: this.lines };
  }

  /** Finishes it as somebody outside would, and waits for its end. */
  async finish(): Promise<Ended> {
    this.main.ttsc__finish();
    return this.end();
  }

  // ---- With an Ear ----

  get heard(): Heard {
    return this.ear.heard;
  }

  /** Runs `body` in a sparkle of the Ear, and waits for it. */
  async inside<T>(body: (ear: Ear) => T): Promise<T> {
    return inside(this.ear, body);
  }

  async over(): Promise<Ended> {
    return this.finish();
  }
}

/** Ends all apps of a bench; none may have left anything open. */
export async function endsWell(one: Bench): Promise<void> {
  const leftOpen = await one.finish();
  if (leftOpen.length > 0) throw new Error(`it has left open ${leftOpen.join(', ')}`);
}

/** Lets so much virtual time go by while a sparkle runs, in the app that was started last: nothing can fire meanwhile. */
export function stall(ms: number): void {
  const current = bench();
  if (current instanceof VirtualBench) current.stall(ms);
}

/** Starts an app; resolves when it runs and has done all that it can do for now. */
export async function startApp(startingTonics: () => void, setup: Setup = {}): Promise<App> {
  const { network, wallTime, clock, ...parts } = setup;
  const own = playsOn<Bench>(clock === 'real' ? REAL : new VirtualBench({ network, wallTime, trace: 10_000 }));
  const started =
    clock === 'held'
      ? await startAlone(startingTonics, parts, own.clock)
      : await own.start(startingTonics, parts, 'main');
  const app = new App(own, started, clock === undefined);
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

/** All but which sparkle was slow: that is the machine's affair. */
export function messages(lines: readonly Line[], from = 0): string[] {
  return lines.filter(({ level, msg }) => level >= from && msg !== 'slow sparkle').map(({ msg }) => msg);
}
