import type { AnyTonic } from './any-tonic.js';
import { LogLevel } from './log-level.js';
import type { LogService } from './log-port.js';
import type { Metrics } from './metrics.js';
import type { Order } from './queue/order.js';
import type { Sparkle } from './plan/plan.js';
import type { SparkleObserver } from './testbench.js';

/**
 * Tells whoever wants to know what sparkles do and how long they take: the log, the metrics, a test. Where nobody does, the loop does not
 * even look at the clock, which costs twice a sparkle.
 */
export class SparkleWatch {
  /** A test that sees every sparkle. */
  readonly observer: SparkleObserver | undefined;
  /** What the hooks within the sparkle that runs have taken, in ms: they are told of under their own names. */
  hookTime = 0;
  readonly #log: LogService;
  readonly #metrics: Metrics;

  constructor(log: LogService, metrics: Metrics, observer: SparkleObserver | undefined) {
    this.#log = log;
    this.#metrics = metrics;
    this.observer = observer;
  }

  /** What the log has taken so far, in ms: no sparkle is to blame for that. */
  get logTime(): number {
    return this.#log.spent;
  }

  /** Whether the sparkles of a Tonic are told of. */
  watches(tonic: AnyTonic): boolean {
    return (tonic._ttLogLevel >= LogLevel.quiet && this.#log.isOn) || this.#metrics.on || this.observer !== undefined;
  }

  /** A sparkle that is told of begins; gives whether its log is gathered, for {@link ran}. */
  begins(tonic: AnyTonic, sparkle: Sparkle): boolean {
    return this.#log.begins(tonic, sparkle, tonic._ttState);
  }

  /**
   * It has run.
   *
   * @param order what queued it, or the sparkle that it is a hook of.
   * @param state what held when it began.
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

  /** A hook threw: what it logs as a failure belongs to its own entry. */
  threw(gathered: boolean): void {
    if (gathered) this.#log.threw();
  }
}
