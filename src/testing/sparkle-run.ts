import type { AnyTonic } from '../core/any-tonic.js';
import { parseOptions } from '../core/options/option-schema.js';
import type { Sparkle } from '../core/plan/plan.js';
import { type ContractDetails, ContractWatch } from './contract.js';
import { toMs } from './duration.js';
import { listOf } from './one-or-more.js';
import { type SparkleConditions, sparkleSchema } from './sparkle-conditions.js';
import { type TraceEntry, type TraceRecord, entryOf } from './trace.js';

/** Why `sparkle()` has stopped. `idle`: nothing is left that could run, and no `timeout` was given to wait for. */
export type StopCondition =
  | 'timeout'
  | 'sparkleCount'
  | `stateTrigger: [${string}]`
  | `sparkleTrigger: [${string}]`
  | 'contractMet'
  | 'catalystFinished'
  | 'idle';

/** What `sparkle()` has seen. */
export interface SparkleResult {
  /** Whether a Catalyst still runs. */
  readonly status: 'running' | 'finished';
  /** Virtual time, in ms since the world began. */
  readonly startAt: number;
  readonly endAt: number;
  /** All conditions that were met when it stopped. */
  readonly stopCondition: readonly StopCondition[];
  /** `undefined` where no contract was given. */
  readonly contractDetails: ContractDetails | undefined;
  /** The sparkles that ran, in the order in which they began; the first 100,000. */
  readonly sparkleTrace: readonly TraceEntry[];
}

const MOST_ENTRIES = 100_000;

/** One call of `sparkle()` while it lasts. */
export class SparkleRun {
  /** In ms of virtual time, from its start. */
  readonly timeout: number;
  /** Whether to wait for it where nothing is left that could run. */
  readonly waits: boolean;
  readonly #records: TraceRecord[] = [];
  readonly #contract: ContractWatch | undefined;
  readonly #count: number;
  readonly #states: ReadonlySet<string>;
  readonly #sparkles: ReadonlySet<string>;
  readonly #statesMet = new Set<string>();
  readonly #sparklesMet = new Set<string>();
  #ran = 0;
  /** What a condition of the test threw: it is the test that fails, not the loop that is turned. */
  #thrown: { readonly value: unknown } | undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(conditions: SparkleConditions) {
    const settings = parseOptions(sparkleSchema, conditions, 'the Distiller');
    const { count, timeout, tillStateIn, tillSparkleIn, contract } = settings;
    this.#count = count;
    this.timeout = toMs(timeout, 'timeout');
    this.waits = conditions.timeout !== undefined;
    this.#states = new Set(listOf(tillStateIn));
    this.#sparkles = new Set(listOf(tillSparkleIn));
    this.#contract = contract === undefined ? undefined : new ContractWatch(contract);
  }

  /** What it asks of every Tonic that has such a field. */
  get probes(): readonly string[] {
    return this.#contract?.probes ?? [];
  }

  probesOf(name: string): readonly string[] {
    return this.#contract?.probesOf(name) ?? [];
  }

  /** Whether it asks for probes of anybody. */
  get hasProbes(): boolean {
    return this.#contract !== undefined;
  }

  /** A sparkle began; its record is completed when it ends. */
  began(record: TraceRecord): void {
    if (this.#records.length < MOST_ENTRIES) this.#records.push(record);
  }

  /** A sparkle has ended, with its transitions. */
  ended(tonic: AnyTonic, { key }: Sparkle, at: number): void {
    const { state } = tonic;
    if (state !== undefined && this.#states.has(state)) this.#statesMet.add(state);
    if (this.#sparkles.has(key)) this.#sparklesMet.add(key);
    this.#ask((contract) => contract.ran(tonic, key, at));
  }

  /** There is this Tonic. */
  sees(tonic: AnyTonic): void {
    this.#contract?.sees(tonic);
  }

  /** The run begins, or an order has been carried out: whomever it has changed, a contract may be met now. */
  look(at: number): void {
    this.#ask((contract) => contract.look(at));
  }

  /** What a function of the test throws is told when the run has ended. */
  #ask(look: (contract: ContractWatch) => void): void {
    if (this.#contract === undefined || this.#thrown !== undefined) return;
    try {
      look(this.#contract);
    } catch (thrown) {
      this.#thrown = { value: thrown };
    }
  }

  /** An order that ran a sparkle of the user's has been carried out. */
  ran(): void {
    this.#ran++;
  }

  get stops(): boolean {
    return (
      this.#thrown !== undefined ||
      this.#ran >= this.#count ||
      this.#statesMet.size > 0 ||
      this.#sparklesMet.size > 0 ||
      this.#contract?.met === true
    );
  }

  /** What became of its contract; `undefined` where it has none that expects something. */
  get contract(): ContractDetails | undefined {
    return this.#contract?.expects === true ? this.#contract.details : undefined;
  }

  /** @throws what a condition of the test threw. */
  result(startAt: number, endAt: number, finished: boolean): SparkleResult {
    if (this.#thrown !== undefined) throw this.#thrown.value;
    return {
      status: finished ? 'finished' : 'running',
      startAt,
      endAt,
      stopCondition: this.#held(endAt - startAt >= this.timeout, finished),
      contractDetails: this.#contract?.details,
      sparkleTrace: this.#records.map(entryOf),
    };
  }

  #held(timedOut: boolean, finished: boolean): StopCondition[] {
    const held: StopCondition[] = [];
    if (this.#ran >= this.#count) held.push('sparkleCount');
    if (this.#statesMet.size > 0) held.push(`stateTrigger: [${[...this.#statesMet].join(', ')}]`);
    if (this.#sparklesMet.size > 0) held.push(`sparkleTrigger: [${[...this.#sparklesMet].join(', ')}]`);
    if (this.#contract?.met === true) held.push('contractMet');
    if (finished) held.push('catalystFinished');
    if (timedOut && held.length === 0) held.push('timeout');
    return held.length === 0 ? ['idle'] : held;
  }
}
