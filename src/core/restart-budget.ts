import { fail } from './errors.js';

/** How many restarts are made, within what time. */
export interface RestartOptions {
  /** How many restarts within the time window are made. Default 3. */
  readonly limit?: number | undefined;
  /** The time window, in ms. Default 60,000. */
  readonly within?: number | undefined;
}

/** The restarts that something which fails may have: so many within a time window that moves on. */
export class RestartBudget {
  readonly limit: number;
  readonly within: number;
  readonly #takenAt: number[] = [];

  /**
   * @param of what the options are of, for the error.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  constructor(of: string, { limit = 3, within = 60_000 }: RestartOptions, prefix = '') {
    this.limit = checked(of, `${prefix}limit`, limit);
    this.within = checked(of, `${prefix}within`, within);
  }

  /** Takes one; the how-manieth within the window that is, and 0 where none is left. */
  take(now: number): number {
    while (this.#takenAt.length > 0 && this.#takenAt[0]! <= now - this.within) this.#takenAt.shift();
    return this.#takenAt.length < this.limit ? this.#takenAt.push(now) : 0;
  }
}

function checked(of: string, option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw fail('TT_BAD_OPTION', { class: of, option, problem: `it is ${String(value)}, and must be 0 or more` });
}
