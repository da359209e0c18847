import type { AnyTonic, RemoteHandle } from '../any-tonic.js';
import { type Supervision, superviseInfusion } from './extras.js';
import { type RestartOptions, RestartBudget, restartOptions } from '../options/restart-budget.js';
import * as v from 'valibot';
import { oneOf, parseOptions } from '../options/option-schema.js';

/** What happens to a failed infusion: a new one is made, it stays finished, or its base fails too. */
export type Strategy = 'restart' | 'finish' | 'escalate';

export const superviseSchema = v.strictObject({
  /** What happens when it fails. */
  strategy: v.optional(oneOf('restart', 'finish', 'escalate'), 'restart'),
  ...restartOptions,
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** How a base looks after one infusion. */
export type SuperviseOptions = Readonly<v.InferInput<typeof superviseSchema>> & RestartOptions;

/** A supervised infusion: `current` is the one that runs now. */
export class Supervised<T extends AnyTonic | RemoteHandle = AnyTonic> implements Supervision {
  readonly strategy: Strategy;
  readonly #make: () => T;
  readonly #restarts: RestartBudget;
  readonly #base: AnyTonic;
  #current: T | undefined;

  /** @internal */
  constructor(base: AnyTonic, make: () => T, options: SuperviseOptions) {
    const { strategy, ...restarts } = parseOptions(superviseSchema, options, 'supervise()');
    this.strategy = strategy;
    this.#restarts = new RestartBudget(restarts);
    this.#base = base;
    this.#make = make;
  }

  get limit(): number {
    return this.#restarts.limit;
  }

  get within(): number {
    return this.#restarts.within;
  }

  /** The infusion that runs now (after its last failure, the one that has finished). */
  get current(): T {
    return this.#current!;
  }

  /**
   * The number of restarts within the time window, including the one that is due; 0 if there must be none.
   * @internal
   */
  takeRestart(): number {
    if (this.strategy !== 'restart' || !this.#base._ttMayInfuse) return 0;
    return this.#restarts.take(this.#base._ttScheduler.clock.now());
  }

  /** @internal */
  run(): void {
    if (this.#base._ttMayInfuse) this.start();
  }

  /** @internal In a sparkle of the base. */
  start(): void {
    this.#current = this.#make();
    superviseInfusion(this.#base, this.#current, this);
  }
}
