import * as v from 'valibot';
import type { AnyTonic, RemoteHandle, Supervision } from './any-tonic.js';
import { oneOf, parseOptions } from './option-schema.js';
import { RestartBudget, type RestartOptions, restartOptions } from './restart-budget.js';

/** What becomes of an infusion that failed: a new one is made, it stays finished, or its base fails too. */
export type Strategy = 'restart' | 'finish' | 'escalate';

export const superviseSchema = v.strictObject({
  /** What is done when it fails. */
  strategy: v.optional(oneOf('restart', 'finish', 'escalate'), 'restart'),
  ...restartOptions,
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** How a base looks after one infusion. */
export type SuperviseOptions = Readonly<v.InferInput<typeof superviseSchema>> & RestartOptions;

/** An infusion that is looked after: `current` is the one that runs now. */
export class Supervised<T extends AnyTonic | RemoteHandle = AnyTonic> implements Supervision {
  readonly strategy: Strategy;
  readonly #make: () => T;
  readonly #restarts: RestartBudget;
  #current: T | undefined;

  /** @internal */
  constructor(make: () => T, options: SuperviseOptions) {
    const { strategy, ...restarts } = parseOptions(superviseSchema, options, 'supervise()');
    this.strategy = strategy;
    this.#restarts = new RestartBudget(restarts);
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
   * How many restarts there were within the time window, with the one that is due now; 0 where none is to be made.
   * @internal
   */
  takeRestart(base: AnyTonic): number {
    if (this.strategy !== 'restart' || !base._ttMayInfuse) return 0;
    return this.#restarts.take(base._ttScheduler.clock.now());
  }

  /** @internal */
  restart(base: AnyTonic): void {
    if (base._ttMayInfuse) this.start(base);
  }

  /** @internal In a sparkle of the base. */
  start(base: AnyTonic): void {
    this.#current = this.#make();
    (base._ttSupervised ??= new Map<AnyTonic | RemoteHandle, Supervision>()).set(this.#current, this);
  }
}
