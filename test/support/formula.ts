import {
  Catalyst,
  type Clock,
  Formula,
  type FormulaData,
  type LogOptions,
  type Random,
  type RunResult,
} from '../../src/index.js';
import type { LogEntry } from '../../src/testing/index.js';

/** One line of the log, as JSON gives it. */
export interface Line extends LogEntry {
  readonly err?: { readonly message: string; readonly code?: string };
}

/** What an app is made of; the defaults are a plain Catalyst, and every line of the log. */
export interface FormulaParts {
  readonly log?: LogOptions | undefined;
  readonly data?: FormulaData | undefined;
  readonly main?: (() => unknown) | undefined;
  readonly random?: Random | undefined;
}

/** A Formula of such parts. */
export class TestFormula extends Formula {
  protected override readonly clock: Clock | undefined;
  readonly #startingTonics: () => void;
  readonly #parts: FormulaParts;
  run!: Promise<RunResult>;

  /** @param clock of an app that runs on no Distiller. */
  constructor(startingTonics: () => void, parts: FormulaParts, clock?: Clock) {
    super();
    this.clock = clock;
    this.#startingTonics = startingTonics;
    this.#parts = parts;
  }

  override async _ttRun(...[bench, started]: Parameters<Formula['_ttRun']>): Promise<RunResult> {
    const { random } = this.#parts;
    const own = bench === undefined || random === undefined ? bench : { ...bench, random };
    return (this.run = super._ttRun(own, started));
  }
  protected override creatingFormula(): FormulaData {
    const { data, log } = this.#parts;
    return { ...data, log: { level: 'trace', ...log } };
  }
  protected override creatingMainCatalyst(): unknown {
    const { main } = this.#parts;
    return main === undefined ? new Catalyst() : main();
  }
  protected override creatingStartingTonics(): void {
    this.#startingTonics();
  }
}
