import * as v from 'valibot';
import type { AnyTonic } from '../any-tonic.js';
import { fail, toError } from '../errors.js';
import { type Abortable, abortError, forgetAbort, hearAbort, signalOption } from './abort-signals.js';
import { type OpenPipes, extrasOf } from '../features/extras.js';
import { OptionCheck } from '../options/option-check.js';
import { aSparkle, flag, ms } from '../options/option-schema.js';
import { addOwed, settleOwed } from './owed.js';
import { Reply, type Responder, type Sendable } from './reply.js';
import type { Task } from '../features/task.js';
import type { Due } from '../time/timer-queue.js';

export const pipeSchema = v.strictObject({
  /**
   * A sparkle that gets the error if there is no value. Without it the Tonic fails, as if one of its sparkles had
   * thrown.
   */
  onError: v.optional(aSparkle<(reason: unknown) => void>()),
  /** Whether a Tonic that finishes waits for it, as long as its `drainTimeout` allows. */
  hold: v.optional(flag, true),
  /**
   * How long the promise may take, in ms: then `onError` gets `TT_PIPE_TIMEOUT`, and a later result is dropped.
   * `Infinity` for no limit.
   */
  timeout: v.optional(ms(), Infinity),
  /** When it is aborted nobody waits for the promise any more: then `onError` hears `TT_SIGNAL_ABORTED`, with the reason as its cause, and what comes later is dropped. */
  signal: v.optional(signalOption),
});
const pipeCheck = OptionCheck.of(pipeSchema);

/** Options of `this.pipe()`. */
export type PipeOptions = Readonly<v.InferInput<typeof pipeSchema>>;

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkPipe(tonic: AnyTonic, options: PipeOptions): void {
  pipeCheck.check(options, `${tonic._ttPlan.className}.pipe()`);
}

/** Queues the sparkle for a result. */
export type Deliver = (result: unknown) => void;

/** Gets a result instead of a sparkle. */
export interface ResultReceiver {
  readonly sparkle: string;
  readonly value: Deliver;
  readonly error: Deliver;
}

/** A reply that is answered with a result, in a sparkle of the waiting Tonic. */
export function responderOf(tonic: AnyTonic, reply: Responder<never>): ResultReceiver {
  const to = reply instanceof Reply ? reply.as((value: Sendable) => value) : (reply as Responder<unknown>);
  return {
    sparkle: 'a reply',
    value: (value) => tonic._ttss__run({ run: () => to.end(value as never) }),
    error: (reason) => tonic._ttss__run({ run: () => to.fail(toError(reason)) }),
  };
}

/** A promise that a Tonic waits for. */
class Piped implements Abortable, Due, Task {
  at = Infinity;
  slot = -1;
  #over = false;

  constructor(
    readonly tonic: AnyTonic,
    /** The sparkle that gets the value. */
    readonly sparkle: string,
    readonly value: Deliver,
    readonly error: Deliver,
    readonly holds: boolean,
    readonly timeout: number,
    readonly signal: AbortSignal | undefined,
  ) {}

  wait(promise: PromiseLike<unknown>): void {
    const { tonic, timeout } = this;
    if (tonic.finished) this.#over = true;
    else {
      if (this.holds) addOwed(tonic);
      pipesOf(tonic).all.add(this);
      if (timeout < Infinity) {
        this.at = tonic._ttScheduler.clock.now() + timeout;
        tonic._ttScheduler.timers.add(this);
      }
    }
    if (this.signal !== undefined && !this.#over) this.#watch(this.signal);
    promise.then(
      (result) => this.#settled(this.value, result),
      (reason: unknown) => this.#settled(this.error, reason),
    );
  }

  #watch(signal: AbortSignal): void {
    if (signal.aborted) this.signalAborted(signal);
    else hearAbort(signal, this);
  }

  signalAborted(signal: AbortSignal): void {
    this.#bring(this.error, abortError(`the pipe of a promise to ${this.sparkle} of ${this.tonic.name}`, signal));
  }

  #settled(bring: Deliver, result: unknown): void {
    if (!this.#over) return this.#bring(bring, result);
    const why = this.tonic.finished ? 'the Tonic has finished' : 'it came too late';
    return this.tonic._ttScheduler.logs.debug(this.tonic, `the result of a promise was dropped: ${why}`);
  }

  #bring(bring: Deliver, result: unknown): void {
    this.#end();
    try {
      bring(result);
    } catch (thrown) {
      this.tonic._ttss__throw(toError(thrown));
    }
    // It counts as owed until the sparkle has run.
    if (this.holds) this.tonic._ttss__run(this);
  }

  /** Its sparkle runs. */
  run(): void {
    settleOwed(this.tonic);
  }

  /** The time limit has passed. */
  fire(): void {
    const { tonic, sparkle, timeout } = this;
    this.#bring(this.error, fail('TT_PIPE_TIMEOUT', { tonic: tonic.name, sparkle, ms: timeout }));
  }

  /** Ignores the result. */
  drop(): void {
    if (this.#over) return;
    this.#end();
    if (this.holds) settleOwed(this.tonic);
  }

  #end(): void {
    this.#over = true;
    this.tonic._ttScheduler.timers.remove(this);
    if (this.signal !== undefined) forgetAbort(this.signal, this);
    pipesOf(this.tonic).all.delete(this);
  }
}

/** The promises of one Tonic. */
class Pipes implements OpenPipes {
  readonly all = new Set<Piped>();

  letGo(): string[] {
    const held = [...this.all].filter(({ holds }) => holds);
    for (const piped of held) piped.drop();
    return held.map(({ sparkle }) => `a promise for ${sparkle}`);
  }

  close(): void {
    for (const piped of this.all) piped.drop();
  }
}

function pipesOf(tonic: AnyTonic): Pipes {
  return (extrasOf(tonic).pipes ??= new Pipes()) as Pipes;
}

/** Delivers the result of a promise to its Tonic. */
export function pipe(
  tonic: AnyTonic,
  promise: PromiseLike<unknown>,
  to: ResultReceiver,
  { hold = true, timeout = Infinity, signal }: PipeOptions,
): void {
  new Piped(tonic, to.sparkle, to.value, to.error, hold, timeout, signal).wait(promise);
}
