import type { AnyTonic } from '../any-tonic.js';

/** What can be sent: text (as UTF-8), bytes, or a list of them. What was given is not to be changed afterwards. */
export type Sendable = string | Uint8Array | readonly (string | Uint8Array)[];

/** What became of a send: it leaves with this turn; it waits, and `onDrain` will follow; or it was refused, and `onError` tells why. */
export type SendResult = 'sent' | 'waiting' | 'refused';

/** What hears an answer in place of a sparkle: it is given to `pipe()`, or to the `.then()` of `ask()`. */
export interface Responder<V> {
  /** Is given the answer. */
  readonly end: (value: V) => void;
  /** Is given why there is none. */
  readonly fail: (error: Error) => void;
}

/** Whether something is a {@link Responder}; a sparkle is a function. */
export function isResponder(target: unknown): target is Responder<never> {
  if (typeof target !== 'object' || target === null) return false;
  const { end, fail } = target as Partial<Responder<never>>;
  return typeof end === 'function' && typeof fail === 'function';
}

/** The steps of a reply. */
export type ReplyStep = 'send' | 'end' | 'fail' | 'needsInput';

/** The place of a {@link Reply} in the order of answers of a connection, in this thread or another. */
export interface ReplyTo {
  /** @internal The connection, if it lives in this thread. */
  readonly owner: AnyTonic | undefined;
  /** Whether data for it can still be sent, as far as that is known here. */
  readonly open: boolean;
  /** @internal */ send(data: Sendable): SendResult;
  /** @internal */ end(data: Sendable | undefined): void;
  /** @internal */ fail(error: unknown): void;
  /** @internal */ needsInput(): void;
}

/**
 * An answer of a connection that has its place in the order of answers, and may be given later: `this.reply()` opens one. It may be handed on to
 * another Tonic, in any thread.
 *
 * What is sent to it leaves when all replies before it have ended. It must be ended, within the `replyTimeout` of its connection.
 */
export class Reply implements Responder<Sendable> {
  readonly #to: ReplyTo;

  /** @internal */
  constructor(to: ReplyTo) {
    this.#to = to;
  }

  /** @internal */
  get _ttOwner(): AnyTonic | undefined {
    return this.#to.owner;
  }

  /** @internal A step from another thread. An error in it fails only the reply. */
  _ttStep(step: ReplyStep, data: unknown): void {
    try {
      this.#to[step](data as Sendable);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  /** Whether it is still worth the work: false when it has ended, and in the thread of its connection also when that has. */
  get open(): boolean {
    return this.#to.open;
  }

  /**
   * Sends, at its place.
   * @returns what became of it. Behind an open reply, outside of any sparkle and from another thread it waits; where the reply or its connection has
   *   ended it is refused.
   * @throws {TaskTonicError} `TT_BAD_DATA`; from another thread `TT_NOT_TRANSFERABLE`.
   */
  send(data: Sendable): SendResult {
    return this.#to.send(data);
  }

  /**
   * It is whole: what is behind it has its turn. A second time does nothing.
   * @param data its last bytes, if there are any.
   * @throws {TaskTonicError} as {@link send}; then it has not ended.
   */
  end(data?: Sendable): void {
    this.#to.end(data);
  }

  /**
   * It cannot be given: when it has its turn the connection ends, with the error `TT_REPLY_FAILED`, whose cause is this one. What came before leaves.
   * Does nothing where it has ended.
   */
  fail(error: unknown): void {
    this.#to.fail(error);
  }

  /** It needs more of what the peer sends: while it is the oldest one, reading does not pause for what waits behind it. */
  needsInput(): this {
    this.#to.needsInput();
    return this;
  }

  /**
   * What hears an answer, makes bytes of it, and ends the reply with them.
   *
   * @param toBytes makes the bytes. Where it throws, the reply fails, and so does the Tonic that asked.
   * @param toErrorBytes the same for why there is no answer; without it the reply fails with that error.
   */
  as<V>(toBytes: (value: V) => Sendable, toErrorBytes?: (error: Error) => Sendable): Responder<V> {
    const endWith = (make: () => Sendable): void => {
      try {
        this.end(make());
      } catch (thrown) {
        this.fail(thrown);
        throw thrown;
      }
    };
    return {
      end: (value) => endWith(() => toBytes(value)),
      fail: (error) => (toErrorBytes === undefined ? this.fail(error) : endWith(() => toErrorBytes(error))),
    };
  }
}
