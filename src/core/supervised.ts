import type { AnyTonic, RemoteHandle } from './any-tonic.js';
import { fail } from './errors.js';
import { type Supervision, superviseInfusion } from './extras.js';
import { RestartBudget } from './restart-budget.js';

/** What becomes of an infusion that failed: a new one is made, it stays finished, or its base fails too. */
export type Strategy = 'restart' | 'finish' | 'escalate';

/** How a base looks after one infusion. */
export interface SuperviseOptions {
  /** What is done when it fails. Default `'restart'`. */
  readonly strategy?: Strategy;
  /** How many restarts within the time window are made; one more failure and the base fails too. Default 3. */
  readonly limit?: number;
  /** The time window, in ms. Default 60,000. */
  readonly within?: number;
}

/** An infusion that is looked after: `current` is the one that runs now. */
export class Supervised<T extends AnyTonic | RemoteHandle = AnyTonic> implements Supervision {
  readonly strategy: Strategy;
  readonly #make: () => T;
  readonly #restarts: RestartBudget;
  readonly #base: AnyTonic;
  #current: T | undefined;

  /** @internal */
  constructor(base: AnyTonic, make: () => T, { strategy = 'restart', ...restarts }: SuperviseOptions) {
    if (!['restart', 'finish', 'escalate'].includes(strategy)) {
      const problem = `it is ${String(strategy)}, and must be restart, finish or escalate`;
      throw fail('TT_BAD_OPTION', { class: 'supervise()', option: 'strategy', problem });
    }
    this.strategy = strategy;
    this.#restarts = new RestartBudget('supervise()', restarts);
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
   * How many restarts there were within the time window, with the one that is due now; 0 where none is to be made.
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
