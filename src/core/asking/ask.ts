import type { AnyTonic, RemoteHandle } from '../any-tonic.js';
import type { OrderForm } from '../queue/order.js';
import * as v from 'valibot';
import { type Abortable, abortError, forgetAbort, hearAbort, signalOption } from './abort-signals.js';
import { type AnswerTo, type NoAnswerReason, Answer } from './answer.js';
import { type ErrorCode, type TaskTonicError, fail, toError } from '../errors.js';
import { type EndWatcher, type OpenQuestions, extrasOf, unwatchEnd, watchEnd } from '../features/extras.js';
import { Life, failTonic, failureInfo } from '../life.js';
import { OptionCheck } from '../options/option-check.js';
import { badOption, told } from '../options/option-problem.js';
import { flag, ms } from '../options/option-schema.js';
import { addOwed, settleOwed } from './owed.js';
import type { Plan, Sparkle } from '../plan/plan.js';
import { type Responder, isResponder } from './reply.js';
import type { Task } from '../features/task.js';
import type { Due } from '../time/timer-queue.js';

export const askOptions = {
  /** How long the answer may take, in ms: 0 or more, `Infinity` for no bound. */
  timeout: v.optional(ms(), 5_000),
  /** Whether a Tonic that finishes waits for the answer, as long as its `drainTimeout` allows. */
  hold: v.optional(flag, true),
  /** When it is aborted nobody waits for the answer any more: then `onError` hears `TT_SIGNAL_ABORTED`, with the reason as its cause. */
  signal: v.optional(signalOption),
};

export const askSchema = v.strictObject(askOptions);
const askCheck = OptionCheck.of(askSchema);

/** Options of `this.ask()`. */
export type AskOptions = Readonly<v.InferInput<typeof askSchema>>;

/** The default time limit of an answer, in ms. */
export const ASK_TIMEOUT = askOptions.timeout.default;

type State = 'open' | 'settled' | 'heard' | 'over';

/**
 * Something that a Tonic has asked: the `.then()` of `this.ask()` returns it, and the sparkle that hears the answer gets it as its second argument, to
 * tell one question from another.
 */
export class Question implements AnswerTo, EndWatcher, Abortable, Due, Task {
  /** Who was asked. */
  readonly to: AnyTonic | RemoteHandle;
  /** What was asked: the name of the sparkle. */
  readonly sparkle: string;
  /** @internal */ at = Infinity;
  /** @internal */ slot = -1;
  readonly #asker: AnyTonic;
  readonly #timeout: number;
  readonly #onAnswer: Sparkle | Responder<unknown>;
  readonly #onError: Sparkle | undefined;
  readonly #signal: AbortSignal | undefined;
  /** @internal Whether its asker waits for it before it ends. */
  readonly holds: boolean;
  #state: State = 'open';
  /** It ended without an answer; a later answer is ignored. */
  #givenUp = false;
  #error: Error | undefined;
  #value: unknown;

  /** @internal */
  constructor(
    asker: AnyTonic,
    to: AnyTonic | RemoteHandle,
    sparkle: string,
    timeout: number,
    onAnswer: Sparkle | Responder<unknown>,
    onError: Sparkle | undefined,
    holds: boolean,
    signal?: AbortSignal,
  ) {
    this.#signal = signal;
    this.#asker = asker;
    this.to = to;
    this.sparkle = sparkle;
    this.#timeout = timeout;
    this.#onAnswer = onAnswer;
    this.#onError = onError;
    this.holds = holds;
  }

  /** Whether it waits for its answer. */
  get open(): boolean {
    return this.#state === 'open';
  }

  /** Nothing of it is heard from now on, not even what came back already and waits for its turn. Whoever was asked is not told. */
  cancel(): void {
    if (this.#state !== 'open' && this.#state !== 'settled') return;
    this.#givenUp ||= this.open;
    this.#end('over');
    if (this.holds) settleOwed(this.#asker);
  }

  /** @internal Whether it notices that nobody references its Answer any more. */
  get noticesGarbage(): boolean {
    return this.#asker._ttScheduler.runtime.testbench === undefined;
  }

  /** @internal Starts to watch for the events that end it. */
  _ttWait(): void {
    const { clock, timers } = this.#asker._ttScheduler;
    if (this.#timeout < Infinity) {
      this.at = clock.now() + this.#timeout;
      timers.add(this);
    }
    watchEnd(this.to, this);
    if (this.#signal !== undefined) hearAbort(this.#signal, this);
  }

  /** @internal The reason if its signal was aborted before. */
  get abortedBefore(): Error | undefined {
    return this.#signal?.aborted === true ? this.#aborted(this.#signal) : undefined;
  }

  /** @internal */
  signalAborted(signal: AbortSignal): void {
    this._ttGiveUp(this.#aborted(signal));
  }

  #aborted(signal: AbortSignal): Error {
    return abortError(`the question ${this.sparkle} of ${this.to.name}`, signal);
  }

  /**
   * @internal Delivers the result to the asker as a sparkle. The limit of the queue is ignored, because questions have
   *   a limit of their own.
   */
  settle(error: Error | undefined, value: unknown, form?: OrderForm): void {
    if (!this.open) {
      if (this.#givenUp) questionsOf(this.#asker).countLate(this);
      return;
    }
    this.#stopWaiting();
    this.#state = 'settled';
    this.#error = error;
    this.#value = value;
    if (form === undefined) this.#asker._ttss__run(this);
    else fillAnswered(form, this.#asker, this);
  }

  /** @internal Its sparkle runs. */
  run(): void {
    if (this.#state !== 'settled') return;
    const asker = this.#asker;
    const error = this.#error;
    const value = this.#value;
    const hears = this.#hears;
    const key = isResponder(hears) ? '_ttss__run' : hears.key;
    this.#end('heard');
    let thrown: Error | undefined;
    if (isResponder(hears)) thrown = respond(hears, error, value);
    else if (error !== undefined && this.#onError === undefined) thrown = error;
    else thrown = asker._ttScheduler.runHook(asker, key, error ?? value, this);
    this.#error = this.#value = undefined;
    if (thrown !== undefined) failTonic(asker, thrown, failureInfo(key, asker));
    if (this.holds) settleOwed(asker);
  }

  /** @internal The arguments of the running sparkle, if that is the sparkle for this result. */
  given(key: string): readonly [value: unknown, question: unknown] | undefined {
    const hears = this.#hears;
    return !isResponder(hears) && key === hears.key ? [this.#error ?? this.#value, this] : undefined;
  }

  get #hears(): Sparkle | Responder<unknown> {
    return this.#error === undefined ? this.#onAnswer : (this.#onError ?? this.#onAnswer);
  }

  /** @internal The time limit has passed. */
  fire(): void {
    this._ttGiveUp(this.timedOut(this.#timeout));
  }

  /** @internal The Tonic that was asked has ended. */
  ended(): void {
    this.lost('TT_ASK_GONE');
  }

  /** @internal */
  lost(why: NoAnswerReason): void {
    this._ttGiveUp(this.#problem(why));
  }

  /** @internal There will be no answer; a later answer is ignored. */
  _ttGiveUp(error: Error): void {
    if (!this.open) return;
    this.settle(error, undefined);
    this.#givenUp = true;
  }

  /** @internal */
  protected timedOut(ms: number): Error {
    return this.#problem('TT_ASK_TIMEOUT', { ms });
  }

  #problem(code: ErrorCode, details: object = {}): TaskTonicError {
    return fail(code, { tonic: this.to.name, sparkle: this.sparkle, ...details });
  }

  #end(state: 'heard' | 'over'): void {
    this.#stopWaiting();
    this.#state = state;
    if (state === 'over') this.#error = this.#value = undefined;
    questionsOf(this.#asker).all.delete(this);
  }

  #stopWaiting(): void {
    if (this.#state !== 'open') return;
    this.#asker._ttScheduler.timers.remove(this);
    unwatchEnd(this.to, this);
    if (this.#signal !== undefined) forgetAbort(this.#signal, this);
    letGo.unregister(this);
  }
}

/** Notifies a question that its Answer was garbage collected. */
const letGo = new FinalizationRegistry<Question>((question) => question.lost('TT_ASK_UNANSWERED'));

/** The questions of one Tonic. A question counts until its result was delivered. */
class Questions implements OpenQuestions {
  readonly all = new Set<Question>();
  late = 0;

  constructor(readonly asker: AnyTonic) {}

  get open(): number {
    return this.all.size;
  }

  countLate({ sparkle, to }: Question): void {
    this.late++;
    const { logs } = this.asker._ttScheduler;
    logs.debug(this.asker, `the answer of ${to.name} to ${sparkle} came too late and was dropped`);
  }

  letGo(): string[] {
    const held = [...this.all].filter(({ holds }) => holds);
    for (const question of held) question.cancel();
    return held.map(({ sparkle, to }) => `${sparkle} of ${to.name}`);
  }

  close(): void {
    for (const question of this.all) question.cancel();
  }
}

function questionsOf(asker: AnyTonic): Questions {
  return (extrasOf(asker).questions ??= new Questions(asker)) as Questions;
}

/**
 * Asks. Errors that occur later are delivered as a sparkle; mistakes of the caller are thrown. The Tonic, the sparkle
 * and the options were checked before.
 */
export function ask(
  asker: AnyTonic,
  to: AnyTonic | RemoteHandle,
  key: string,
  args: readonly unknown[],
  onAnswer: Sparkle | Responder<unknown>,
  onError: Sparkle | undefined,
  { timeout = ASK_TIMEOUT, hold = true, signal }: AskOptions,
): Question {
  const question = new Question(asker, to, key, timeout, onAnswer, onError, hold && !asker.finished, signal);
  begin(asker, question, () => {
    if (!to.finished) put(question, to, key, args);
  });
  return question;
}

/**
 * Registers a question, and keeps it until its result was delivered.
 * @throws {TaskTonicError} `TT_ASK_FULL`; and what `put` throws: then nothing was asked.
 */
export function begin(asker: AnyTonic, question: Question, put: () => void): void {
  if (asker._ttLife === Life.ended) {
    asker._ttScheduler.logs.debug(asker, `${question.sparkle} was not asked: the Tonic has finished`);
    return question.cancel();
  }
  const { all } = questionsOf(asker);
  const { questionLimit } = asker._ttPlan;
  if (all.size >= questionLimit) throw fail('TT_ASK_FULL', { tonic: asker.name, count: questionLimit });
  const { abortedBefore } = question;
  if (abortedBefore === undefined) put();
  all.add(question);
  if (question.holds) addOwed(asker);
  if (abortedBefore !== undefined) question.settle(abortedBefore, undefined);
  // Nothing was registered before, so an exception leaves nothing behind.
  if (question.open) question._ttWait();
}

/** Gives the result to a responder; returns what it throws. */
function respond(to: Responder<unknown>, error: Error | undefined, value: unknown): Error | undefined {
  try {
    if (error === undefined) to.end(value);
    else to.fail(error);
    return undefined;
  } catch (thrown) {
    return toError(thrown);
  }
}

function put(question: Question, to: object, key: string, args: readonly unknown[]): void {
  const answer = new Answer(question);
  try {
    (to as Readonly<Record<string, (...args: unknown[]) => void>>)[key]!(...args, answer);
    // Not under test: garbage collection does not depend on the seed. A test sees the timeout instead.
    if (question.noticesGarbage) letGo.register(answer, question, question);
  } catch (thrown) {
    const { code } = thrown as { code?: unknown };
    if (code !== 'TT_QUEUE_FULL' && code !== 'TT_INBOX_FULL') throw thrown;
    question.settle(thrown as Error, undefined);
  }
}

function fillAnswered(form: OrderForm, asker: AnyTonic, question: Question): void {
  form.tonic = asker;
  form.sparkle = asker._ttPlan.sparkle('_ttss__run');
  form.count = 1;
  form.a = question;
  form.b = form.source = form.sourceSparkle = undefined;
}

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkOptions(asker: AnyTonic, to: unknown, options: AskOptions): void {
  if (typeof (to as RemoteHandle | null | undefined)?.finished !== 'boolean')
    throw badOption(nameOf(asker), 'to', `it is ${told(to, 'to')}, and must be a Tonic or a Remote`);
  askCheck.check(options, nameOf(asker));
}

/**
 * @throws {TaskTonicError} `TT_UNKNOWN_SPARKLE`. The class of a Remote may be unknown here; then its own thread checks
 *   the name.
 */
export function checkSparkle(to: object, key: string): void {
  (to as { readonly _ttPlan?: Plan })._ttPlan?.sparkle(key);
}

function nameOf(asker: AnyTonic): string {
  return `${asker._ttPlan.className}.ask()`;
}
