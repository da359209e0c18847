import type { OrderForm } from '../../../core/queue/order.js';
import type { Question } from '../../../core/asking/ask.js';
import { type TaskTonicError, toError } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import type { Reply, SendResult, Sendable } from '../../../core/asking/reply.js';
import { runAs } from '../../../core/running.js';
import { ConnectionReplies } from './replies/connection-replies.js';
import type { Watch } from './watches/connection-watches.js';
import { ReceivingConnection } from './receiving-connection.js';
import {
  type RequestOptions,
  awaitsPeer,
  loseRequests,
  peerIsDone,
  request,
  requestFor,
  takeAnswer,
} from './replies/request.js';
import type { Pending, RequestKey } from './replies/requests.js';

/** What a connection answers, and what it asks: in order, however late an answer is. */
export abstract class AnsweringConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends ReceivingConnection<State, Frame, Sent> {
  /** @internal An answer cannot be given, nor those behind it: that is the end. */
  abstract _ttReplyLost(error: TaskTonicError): void;
  /** @internal */
  abstract _ttss__judge(watch: Pick<Watch, 'judge'>): void;

  // ---- What it answers ----

  /**
   * Takes the next place in the order of answers: what it is given leaves when all that was sent before has, and before all that is sent after
   * it by {@link send}, `ttsc__send` of its own, and other replies. `ttsc__end` and `ttsc__close` wait for it. What others send, and {@link push}, passes.
   *
   * It must be ended within `replyTimeout`, by whoever has it then: else the connection ends (`TT_REPLY_TIMEOUT`). While it is open the connection is
   * not idle, and its end waits for it.
   *
   * @returns one that is not open where the connection is closed, or is to be closed.
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles.
   */
  protected reply(): Reply {
    this._ttNeedsOwnSparkle('reply()');
    return ConnectionReplies.open(this);
  }

  // ---- What it asks its peer ----

  /**
   * Sends a request to the peer, and has the answer heard by a sparkle of its own: in the order of the requests, or by a key. With a framing it sends
   * a frame, and a frame that comes is looked at before `onFrame`; without one its protocol gives answers to {@link takeAnswer}.
   *
   * @param onAnswer hears the answer, and the request. Why there is none comes to the option `onError`: `TT_REQUEST_TIMEOUT`, `TT_REQUEST_LOST`.
   * @returns the question that it is: it can be cancelled, counts for `static questionLimit`, and holds the end of this Tonic (`hold: false`: it does not).
   * @throws {TaskTonicError} `TT_NOT_RUNNING` outside its own sparkles; `TT_NOT_A_SPARKLE`, `TT_BAD_OPTION`, `TT_BAD_DATA`; `TT_REQUEST_KEY` where the key
   *   waits for its answer; `TT_ASK_FULL` where so much waits.
   */
  protected request(
    data: Sent,
    onAnswer: { heard(answer: Frame, request: Question): void }['heard'],
    options: RequestOptions = {},
  ): Question {
    this._ttNeedsOwnSparkle('request()');
    const send = (): SendResult =>
      this._ttFraming === undefined ? this.send(data as Sendable) : this.sendFrame(data as Sent);
    return request(this, send, onAnswer, options);
  }

  /** @internal A request of somebody else, who is told what becomes of it. @throws as {@link request}. */
  _ttRequestFor(bytes: Sendable, asked: Pending, key: RequestKey | undefined): void {
    runAs(this, () => requestFor(this, () => this.send(bytes), asked, key));
  }

  /**
   * Gives a frame to the request that it answers: its sparkle hears it, as an order.
   * @returns whether it was an answer, perhaps one that comes too late; else it is something that nobody has asked for.
   */
  protected takeAnswer(frame: Frame): boolean {
    return takeAnswer(this, frame, this.answerKey(frame));
  }

  /**
   * To be overridden where answers are known by a key: that of the request which a frame answers; `false` where it is no answer. `undefined`, as here: it is the
   * answer to the oldest request without a key.
   */
  protected answerKey(_frame: Frame): RequestKey | false | undefined {
    return undefined;
  }

  /** @internal Whether it has asked, and waits for the answer. */
  get _ttAwaitsAnswer(): boolean {
    return awaitsPeer(this);
  }

  /** @internal Nothing more will come: behind what has come and is still to be heard. */
  _ttNoMoreAnswers(): void {
    if (peerIsDone(this)) this._ttss__requestsLost();
  }

  /** @internal */
  _ttss__requestsLost(): void {
    loseRequests(this);
  }

  /** @internal */
  override _ttFrameOrder(form: OrderForm, frame: unknown): boolean {
    const extras = this._ttExtras;
    if (extras === undefined) return super._ttFrameOrder(form, frame);
    const guest = this._ttGuest;
    const event = guest === undefined ? 'ttse__onFrame' : guest.hears(frame);
    if (event === undefined) return false;
    if (extras.requests === undefined) return super._ttFrameOrder(form, frame, event);
    form.tonic = undefined;
    if (!this.#isAnswer(form, frame)) return super._ttFrameOrder(form, frame, event);
    this._ttReceivedMessages++;
    return (form.tonic as unknown) !== undefined;
  }

  #isAnswer(form: OrderForm, frame: unknown): boolean {
    try {
      const key = runAs(this, () => this.answerKey(frame as Frame));
      return takeAnswer(this, frame, key, form);
    } catch (thrown) {
      this._ttss__throw(toError(thrown), 'answerKey');
      return true;
    }
  }
}
ofFramework(AnsweringConnection);
