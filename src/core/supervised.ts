import type { AnyTonic, RemoteHandle, Supervision } from './any-tonic.js';
import { fail } from './errors.js';

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
  readonly limit: number;
  readonly within: number;
  readonly #make: () => T;
  readonly #restartedAt: number[] = [];
  #current: T | undefined;

  /** @internal */
  constructor(make: () => T, { strategy = 'restart', limit = 3, within = 60_000 }: SuperviseOptions) {
    if (!['restart', 'finish', 'escalate'].includes(strategy))
      throw badOption('strategy', strategy, 'restart, finish or escalate');
    if (!(limit >= 0)) throw badOption('limit', limit, '0 or more');
    if (!(within >= 0)) throw badOption('within', within, '0 or more');
    this.strategy = strategy;
    this.limit = limit;
    this.within = within;
    this.#make = make;
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
    const now = base._ttScheduler.clock.now();
    while (this.#restartedAt.length > 0 && this.#restartedAt[0]! <= now - this.within) this.#restartedAt.shift();
    return this.#restartedAt.length < this.limit ? this.#restartedAt.push(now) : 0;
  }

  /** @internal In a sparkle of the base. */
  start(base: AnyTonic): void {
    this.#current = this.#make();
    (base._ttSupervised ??= new Map<AnyTonic | RemoteHandle, Supervision>()).set(this.#current, this);
  }
}

function badOption(option: string, value: unknown, wanted: string): Error {
  return fail('TT_BAD_OPTION', {
    class: 'supervise()',
    option,
    problem: `it is ${String(value)}, and must be ${wanted}`,
  });
}
