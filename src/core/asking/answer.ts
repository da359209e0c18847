import type { AnyTonic } from '../any-tonic.js';
import { type ErrorCode, fail, toError } from '../errors.js';
import { Life } from '../life.js';
import type { Order } from '../queue/order.js';
import { runAs, running } from '../running.js';

/** The question that an {@link Answer} belongs to, in this thread or another. */
export interface AnswerTo {
  /** Whether the question still waits, as far as that is known here. */
  readonly open: boolean;
  /** @internal Delivers a value, or an error. @throws {TaskTonicError} if it cannot be sent to the asker's thread. */
  settle(error: Error | undefined, value: unknown): void;
  /** @internal There will be no answer. */
  lost(why: NoAnswerReason): void;
}

/** Why there will be no answer: the Tonic that should answer has finished, or nobody references the Answer any more. */
export type NoAnswerReason = 'TT_ASK_GONE' | 'TT_ASK_UNANSWERED';

/**
 * An argument that somebody waits for. If its order is not handled, or its sparkle throws, the waiting side gets an
 * error.
 */
export abstract class Awaited {
  /** Identifies these objects. `instanceof` would run code of a proxy, and throws for a revoked proxy. */
  readonly #isAwaited = true;
  /** Whether an exception of the sparkle that got it fails only this argument, and not the Tonic. @internal */
  get _ttTakesThrow(): boolean {
    return false;
  }

  /** @internal Safe for any argument. */
  static _ttIsAwaited(value: unknown): value is Awaited {
    return typeof value === 'object' && value !== null && #isAwaited in value;
  }

  /** @internal There will be no answer, for this reason. */
  abstract _ttFail(error: Error): void;
}

/**
 * What a question is answered by: the last parameter of a sparkle that answers. It may be answered at once, kept and answered later, or
 * handed on to another Tonic, in any thread.
 *
 * The first answer counts. A second one does nothing, which the log says at level `debug`.
 *
 * @typeParam V what the answer is.
 */
export class Answer<V = void> extends Awaited {
  readonly #to: AnswerTo;
  #given = false;

  /** @internal Safe for any argument: `instanceof` would run code of a proxy, and throws for a revoked proxy. */
  static _ttIs(value: unknown): value is Answer<unknown> {
    return typeof value === 'object' && value !== null && #given in value;
  }

  /** @internal */
  constructor(to: AnswerTo) {
    super();
    this.#to = to;
  }

  /**
   * Whether an answer is still worth giving: false once one was given and, in the asker's own thread, once the question was cancelled
   * or its time was up.
   */
  get open(): boolean {
    return !this.#given && this.#to.open;
  }

  /**
   * Answers.
   * @throws {TaskTonicError} `TT_NOT_TRANSFERABLE` where the asker lives in another thread: it is not answered then.
   */
  give(value: V): void {
    this.#settle(undefined, value);
  }

  /**
   * Refuses: the asker hears this very error, instead of an answer. Anything that is no `Error` is put into one.
   * @throws {TaskTonicError} as {@link give}.
   */
  fail(error: unknown): void {
    this.#settle(toError(error), undefined);
  }

  #settle(error: Error | undefined, value: unknown): void {
    if (this.#given) return noteSecond();
    this.#to.settle(error, value);
    this.#given = true;
    return undefined;
  }

  /** @internal Delivers an answer from another thread. */
  _ttSettle(error: Error | undefined, value: unknown): void {
    if (!this.#given) this.#settle(error, value);
  }

  /** @internal There will be no answer; ignored if there was one. */
  _ttLost(why: NoAnswerReason): void {
    this.#end(() => this.#to.lost(why));
  }

  /** @internal There will be no answer, for this reason. */
  override _ttFail(error: Error): void {
    this.#end(() => this.#to.settle(error, undefined));
  }

  #end(tell: () => void): void {
    if (!this.open) return;
    this.#given = true;
    tell();
  }
}

/** Fails the Answers among the arguments of an order that is not carried out. */
export function failAnswers(args: readonly unknown[], error: () => Error): void {
  for (const argument of args) if (Awaited._ttIsAwaited(argument)) argument._ttFail(error());
}

/** Fails the Answers of an order for a Tonic of this thread that has finished. Its name is no longer known. */
export function failAnswersOfFinished(args: readonly unknown[]): void {
  for (const argument of args) if (Answer._ttIs(argument)) argument._ttLost('TT_ASK_GONE');
}

/**
 * Carries out, in a sparkle, an order that another thread queued. The sender cannot catch an exception, so it is logged
 * in the name of `by`, and Answers among the arguments fail.
 */
export function runForeignOrder(by: AnyTonic, args: readonly unknown[], carryOn: () => void): void {
  const { source, sourceSparkle } = running.order!;
  try {
    runAs(source, carryOn, sourceSparkle);
  } catch (thrown) {
    const error = toError(thrown);
    by._ttScheduler.logs.warn(by, error);
    failAnswers(args, () => error);
  }
}

/** An order had no method: in this state, or because its Tonic has finished. */
export function failUnheard(order: Order): void {
  if (mayAnswer(order)) failOrder(order, order.tonic!._ttLife === Life.ended ? 'TT_ASK_GONE' : 'TT_ASK_UNHEARD');
}

/**
 * The sparkle of an order threw.
 * @returns whether only an argument fails, and not the Tonic.
 */
export function failThrown(order: Order, cause: Error): boolean {
  if (!mayAnswer(order)) return false;
  failOrder(order, 'TT_ASK_FAILED', cause);
  return order.args.some((argument) => Awaited._ttIsAwaited(argument) && argument._ttTakesThrow);
}

function failOrder({ tonic, sparkle, args }: Order, code: ErrorCode, cause?: Error): void {
  failAnswers(args, () => noAnswer(code, tonic!, sparkle!.key, cause));
}

/** Checks the arguments without making a list of them: most such orders contain no Answer. */
function mayAnswer({ count, a, b }: Order): boolean {
  return count > 2 || Awaited._ttIsAwaited(a) || Awaited._ttIsAwaited(b);
}

/** The error for a Tonic that does not answer. */
export function noAnswer(code: ErrorCode, tonic: AnyTonic, sparkle: string, cause?: unknown): Error {
  return fail(code, { tonic: tonic.name, sparkle, state: tonic._ttState ?? 'none' }, cause);
}

function noteSecond(): void {
  const { tonic } = running;
  // The running Tonic may represent one of another thread, and then has no log here.
  tonic?._ttScheduler?.logs.debug(tonic, 'answered a second time: the first answer counts');
}
