import * as v from 'valibot';
import { fail } from '../../../../core/errors.js';
import { count, settingsIn } from '../../../../core/options/option-schema.js';
import type { DisconnectInfo } from '../disconnect.js';
import { Pause } from '../pause.js';
import type { Takable } from './take-over.js';
import type { Taker } from './taker.js';

export const framesSchema = v.strictObject({
  /** So many frames wait for who takes them; then reading pauses until half of them are taken. */
  limit: v.optional(count(1), 16),
});

/** Options of `frames()` of a connection. */
export type FrameIteratorOptions = Readonly<v.InferInput<typeof framesSchema>>;

/** Who has called `next()` while there was no frame. */
interface Waiting<Frame> {
  readonly resolve: (result: IteratorResult<Frame, undefined>) => void;
  readonly reject: (error: Error) => void;
}

/** The frames of a connection, one after the other, for `for await`. */
export class FrameIterator<Frame> implements AsyncIterableIterator<Frame>, Taker {
  readonly by = 'frames()';
  readonly takes = 'frames';
  readonly room = Infinity;
  readonly connection: Takable;
  readonly #limit: number;
  #frames: Frame[] = [];
  #waiting: Waiting<Frame>[] = [];
  /** Nothing more will come. */
  #isDone = false;
  /** Why, until that was told. */
  #error: Error | undefined = undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(connection: Takable, options: FrameIteratorOptions) {
    this.connection = connection;
    this.#limit = settingsIn(framesSchema, options, `frames() of ${connection._ttPlan.className}`).limit;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // ---- Who takes them ----

  async next(): Promise<IteratorResult<Frame, undefined>> {
    const frames = this.#frames;
    if (frames.length > 0) {
      const value = frames.shift()!;
      if (frames.length <= this.#limit / 2) this.#goOn();
      return { done: false, value };
    }
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    if (this.#isDone) return { done: true, value: undefined };
    return new Promise((resolve, reject) => void this.#waiting.push({ resolve, reject }));
  }

  /** Who takes them wants no more: the connection closes. */
  async return(): Promise<IteratorResult<Frame, undefined>> {
    const wasDone = this.#isDone;
    this.#frames = [];
    this.#error = undefined;
    this.#end();
    if (!wasDone) this.connection.ttsc__close();
    this.#goOn();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<Frame, undefined>> {
    await this.return();
    throw error;
  }

  // ---- What the connection tells ----

  opened(): void {}

  received(item: unknown): void {
    if (this.#isDone) return;
    const value = item as Frame;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve({ done: false, value });
    this.#frames.push(value);
    if (this.#frames.length >= this.#limit) this.connection._ttPause(Pause.stream);
  }

  receivedStraight(): 'kept' {
    return 'kept';
  }

  broke(error: Error): void {
    this.#fail(error);
  }

  peerEnded(): void {
    this.#end();
  }

  drained(): void {}

  over({ reason, error, truncated }: DisconnectInfo): void {
    if (reason === 'peerEnded' && error === undefined && truncated !== true) this.#end();
    else this.#fail(error ?? fail('TT_STREAM_CUT', { tonic: this.connection.name, reason }));
  }

  #fail(error: Error): void {
    if (this.#isDone) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#error = error;
    else waiting.reject(error);
    this.#end();
  }

  #end(): void {
    this.#isDone = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve({ done: true, value: undefined });
  }

  #goOn(): void {
    this.connection._ttResume(Pause.stream);
  }
}
