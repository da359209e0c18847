import type { AnyTonic, RemoteHandle } from '../any-tonic.js';
import type { Answer } from './answer.js';
import { type AskOptions, type Question, ask, checkOptions, checkSparkle } from './ask.js';
import { fail } from '../errors.js';
import { type DynamicHandle, makeSparklesOnDemand } from '../plan/dynamic-handle.js';
import type { Sparkle } from '../plan/plan.js';
import { Reply, type Responder, type Sendable, isResponder } from './reply.js';
import { type UnfinishedQuestion, endChecks, running } from '../running.js';

// ---- Types: what can be asked, from the signatures of the sparkles ----

/** The sparkles of a Tonic or a Remote that answer: those whose last parameter is an {@link Answer}. */
export type AskKey<T> = {
  [K in keyof T]-?: K extends `tts${string}__${string}` ? (Answering<T[K]> extends never ? never : K) : never;
}[keyof T];

/** The Answer may be optional: then the sparkle can be called as well, and answers nobody. */
type Answering<F> =
  NonNullable<F> extends (...args: infer P) => unknown
    ? Required<P> extends [...infer A, Answer<infer V>]
      ? [A, V]
      : never
    : never;

/** The arguments of such a sparkle, without the Answer. */
export type AskArgs<F> = Answering<F> extends [infer A extends unknown[], unknown] ? A : never;

/** What such a sparkle answers. */
export type AskValue<F> = Answering<F> extends [unknown, infer V] ? V : never;

/** The sparkles of a Tonic or a Remote that can be asked: `this.ask(to)` has them. */
export type Asks<T> = AsksOf<T, AskKey<T>>;

/** Mapped from the keys of T, so that an editor finds their docs and definitions. */
type AsksOf<T, K extends keyof T> = { readonly [Key in K]-?: (...args: AskArgs<T[Key]>) => Asked<AskValue<T[Key]>> };

/** Each Asked can be used as this type, and none can be awaited. */
export interface NotAwaited {
  readonly 'a sparkle is synchronous: ask with .then(this.ttse__onAnswer)'?: never;
}

const REFUSED = { without: 'was asked without .then', twice: 'was asked already', awaited: 'was awaited' } as const;

/**
 * A question that still lacks who hears the answer: what a call as `this.ask(bank).ttsc__balance('mine')` returns.
 *
 * @typeParam V what the answer is.
 */
export class Asked<V> implements UnfinishedQuestion {
  readonly #asker: AnyTonic;
  readonly #to: AnyTonic | RemoteHandle;
  readonly #key: string;
  readonly #args: readonly unknown[];
  readonly #options: AskOptions;
  /** The reason why it cannot be asked any more. */
  #refused: string | undefined;

  /** @internal */
  constructor(
    asker: AnyTonic,
    to: AnyTonic | RemoteHandle,
    key: string,
    args: readonly unknown[],
    options: AskOptions,
  ) {
    this.#asker = asker;
    this.#to = to;
    this.#key = key;
    this.#args = args;
    this.#options = options;
    if (running.tonic === asker && running.sparkle !== undefined) endChecks().asked.push(this);
    // Outside of a sparkle there is no end of one, so an order of the asker checks it.
    else asker._ttss__run({ run: () => this._ttEnd() });
  }

  /**
   * Asks, and what becomes of it answers a reply: `.then(this.reply())` for text and bytes, `.then(this.reply().as((cents) => `${cents}\n`))` for all else.
   *
   * @throws {TaskTonicError} as with sparkles.
   */
  then(this: Asked<V> & NotAwaited, reply: Responder<V>): Question;
  /**
   * Asks: the order goes where it would go if the sparkle were called here.
   *
   * @param onAnswer a sparkle of the Tonic that asks, such as `this.ttse__onBalance`: it hears the answer, and the question.
   * @param onError the same for why there is no answer. Without it that fails the asker as a throw in one of its sparkles does.
   * @throws {TaskTonicError} `TT_NOT_A_SPARKLE`, `TT_NOT_TRANSFERABLE`; `TT_ASK_FULL` where so much was asked and not answered yet;
   *   `TT_ASK_THEN` where it is awaited, or asked a second time.
   */
  then(
    this: Asked<V> & NotAwaited,
    onAnswer: (value: V, question: Question) => void,
    onError?: (error: Error, question: Question) => void,
  ): Question;
  then(
    this: Asked<V> & NotAwaited,
    onAnswer: ((value: V, question: Question) => void) | Responder<V>,
    onError?: (error: Error, question: Question) => void,
  ): Question {
    const refused = this.#refused;
    this.#said();
    const answer = this.#receiver(onAnswer, onError);
    const error = onError === undefined ? undefined : this.#own(onError, onAnswer);
    if (refused !== undefined) throw this.#problem(refused);
    return ask(this.#asker, this.#to, this.#key, this.#args, answer, error, this.#options);
  }

  #said(): void {
    this.#refused ??= REFUSED.twice;
    const asked = running.endChecks?.asked;
    if (asked?.at(-1) === this) asked.pop();
  }

  #receiver(target: ((...args: never[]) => void) | Responder<V>, other: unknown): Sparkle | Responder<unknown> {
    if (!isResponder(target)) return this.#own(target as () => void, other);
    return (target instanceof Reply ? target.as((value: Sendable) => value) : target) as Responder<unknown>;
  }

  #own(target: (...args: never[]) => void, other: unknown): Sparkle {
    try {
      return this.#asker._ttOwn(target);
    } catch (thrown) {
      throw isNative(target) && isNative(other) ? this.#problem(REFUSED.awaited) : thrown;
    }
  }

  #problem(problem: string): Error {
    return fail('TT_ASK_THEN', { tonic: this.#to.name, sparkle: this.#key, problem });
  }

  /** @internal */
  _ttEnd(): void {
    if (this.#refused !== undefined) return;
    this.#refused = REFUSED.without;
    throw this.#problem(this.#refused);
  }
}

/** Whether `then` was called by an `await`. */
function isNative(target: unknown): boolean {
  return typeof target === 'function' && Function.prototype.toString.call(target).includes('[native code]');
}

/** The object that `this.ask(to)` returns. It accepts every sparkle; the Tonic that is asked checks the name. */
class Asking implements DynamicHandle {
  readonly #asker: AnyTonic;
  readonly #to: AnyTonic | RemoteHandle;
  readonly #options: AskOptions;

  constructor(asker: AnyTonic, to: AnyTonic | RemoteHandle, options: AskOptions) {
    this.#asker = asker;
    this.#to = to;
    this.#options = options;
  }

  _ttCall(key: string, args: unknown[]): Asked<unknown> {
    checkSparkle(this.#to, key);
    return new Asked(this.#asker, this.#to, key, args, this.#options);
  }
}
makeSparklesOnDemand(Asking);

/** @throws {TaskTonicError} `TT_BAD_OPTION`; `TT_RENAMED` for `ask(to, key, args, ...)` */
export function asking<T extends AnyTonic | RemoteHandle>(asker: AnyTonic, to: T, options: AskOptions): Asks<T> {
  if (typeof options === 'string') {
    const [was, is] = [`ask(to, '${String(options)}', ...)`, `ask(to).${String(options)}(...).then(...)`];
    throw fail('TT_RENAMED', { was, is });
  }
  checkOptions(asker, to, options);
  return new Asking(asker, to, options) as object as Asks<T>;
}
