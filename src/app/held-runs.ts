/**
 * A process may hold Formulas back: it imports modules for the classes in them, and a module that runs its Formula as it is imported
 * must not run it then. The module may import another copy of this package, so both meet at one place of the process.
 */
const HELD = Symbol.for('tasktonic.held-runs');
const place = globalThis as { [HELD]?: ((formula: object) => boolean) | undefined };

/** Formulas are held back until `release` is called. */
export interface HeldRuns {
  /** Resolves when a Formula was to run. */
  readonly asked: Promise<void>;
  /** The Formulas that were to run. As long as they are kept, so are the classes that they would make. */
  readonly formulas: readonly object[];
  release(): void;
}

/** From now on no Formula of this process runs. */
export function holdRuns(): HeldRuns {
  const before = place[HELD];
  const formulas: object[] = [];
  const asked = new Promise<void>((resolve) => {
    place[HELD] = (formula) => {
      formulas.push(formula);
      resolve();
      return true;
    };
  });
  return { asked, formulas, release: () => (place[HELD] = before) };
}

/** Formulas that run are counted until `stop` is called. */
export interface NoticedRuns {
  readonly count: number;
  stop(): void;
}

/** From now on it is noticed whether a Formula of this process runs; it does run. */
export function noticeRuns(): NoticedRuns {
  const before = place[HELD];
  const noticed = { count: 0, stop: () => void (place[HELD] = before) };
  place[HELD] = () => {
    noticed.count++;
    return false;
  };
  return noticed;
}

/** Where Formulas are held back, what `run()` returns instead of an end: it never comes. */
export function heldRun(formula: object): Promise<never> | undefined {
  if (place[HELD]?.(formula) !== true) return undefined;
  return new Promise<never>(() => {});
}
