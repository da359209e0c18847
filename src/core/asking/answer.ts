import type { AnyTonic } from '../any-tonic.js';
import { type ErrorCode, fail, toError } from '../errors.js';
import { Life } from '../life.js';
import type { Order } from '../queue/order.js';
import { runAs, running } from '../running.js';

/** Where an {@link Answer} brings what it was given: the question, in this thread or another. */
export interface AnswerTo {
  /** Whether somebody waits for it, as far as that is known here. */
  readonly open: boolean;
  /** @internal Brings a value, or the error instead of one. @throws {TaskTonicError} where it cannot cross to the asker's thread. */
  settle(error: Error | undefined, value: unknown): void;
  /** @internal There will be none. */
  lost(why: Lost): void;
}

/** Why there will be no answer: whoever could give it has gone, or has let go of it. */
export type Lost = 'TT_ASK_GONE' | 'TT_ASK_UNANSWERED';

/** An argument that somebody waits for: where the order that has it is not heard, or throws, that is told. */
export abstract class Awaited {
  /** Only what has this is one: `instanceof` would run what a proxy does, and throws where it was revoked. */
  readonly #isAwaited = true;
  /** Whether a throw of the sparkle that was given it costs this one alone, and not the Tonic. @internal */
  get _ttTakesThrow(): boolean {
    return false;
  }

  /** @internal Any argument may be looked at. */
  static _ttIsAwaited(value: unknown): value is Awaited {
    return typeof value === 'object' && value !== null && #isAwaited in value;
  }

  /** @internal There will be no answer, and why. */
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

  /** @internal Any argument may be looked at: `instanceof` would run what a proxy does, and throws where it was revoked. */
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

  /** @internal For what brings it on from another thread. */
  _ttSettle(error: Error | undefined, value: unknown): void {
    if (!this.#given) this.#settle(error, value);
  }

  /** @internal There will be no answer; nothing where one was given. */
  _ttLost(why: Lost): void {
    this.#end(() => this.#to.lost(why));
  }

  /** @internal The same, with the reason. */
  override _ttFail(error: Error): void {
    this.#end(() => this.#to.settle(error, undefined));
  }

  #end(tell: () => void): void {
    if (!this.open) return;
    this.#given = true;
    tell();
  }
}

/** Whoever waits for the arguments of an order waits in vain. */
export function failAnswers(args: readonly unknown[], error: () => Error): void {
  for (const argument of args) if (Awaited._ttIsAwaited(argument)) argument._ttFail(error());
}

/** The order for a Tonic of this thread came too late: it has gone, and nobody knows its name. */
export function loseAnswers(args: readonly unknown[]): void {
  for (const argument of args) if (Answer._ttIs(argument)) argument._ttLost('TT_ASK_GONE');
}

/**
 * Carries on, in a sparkle, with the order that runs, on behalf of who queued it in another thread: nobody there can hear what that throws, so
 * `by` says so in the log, and a question among the arguments fails.
 */
export function onBehalf(by: AnyTonic, args: readonly unknown[], carryOn: () => void): void {
  const { source, sourceSparkle } = running.order!;
  try {
    runAs(source, carryOn, sourceSparkle);
  } catch (thrown) {
    const error = toError(thrown);
    by._ttScheduler.logs.warn(by, error);
    failAnswers(args, () => error);
  }
}

/** An order found no body: in this state, or because its Tonic has finished. */
export function failUnheard(order: Order): void {
  if (mayAnswer(order)) failOrder(order, order.tonic!._ttLife === Life.ended ? 'TT_ASK_GONE' : 'TT_ASK_UNHEARD');
}

/**
 * The sparkle of an order threw.
 * @returns whether that costs what it was given, and not its Tonic.
 */
export function failThrown(order: Order, cause: Error): boolean {
  if (!mayAnswer(order)) return false;
  failOrder(order, 'TT_ASK_FAILED', cause);
  return order.args.some((argument) => Awaited._ttIsAwaited(argument) && argument._ttTakesThrow);
}

function failOrder({ tonic, sparkle, args }: Order, code: ErrorCode, cause?: Error): void {
  failAnswers(args, () => noAnswer(code, tonic!, sparkle!.key, cause));
}

/** Without a list of the arguments, which most such orders would pay for in vain. */
function mayAnswer({ count, a, b }: Order): boolean {
  return count > 2 || Awaited._ttIsAwaited(a) || Awaited._ttIsAwaited(b);
}

/** Why a Tonic does not answer. */
export function noAnswer(code: ErrorCode, tonic: AnyTonic, sparkle: string, cause?: unknown): Error {
  return fail(code, { tonic: tonic.name, sparkle, state: tonic._ttState ?? 'none' }, cause);
}

function noteSecond(): void {
  const { tonic } = running;
  // What runs may stand for a Tonic of another thread, which has no log here.
  tonic?._ttScheduler?.logs.debug(tonic, 'answered a second time: the first answer counts');
}
