/**
 * A process may hold Formulas back: it imports modules for the classes in them, and a module that runs its Formula as it is imported
 * must not run it then. The module may import another copy of this package, so both meet at one place of the process.
 */
const HELD = Symbol.for('tasktonic.held-runs');
const place = globalThis as { [HELD]?: ((formula: object) => boolean) | undefined };

/** Formulas are held back until `release` is called. */
export interface HeldRuns {
  /** Resolves at the first call of `run()`. */
  readonly asked: Promise<void>;
  /** The Formulas whose `run()` was called. They are referenced, so their classes are not garbage-collected. */
  readonly formulas: readonly object[];
  release(): void;
}

/** From now on `run()` of a Formula in this process starts nothing. */
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

/** Notices Formulas that run, until `stop` is called. */
export interface NoticedRuns {
  readonly count: number;
  stop(): void;
}

/** From now on notices whether a Formula of this process runs, without preventing it. */
export function noticeRuns(): NoticedRuns {
  const before = place[HELD];
  const noticed = { count: 0, stop: () => void (place[HELD] = before) };
  place[HELD] = () => {
    noticed.count++;
    return false;
  };
  return noticed;
}

/** While Formulas are held back: the promise that `run()` returns, which is never settled. */
export function heldRun(formula: object): Promise<never> | undefined {
  if (place[HELD]?.(formula) !== true) return undefined;
  return new Promise<never>(() => {});
}
