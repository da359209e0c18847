import type { IncomingMessage } from 'node:http';
import type { AnyTonic } from '../../core/any-tonic.js';
import { toError } from '../../core/errors.js';
import { failTonic, failureInfo } from '../../core/life.js';
import type { Task } from '../../core/features/task.js';
import type { Sparkle } from '../../core/plan/plan.js';
import type { Decoder, Framing } from '../../framing/framing.js';
import type { Exchange } from './exchange.js';
import type { HttpQuestion } from './http-question.js';

/** Gets the frames. */
export interface FrameListener {
  readonly asker: AnyTonic;
  readonly sparkle: Sparkle;
  readonly question: HttpQuestion;
}

/**
 * Reads a body in frames. Each frame is an order of the Tonic that asked. The body is read on when all frames of the
 * earlier data were handled.
 */
export class FramedBody implements Task {
  readonly #decoder: Decoder<unknown>;
  readonly #exchange: Exchange;
  readonly #message: IncomingMessage;
  readonly #to: FrameListener;
  readonly #ended: (error?: Error) => void;
  #isQueued = false;
  #hasEnded = false;

  /** @param ended called after the last frame, or with the error that ends the body. */
  constructor(
    exchange: Exchange,
    message: IncomingMessage,
    framing: Framing<unknown, never>,
    to: FrameListener,
    ended: (error?: Error) => void,
  ) {
    this.#decoder = framing.decoder();
    this.#exchange = exchange;
    this.#message = message;
    this.#to = to;
    this.#ended = ended;
    message.on('data', (chunk: Buffer) => this.#received(chunk));
    message.on('end', () => this.#lastCame());
  }

  #received(chunk: Buffer): void {
    this.#exchange.heard();
    this.#decoder.push(chunk);
    this.#message.pause();
    this.#queue();
  }

  #lastCame(): void {
    if (!this.#message.complete) return;
    this.#hasEnded = true;
    this.#exchange.done();
    this.#queue();
  }

  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#to.asker._ttss__run(this);
  }

  /** Delivers one frame. */
  run(): void {
    this.#isQueued = false;
    const { asker, sparkle, question } = this.#to;
    if (!question.open) return;
    let frame: unknown;
    try {
      frame = this.#next();
    } catch (thrown) {
      return this.#ended(toError(thrown));
    }
    if (frame === undefined) return this.#dry();
    const thrown = asker._ttScheduler.runHook(asker, sparkle.key, frame, question);
    if (thrown !== undefined) failTonic(asker, thrown, failureInfo(sparkle.key, asker));
    return this.#queue();
  }

  /** At the end of the body a decoder may have one more frame. */
  #next(): unknown {
    const frame = this.#decoder.next();
    if (frame !== undefined || !this.#hasEnded) return frame;
    this.#decoder.end();
    return this.#decoder.next();
  }

  #dry(): void {
    this.#exchange.heard();
    if (this.#hasEnded) this.#ended();
    else this.#message.resume();
  }
}
