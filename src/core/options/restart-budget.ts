import * as v from 'valibot';
import { amount, ms, parseOptions } from './option-schema.js';

export const restartOptions = {
  /** The most restarts within the time window; after one more failure its base fails too. */
  limit: v.optional(amount(0), 3),
  /** The time window, in ms. */
  within: v.optional(ms(), 60_000),
};

export const restartSchema = v.strictObject(restartOptions);

/** How many restarts are made, within what time. */
export type RestartOptions = Readonly<v.InferInput<typeof restartSchema>>;

/** Limits restarts: so many within a moving time window. */
export class RestartBudget {
  readonly limit: number;
  readonly within: number;
  readonly #takenAt: number[] = [];

  constructor({ limit, within }: v.InferOutput<typeof restartSchema>) {
    this.limit = limit;
    this.within = within;
  }

  /**
   * @param of the owner of the options, for the error.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  static of(options: RestartOptions, of: string): RestartBudget {
    return new RestartBudget(parseOptions(restartSchema, options, of));
  }

  /** Uses one restart. Returns its number within the window, from 1; 0 if none is left. */
  take(now: number): number {
    while (this.#takenAt.length > 0 && this.#takenAt[0]! <= now - this.within) this.#takenAt.shift();
    return this.#takenAt.length < this.limit ? this.#takenAt.push(now) : 0;
  }
}
