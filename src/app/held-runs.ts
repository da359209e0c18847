/**
 * A process may hold Formulas back: it imports modules for the classes in them, and a module that runs its Formula as it is imported
 * must not run it then. The module may import another copy of this package, so both meet at one place of the process.
 */
const HELD = Symbol.for('tasktonic.held-runs');
const place = globalThis as { [HELD]?: ((formula: object) => void) | undefined };

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
    };
  });
  return { asked, formulas, release: () => (place[HELD] = before) };
}

/** Where Formulas are held back, what `run()` returns instead of an end: it never comes. */
export function heldRun(formula: object): Promise<never> | undefined {
  if (place[HELD] === undefined) return undefined;
  place[HELD](formula);
  return new Promise<never>(() => {});
}
