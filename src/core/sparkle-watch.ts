import type { AnyTonic } from './any-tonic.js';
import { LogLevel } from './log-level.js';
import type { LogService } from './log-port.js';
import type { Metrics } from './metrics.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { SparkleObserver } from './testbench.js';

/**
 * Reports sparkles and their run times to the log, the metrics and tests. If none of them needs it, the loop does not
 * read the clock, which takes as long as two sparkles.
 */
export class SparkleWatch {
  /** A test that observes every sparkle. */
  readonly observer: SparkleObserver | undefined;
  /** The time of the hooks within the running sparkle, in ms; hooks are reported separately. */
  hookTime = 0;
  readonly #log: LogService;
  readonly #metrics: Metrics;

  constructor(log: LogService, metrics: Metrics, observer: SparkleObserver | undefined) {
    this.#log = log;
    this.#metrics = metrics;
    this.observer = observer;
  }

  /** The time that the log has taken so far, in ms, which does not count for sparkles. */
  get logTime(): number {
    return this.#log.spent;
  }

  /** Whether the sparkles of a Tonic are reported. */
  watches(tonic: AnyTonic): boolean {
    return (tonic._ttLogLevel >= LogLevel.quiet && this.#log.isOn) || this.#metrics.on || this.observer !== undefined;
  }

  /** A reported sparkle begins. Returns whether its log is gathered, for {@link ran}. */
  begins(tonic: AnyTonic, sparkle: Sparkle): boolean {
    return this.#log.begins(tonic, sparkle, tonic._ttState);
  }

  /**
   * The sparkle has run.
   *
   * @param order the order that queued it, or the sparkle that it is a hook of.
   * @param state the state at its beginning.
   * @param ms how long it took; `waited`: how long its order had waited.
   */
  ran(
    tonic: AnyTonic,
    sparkle: Sparkle,
    order: Order,
    state: string | undefined,
    ms: number,
    waited: number,
    gathered: boolean,
  ): void {
    if (this.#metrics.on) this.#metrics.record(tonic._ttPlan.className, sparkle, ms, waited);
    this.#log.ran(tonic, sparkle, order, state, ms, gathered);
  }

  /** A hook threw: its failure is logged in its own entry. */
  threw(gathered: boolean): void {
    if (gathered) this.#log.threw();
  }
}
