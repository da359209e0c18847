import type { AnyTonic } from '../core/any-tonic.js';
import type { Clock } from '../core/clock.js';
import type { Order } from '../core/order.js';
import type { Sparkle } from '../core/plan.js';
import type { SparkleObserver } from '../core/testbench.js';
import { probeOf } from './contract.js';
import { snapshot, snapshots } from './snapshot.js';
import type { SparkleRun } from './sparkle-run.js';
import { Ring, type TraceEntry, type TracePoint } from './trace.js';

/** Fields to be copied into the trace, by the name of a Tonic or of its class. */
export type Probes = Readonly<Record<string, readonly string[]>>;

/** What all apps of a world write their trace to. */
export class Tape {
  readonly clock: Clock;
  readonly ring: Ring<TraceEntry>;
  /** How many entries there have been. */
  count = 0;
  /** Orders that ran at the instant that is, and the last of them: who never comes to rest is named. */
  ordersNow = 0;
  lastTonic: AnyTonic | undefined = undefined;
  lastSparkle: Sparkle | undefined = undefined;
  /** The call of `sparkle()` that lasts. */
  run: SparkleRun | undefined = undefined;
  /** Whether all apps have finished: asked after each order while a run lasts. */
  finished: () => boolean = () => false;
  readonly #keeps: boolean;
  readonly #probes: Probes;

  constructor(clock: Clock, limit: number, probes: Probes) {
    this.clock = clock;
    this.#keeps = limit > 0;
    this.ring = new Ring(limit);
    this.#probes = probes;
  }

  get records(): boolean {
    return this.#keeps || this.run !== undefined;
  }

  /** A sparkle began; its entry is completed when it ends. */
  began(entry: TraceEntry): void {
    if (this.#keeps) this.ring.push(entry);
    this.run?.began(entry);
  }

  probesOf(name: string, className: string): readonly string[] {
    const asked = (key: string): readonly string[] => [
      ...(Object.hasOwn(this.#probes, key) ? this.#probes[key]! : []),
      ...(this.run?.probesOf(key) ?? []),
    ];
    return name === className ? asked(name) : [...asked(name), ...asked(className)];
  }
}

/** A sparkle that runs. */
interface Frame {
  readonly tonic: AnyTonic;
  readonly catalyst: AnyTonic;
  sparkle: Sparkle;
  /** `undefined` for an order of the framework's own, such as `_ttss__start`: the sparkle of the user within is what counts. */
  entry: TraceEntry | undefined;
  error: string | undefined;
}

const NO_PROBES = Object.freeze({});

/** Writes the sparkles of one app to the tape. */
export class Recorder implements SparkleObserver {
  readonly #tape: Tape;
  readonly #host: string;
  readonly #frames: Frame[] = [];

  constructor(tape: Tape, host: string) {
    this.#tape = tape;
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
    this.#tape.lastTonic = tonic;
    this.#tape.lastSparkle = sparkle;
    if (!this.#tape.records) return;
    const frame: Frame = { tonic, catalyst, sparkle, entry: undefined, error: undefined };
    const [outer] = this.#frames;
    if (order !== undefined) {
      if (sparkle.prefix !== '_ttss') this.#begin(frame, order.args, false);
    } else if (this.#frames.length === 1 && outer!.entry === undefined && outer!.tonic === tonic) {
      // The framework's own order is known by the sparkle of the user that it runs.
      outer!.sparkle = sparkle;
      this.#begin(outer!, given(a, b), false);
    } else this.#begin(frame, given(a, b), this.#frames.length > 0);
    this.#frames.push(frame);
  }

  threw(error: Error): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return;
    const known = frame.entry === undefined && this.#frames.length === 2 ? this.#frames[0]! : frame;
    known.error = `${error.name}: ${error.message}`;
  }

  left(): void {
    const frame = this.#frames.pop();
    if (frame !== undefined) this.#end(frame);
  }

  carriedOut(): boolean {
    const tape = this.#tape;
    tape.ordersNow++;
    const frame = this.#frames.pop();
    if (frame === undefined) return false;
    this.#end(frame);
    if (tape.run === undefined) return false;
    if (frame.entry !== undefined) tape.run.ran();
    return tape.run.stops || tape.finished();
  }

  #begin(frame: Frame, args: readonly unknown[], extra: boolean): void {
    const { tonic, sparkle } = frame;
    const { source } = tonic;
    const entry: TraceEntry = {
      nr: ++this.#tape.count,
      host: this.#host,
      id: tonic.id,
      tonic: tonic.name,
      sparkle: sparkle.key,
      args: snapshots(args),
      source:
        source === undefined ? undefined : Object.freeze({ id: source.id, name: source.name, sparkle: source.sparkle }),
      extra,
      atEnter: Object.freeze(this.#point(tonic, tonic.name)),
      atExit: undefined,
      error: undefined,
    };
    frame.entry = entry;
    this.#tape.began(entry);
  }

  #end({ tonic, catalyst, sparkle, entry, error }: Frame): void {
    if (entry === undefined) return;
    const tape = this.#tape;
    const catalystRuns = catalyst.id >= 0;
    const atExit = Object.freeze({ ...this.#point(tonic, entry.tonic), catalystRuns });
    // The same object: whoever has it sees it completed.
    Object.freeze(Object.assign(entry, { atExit, error }));
    tape.run?.ended(tonic, entry.tonic, sparkle, atExit.at);
  }

  #point(tonic: AnyTonic, name: string): TracePoint {
    const asked = this.#tape.probesOf(name, tonic._ttPlan.className);
    const probes =
      asked.length === 0
        ? NO_PROBES
        : Object.freeze(Object.fromEntries(asked.map((probe) => [probe, snapshot(probeOf(tonic, probe))])));
    return { at: this.#tape.clock.now(), state: tonic.state, probes };
  }
}

/** The framework gives up to two arguments, and `undefined` where it has none. */
function given(a: unknown, b: unknown): readonly unknown[] {
  if (b !== undefined) return [a, b];
  return a === undefined ? [] : [a];
}
