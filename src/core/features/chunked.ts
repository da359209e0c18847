import * as v from 'valibot';
import type { AnyTonic } from '../any-tonic.js';
import { checkOptionsOf, takesOptions } from '../options/class-options.js';
import { toError } from '../errors.js';
import { told, badOption } from '../options/option-problem.js';
import { ms, settingsIn, someMs, text } from '../options/option-schema.js';
import { ofFramework } from '../plan/plan.js';
import { running } from '../running.js';
import { eventName } from '../plan/sparkle-names.js';
import { sparkleOption } from '../options/timer-options.js';
import { Tonic } from '../tonic.js';
import { type TonicOptions, TonicSettings, tonicOptions } from '../options/tonic-options.js';

/** What a {@link ChunkedWork} runs: a generator, or anything that is iterated. */
export type Work<Progress, Result> = Iterator<Progress, Result> | Iterated<Progress, Result>;

/** An `Iterable` with the type of its result, which the library has only from TypeScript 5.6 on. */
interface Iterated<Progress, Result> {
  [Symbol.iterator](): Iterator<Progress, Result>;
}

const WORK = 'a generator function, or something to iterate that is not async';

function isWork(value: unknown): boolean {
  return typeof value === 'function' || isIterable(value as Maybe) || isIterator(value as Maybe);
}

export const chunkedWorkSchema = v.strictObject({
  base: tonicOptions.base,
  logMode: tonicOptions.logMode,
  /** The work, or a function that begins it, such as a generator function: called in its first sparkle. Each `yield` is a place to pause. */
  work: v.custom<Work<unknown, unknown> | (() => Work<unknown, unknown>)>(isWork, `must be ${WORK}`),
  /** How long it works without a pause, in ms, more than 0: everything else waits about this long. */
  slice: v.optional(someMs, 5),
  /** The shortest time between two progress events, in ms; 0 for one after each slice. */
  progress: v.optional(ms(), 100),
  /**
   * With the name `primes` its base gets `ttse__onPrimesProgress`, `ttse__onPrimesDone`, `ttse__onPrimesCancelled`. The
   * name is not in the Ledger.
   */
  name: v.optional(text, 'work'),
  /** The sparkle for the progress, instead of the named event. */
  onProgress: v.optional(sparkleOption),
  /** The sparkle for the result, instead of the named event. */
  onDone: v.optional(sparkleOption),
  /** The sparkle for a cancellation, instead of the named event. */
  onCancelled: v.optional(sparkleOption),
});

type ChunkedWorkInput = v.InferInput<typeof chunkedWorkSchema>;

// What comes from another set loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link ChunkedWork}. */
export type ChunkedWorkOptions<Progress = unknown, Result = unknown> = Pick<TonicOptions, 'base' | 'logMode'> & {
  readonly [Key in keyof ChunkedWorkInput]: Key extends keyof Typed<Progress, Result>
    ? Typed<Progress, Result>[Key]
    : ChunkedWorkInput[Key];
};

/** Relates the types of work and result. */
interface Typed<Progress, Result> {
  readonly work: Work<Progress, Result> | (() => Work<Progress, Result>);
  readonly onProgress: ((info: WorkInfo<Progress>) => void) | undefined;
  readonly onDone: ((result: Result, info: WorkInfo<Progress>) => void) | undefined;
  readonly onCancelled: ((info: WorkInfo<Progress>) => void) | undefined;
}

/** How far a {@link ChunkedWork} is. */
export interface WorkInfo<Progress = unknown> {
  readonly id: number;
  readonly name: string;
  readonly work: AnyTonic;
  /** What it yielded last; `undefined` before the first `yield`. */
  readonly progress: Progress | undefined;
  /** How often it has yielded. */
  readonly steps: number;
  /** How many slices it took so far. */
  readonly slices: number;
  /** How long it has worked, in ms; what it waited meanwhile is not counted. */
  readonly ms: number;
}

/** The most steps between two readings of the clock: a reading takes longer than a small step. */
const STEPS_PER_LOOK = 64;
/** A slice ends after this many steps. The clock of a test does not advance, so it cannot end a slice. */
const STEPS_PER_SLICE = 1_024;

/**
 * Does long work some milliseconds at a time, so that it never holds the loop: a slice is an order behind those that have come
 * meanwhile. It begins at once, and finishes when the work is done, cancelled, or has failed.
 *
 * The generator's `finally` runs in each case, also where it is finished with its base. What the generator throws fails it as any
 * infusion fails; what it infuses is its own infusion. A step that takes longer than a slice is not interrupted: yield more often.
 *
 * @typeParam Progress what the work yields.
 * @typeParam Result what it returns.
 */
export class ChunkedWork<Progress = unknown, Result = unknown> extends Tonic<'working' | 'paused'> {
  // Declared only: the constructor below asks for it before fields of this class are there.
  /** @internal */ declare _ttWorkName: string | undefined;
  readonly #begin: () => Iterator<Progress, Result>;
  readonly #slice: number;
  readonly #progressEvery: number;
  readonly #tells: Tells;
  /** Set while the work is in progress. */
  #iterator: Iterator<Progress, Result> | undefined;
  #queued = false;
  #progress: Progress | undefined;
  #steps = 0;
  #slices = 0;
  #ms = 0;
  #stepsPerLook = 1;
  #toldAt = 0;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NOT_A_SPARKLE`; and as every Tonic. */
  constructor(options: ChunkedWorkOptions<Progress, Result>) {
    // Checked before it is entered, so that a refused one leaves nothing behind.
    const className = new.target.name;
    checkOptionsOf(new.target, options);
    const { slice, progress } = settingsIn(chunkedWorkSchema, options, className);
    const { work, name, logMode } = options;
    const base = options.base ?? running.tonic;
    const tells = base === undefined ? undefined : tellsOf(base, options);
    super(new TonicSettings(base, undefined, logMode, undefined));
    this.#begin = () => iteratorOf(typeof work === 'function' ? work() : work, className);
    this.#slice = slice;
    this.#progressEvery = progress;
    this._ttWorkName = name;
    this.#tells = tells!;
    this._ttss__begin();
  }

  override get name(): string {
    return this._ttWorkName ?? super.name;
  }

  /** How far it is. */
  get info(): WorkInfo<Progress> {
    const { id, name } = this;
    return { id, name, work: this, progress: this.#progress, steps: this.#steps, slices: this.#slices, ms: this.#ms };
  }

  /** Stops for good, between two slices: the work's `finally` runs, the base hears that it was cancelled, and it finishes. */
  ttsc__cancel(): void {
    if (this.#iterator === undefined) return;
    this.#stop();
    this.#tell('Cancelled', this.info);
    this.ttsc__finish();
  }

  /** Does no more until `ttsc__resume`. */
  ttsc__pause(): void {
    if (this.#iterator !== undefined) this.toState('paused');
  }

  /** Goes on where it was paused. */
  ttsc__resume(): void {
    if (this.state !== 'paused') return;
    this.toState('working');
    this.#queueSlice();
  }

  /** @internal */
  _ttss__begin(): void {
    this.#iterator = this.#begin();
    this.#toldAt = this._ttScheduler.clock.now();
    this.toState('working');
    this.#queueSlice();
  }

  /** @internal While it is paused or at its end, a slice does nothing. */
  _ttss__slice(): void {
    this.#queued = false;
  }

  /** @internal */
  _ttss_working__slice(): void {
    this.#queued = false;
    const iterator = this.#iterator;
    if (iterator === undefined) return;
    const { clock } = this._ttScheduler;
    const start = clock.now();
    const last = this.#steps + STEPS_PER_SLICE;
    let nextLook = this.#steps + this.#stepsPerLook;
    this.#slices++;
    while (this.#steps < last) {
      const step = this.#next(iterator);
      if (step.done === true) return this.#finished(step.value, clock.now() - start);
      this.#steps++;
      this.#progress = step.value;
      if (this.#steps < nextLook) continue;
      const took = clock.now() - start;
      if (took >= this.#slice) break;
      nextLook = this.#steps + this.#paceAfter(took, this.#steps + STEPS_PER_SLICE - last);
    }
    this.#pauseAt(clock.now(), start);
  }

  /** The slice has ended, but not the work. */
  #pauseAt(now: number, start: number): void {
    this.#ms += now - start;
    if (now - this.#toldAt >= this.#progressEvery) {
      this.#toldAt = now;
      this.#tell('Progress', this.info);
    }
    this.#queueSlice();
  }

  #next(iterator: Iterator<Progress, Result>): IteratorResult<Progress, Result> {
    try {
      return iterator.next();
    } catch (thrown) {
      // The iterator has ended, so `return()` must not be called.
      this.#iterator = undefined;
      throw thrown;
    }
  }

  /** The number of steps until the next reading of the clock: at most one slice, and at most twice the last number. */
  #paceAfter(took: number, steps: number): number {
    const fill = Math.max(Math.floor((steps * this.#slice) / took) - steps, 1);
    return (this.#stepsPerLook = Math.min(fill, this.#stepsPerLook * 2, STEPS_PER_LOOK));
  }

  #finished(result: Result, took: number): void {
    this.#iterator = undefined;
    this.#ms += took;
    this.#tell('Done', result, this.info);
    this.ttsc__finish();
  }

  #queueSlice(): void {
    if (this.#queued) return;
    this.#queued = true;
    this._ttss__slice();
  }

  #tell(what: keyof Tells, value: unknown, info?: WorkInfo<Progress>): void {
    try {
      this.#tells[what](value, info);
    } catch (thrown) {
      // The queue is full. Progress will be reported again, but the end must reach the base.
      if (what !== 'Progress') this._ttBase?._ttss__throw(toError(thrown));
    }
  }

  /** Ends the iterator, so that its `finally` runs; that may throw. */
  #stop(): void {
    const iterator = this.#iterator;
    this.#iterator = undefined;
    iterator?.return?.();
  }

  /** @internal */
  override _ttRelease(): void {
    this.#stop();
  }
}
ofFramework(ChunkedWork);
takesOptions(ChunkedWork, chunkedWorkSchema);

type Tell = (value: unknown, info?: unknown) => void;
type Tells = Readonly<Record<'Progress' | 'Done' | 'Cancelled', Tell>>;

/** The sparkles for the results: the given ones, or those of its name, or the common ones. */
function tellsOf<P, R>(base: AnyTonic, options: ChunkedWorkOptions<P, R>): Tells {
  const { name = 'work', onProgress, onDone, onCancelled } = options;
  const tell = (what: keyof Tells, given: ((value: never, info: never) => void) | undefined): Tell => {
    if (given !== undefined) return base._ttResolve(given);
    const { _ttPlan: plan } = base;
    const sparkle = plan.sparkles.get(`${eventName(name)}${what}`) ?? plan.sparkles.get(`ttse__onWork${what}`);
    if (sparkle === undefined) return () => {};
    return (value, info) => base._ttScheduler.queue.put(base, sparkle, info === undefined ? 1 : 2, value, info);
  };
  return {
    Progress: tell('Progress', onProgress),
    Done: tell('Done', onDone),
    Cancelled: tell('Cancelled', onCancelled),
  };
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` if the function has returned something else. */
function iteratorOf<P, R>(work: unknown, className: string): Iterator<P, R> {
  const given = work as Maybe;
  if (isIterable(given)) return (given as Iterated<P, R>)[Symbol.iterator]();
  if (isIterator(given)) return given as Iterator<P, R>;
  throw badOption(className, 'work', `it is ${told(work, 'work')}, and must be ${WORK}`);
}

type Maybe = Partial<Iterator<unknown> & Iterable<unknown> & AsyncIterable<unknown>> | null | undefined;

function isIterable(given: Maybe): boolean {
  return typeof given?.[Symbol.iterator] === 'function' && given[Symbol.asyncIterator] === undefined;
}

function isIterator(given: Maybe): boolean {
  return typeof given?.next === 'function' && given[Symbol.asyncIterator] === undefined;
}
