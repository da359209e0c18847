/** All chance that the framework uses. A test gives a seeded one, and a run can be replayed. */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
}

/** JavaScript's own generator. */
export const systemRandom: Random = { next: () => Math.random() };
