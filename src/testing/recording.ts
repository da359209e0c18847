import type { AnyTonic } from '../core/any-tonic.js';
import { fail, toError } from '../core/errors.js';
import type { Order } from '../core/queue/order.js';
import type { Sparkle } from '../core/plan/plan.js';
import type { SparkleObserver } from '../core/testbench.js';
import { type ContractDetails, hasProbe, probeOf } from './contract.js';
import type { Instants } from './instants.js';
import { snapshot, snapshots } from './snapshot.js';
import type { SparkleRun } from './sparkle-run.js';
import type { SparkleTimer } from './sparkle-time.js';
import type { SettleLimit } from './settle-limit.js';
import { RingBuffer, type TraceRecord } from './trace.js';
import type { VirtualClock } from './virtual-clock.js';

/** Fields to be copied into the trace, by the name of a Tonic or of its class. */
export type Probes = Readonly<Record<string, readonly string[]>>;

/** What all apps of a world write their trace to. */
export class Recording {
  readonly clock: VirtualClock;
  readonly ring: RingBuffer<TraceRecord>;
  /** How many entries there have been. */
  count = 0;
  /** What has been done at the instant that is. */
  readonly settleLimit: SettleLimit;
  /** How many there were. */
  readonly instants: Instants;
  /** The call of `sparkle()` that lasts. */
  run: SparkleRun | undefined = undefined;
  /** What became of the contract of the last such call. */
  contract: ContractDetails | undefined = undefined;
  /** Whether all apps have finished: asked after each order while a run lasts. */
  finished: () => boolean = () => false;
  /** What stopped to hold, once something did. */
  broken: Error | undefined = undefined;
  /** How much virtual time a sparkle takes, where they take any. */
  takes: SparkleTimer | undefined = undefined;
  #invariants: (() => void)[] = [];
  readonly #keeps: boolean;
  readonly #probes: Probes;
  readonly #hasProbes: boolean;

  constructor(clock: VirtualClock, limit: number, probes: Probes, settleLimit: SettleLimit, instants: Instants) {
    this.clock = clock;
    this.instants = instants;
    this.settleLimit = settleLimit;
    this.#keeps = limit > 0;
    this.ring = new RingBuffer(limit);
    this.#probes = probes;
    this.#hasProbes = Object.keys(probes).length > 0;
  }

  get records(): boolean {
    return this.#keeps || this.run !== undefined;
  }

  /** A sparkle began; its record is completed when it ends. */
  began(record: TraceRecord): void {
    if (this.#keeps) this.ring.push(record);
    this.run?.began(record);
  }

  /** From now on this is to hold after each order. */
  always(invariant: () => void): void {
    this.#invariants.push(invariant);
  }

  /** Whether all that is to hold does; when it no longer does, that is said once. */
  holds(): boolean {
    if (this.#invariants.length === 0) return true;
    try {
      for (const invariant of this.#invariants) checkNow(invariant);
      return true;
    } catch (thrown) {
      this.#invariants = [];
      const { lastTonic, lastSparkle } = this.settleLimit;
      const [tonic, sparkle] = [lastTonic?.name ?? 'nobody', lastSparkle?.key ?? 'nothing'];
      const { message } = toError(thrown);
      this.broken = fail('TT_INVARIANT_BROKEN', { at: Math.round(this.clock.now()), tonic, sparkle, message }, thrown);
      return false;
    }
  }

  /** A sparkle has run: lets the time pass that it takes. True where it took some. */
  passTime(tonic: AnyTonic, { key: sparkle }: Sparkle, host: string): boolean {
    try {
      const ms = this.takes!({ tonic, sparkle, host });
      this.clock.stall(ms);
      return ms > 0;
    } catch (thrown) {
      this.takes = undefined;
      this.broken ??= toError(thrown);
      return true;
    }
  }

  /** Copies of the probes of a Tonic that were asked for. */
  probe(tonic: AnyTonic, name: string): Readonly<Record<string, unknown>> {
    if (!this.#hasProbes && this.run?.hasProbes !== true) return NO_PROBES;
    const { className } = tonic._ttPlan;
    const asked = [...this.#asked(name), ...(name === className ? [] : this.#asked(className))];
    for (const probe of this.run?.probes ?? []) if (hasProbe(tonic, probe)) asked.push(probe);
    if (asked.length === 0) return NO_PROBES;
    return Object.freeze(Object.fromEntries(asked.map((probe) => [probe, snapshot(probeOf(tonic, probe))])));
  }

  #asked(key: string): readonly string[] {
    const own = Object.hasOwn(this.#probes, key) ? this.#probes[key]! : [];
    return [...own, ...(this.run?.probesOf(key) ?? [])];
  }
}

/** One that is async would be looked at by nobody. */
function checkNow(invariant: () => unknown): void {
  const result = invariant();
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw new TypeError('the check returned a promise, and is to look and throw at once');
}

const NO_PROBES = Object.freeze({});

/** A sparkle that runs. */
interface Frame {
  readonly tonic: AnyTonic;
  readonly catalyst: AnyTonic;
  sparkle: Sparkle;
  /** `undefined` for an order of the framework's own, such as `_ttss__start`: the sparkle of the user within is what counts. */
  record: TraceRecord | undefined;
  error: string | undefined;
}

/** Writes the sparkles of one app to the recording. */
export class Recorder implements SparkleObserver {
  readonly #recording: Recording;
  readonly #host: string;
  readonly #frames: Frame[] = [];
  #stopped = false;
  /** The sparkle that the order runs, where sparkles take time. */
  #worker: AnyTonic | undefined = undefined;
  #work: Sparkle | undefined = undefined;

  constructor(recording: Recording, host: string) {
    this.#recording = recording;
    this.#host = host;
  }

  entered(
    catalyst: AnyTonic,
    tonic: AnyTonic,
    sparkle: Sparkle,
    order: Order | undefined,
    a: unknown,
    b: unknown,
  ): void {
    const recording = this.#recording;
    recording.settleLimit.lastTonic = tonic;
    recording.settleLimit.lastSparkle = sparkle;
    if (sparkle.key === '_ttss__fired') recording.instants.lastTimer = tonic;
    // An order of the framework's own takes what the sparkle of the user within it takes.
    if (recording.takes !== undefined && this.#work === undefined && takesTime(sparkle)) {
      this.#worker = tonic;
      this.#work = sparkle;
    }
    recording.run?.sees(tonic);
    if (!recording.records) return;
    const frame: Frame = { tonic, catalyst, sparkle, record: undefined, error: undefined };
    const [outer] = this.#frames;
    if (order !== undefined) {
      if (sparkle.prefix !== '_ttss') this.#begin(frame, order.args, false);
    } else if (this.#frames.length === 1 && outer!.record === undefined && outer!.tonic === tonic) {
      // The framework's own order is known by the sparkle of the user that it runs.
      outer!.sparkle = sparkle;
      this.#begin(outer!, given(a, b), false);
    } else this.#begin(frame, given(a, b), this.#frames.length > 0);
    this.#frames.push(frame);
  }

  threw(error: Error): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    const known = frame.record === undefined && this.#frames.length === 2 ? this.#frames[0]! : frame;
    known.error = textOf(error);
  }

  left(): void {
    const frame = this.#frames.pop();
    if (frame !== undefined) this.#end(frame);
  }

  /** Whoever has a turn has had it with the sparkle that runs. */
  stop(): void {
    this.#stopped = true;
  }

  carriedOut(): boolean {
    const recording = this.#recording;
    const tookTime = this.#passTime();
    const isOver = recording.settleLimit.orderRan() || this.#stopped || tookTime;
    const frame = this.#frames.pop();
    if (frame !== undefined) this.#end(frame);
    if (!recording.holds()) return true;
    if (frame === undefined || recording.run === undefined) return isOver;
    if (frame.record !== undefined) recording.run.ran();
    recording.run.look(recording.clock.now());
    return isOver || recording.run.stops || recording.finished();
  }

  /** The time of an order passes when it and its transitions have run; the turn ends with it, so that timers and the network have theirs. */
  #passTime(): boolean {
    const [tonic, sparkle] = [this.#worker, this.#work];
    if (sparkle === undefined) return false;
    this.#worker = this.#work = undefined;
    return this.#recording.takes !== undefined && this.#recording.passTime(tonic!, sparkle, this.#host);
  }

  #begin(frame: Frame, args: readonly unknown[], extra: boolean): void {
    const { tonic, sparkle } = frame;
    const recording = this.#recording;
    const name = tonic.name;
    const { source } = tonic;
    const probes = recording.probe(tonic, name);
    const now = recording.clock.now();
    frame.record = {
      nr: ++recording.count,
      host: this.#host,
      id: tonic.id,
      tonic: name,
      sparkle: sparkle.key,
      args: snapshots(args),
      // Not itself: it holds the Tonic.
      source: source === undefined ? undefined : { id: source.id, name: source.name, sparkle: source.sparkle },
      extra,
      enteredAt: now,
      enteredState: tonic.state,
      enteredProbes: probes,
      ended: false,
      exitedAt: now,
      exitedState: undefined,
      exitedProbes: probes,
      catalystRuns: true,
      error: undefined,
    };
    recording.began(frame.record);
  }

  #end({ tonic, catalyst, sparkle, record, error }: Frame): void {
    if (record === undefined) return;
    const recording = this.#recording;
    record.ended = true;
    record.exitedAt = recording.clock.now();
    record.exitedState = tonic.state;
    record.exitedProbes = recording.probe(tonic, record.tonic);
    record.catalystRuns = catalyst.id >= 0;
    record.error = error;
    recording.run?.ended(tonic, sparkle, record.exitedAt);
  }
}

/** An error may be anything, and what reads it is not to end the loop. */
function textOf(error: Error): string {
  try {
    return `${error.name}: ${error.message}`;
  } catch {
    return 'an error that cannot be read';
  }
}

/** What ends a Tonic is the framework's; what its own sparkles do then is not. */
function takesTime({ prefix, key }: Sparkle): boolean {
  return prefix !== '_ttss' && key !== 'ttsc__finish';
}

/** The framework gives up to two arguments, and `undefined` where it has none. */
function given(a: unknown, b: unknown): readonly unknown[] {
  if (b !== undefined) return [a, b];
  return a === undefined ? [] : [a];
}
