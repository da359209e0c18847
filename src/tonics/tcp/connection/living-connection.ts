import { type TaskTonicError, fail } from '../../../core/errors.js';
import { Life } from '../../../core/life.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { Interest } from '../../../selector/interest.js';
import { AnsweringConnection } from './answering-connection.js';
import { Closing } from './closing.js';
import { type ConnectionPhase, type Deed, type Input, LIFE, type Step } from './connection-life.js';
import type { DisconnectReason } from './disconnect.js';
import { type IdleSide, IdleWatch, checkIdleTimeout } from './watches/idle-watch.js';
import { Pause } from './pause.js';

/** Steps in which it may be idle. */
const WATCHED: ReadonlySet<Step> = new Set<Step>(['open', 'ended', 'halfClosed']);

/**
 * How far a connection is: one step, which inputs move by the table in `connection-life.ts`. Commands are inputs, and so is what its sending, its answers, its frames,
 * its guest and its idle times tell. What is done as a step is entered stands above: in ClosingConnection.
 */
export abstract class LivingConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends AnsweringConnection<State, Frame, Sent> {
  /** @internal */ _ttStep: Step = 'connecting';
  /** @internal Made when it begins to end. */ _ttClosing: Closing | undefined = undefined;
  /** @internal */ _ttIdleWatch: IdleWatch | undefined = undefined;

  // ---- What it asks of the connection ----

  /** @internal A step is entered. */
  abstract _ttDo(deed: Deed): void;
  /** @internal Its peer, as errors name it. */
  abstract _ttPeer(): string;

  // ---- One step, and one table ----

  /** @internal An input to the table of its life; true where that changed something. */
  _ttInput(input: Input): boolean {
    const { on } = LIFE[this._ttStep];
    const parts = (input === 'close' || input === 'answered') && this._ttGuest?.parts === true;
    const next = (parts ? on.part : undefined) ?? on[input];
    if (next === undefined) return false;
    this._ttStep = next[0];
    this._ttDo(next[1]);
    return true;
  }

  /** @internal An input that is a reason to close, where it has an effect. */
  _ttInputFor(reason: DisconnectReason, input: Input, error?: Error): boolean {
    if (LIFE[this._ttStep].on[input] === undefined) return false;
    this._ttMadeClosing.reason = reason;
    this._ttMadeClosing.error ??= error;
    return this._ttInput(input);
  }

  /** @internal Where replies are open it has its place behind them. */
  _ttInputAtPlace(closes: 'end' | 'close', input: () => void): void {
    const replies = this._ttReplies;
    if (replies === undefined) input();
    else replies.act(input, closes);
  }

  /** @internal Why it ends, and with what: asked for, there is one. */
  get _ttMadeClosing(): Closing {
    return (this._ttClosing ??= new Closing());
  }

  /** How far the connection is, apart from the states of a subclass. */
  get phase(): ConnectionPhase {
    return LIFE[this._ttStep].phase;
  }

  /** @internal */
  override get _ttSends(): boolean {
    return LIFE[this._ttStep].sends;
  }

  /** @internal */
  override get _ttHears(): boolean {
    return LIFE[this._ttStep].hears && this._ttLife < Life.closing && !this.#closesAtPlace;
  }

  /** All that it will answer was heard. */
  get #closesAtPlace(): boolean {
    const replies = this._ttReplies;
    return replies?.closing === 'close' && !replies.needsInput;
  }

  // ---- Commands ----

  /** Ends sending, after all bytes given before; what the peer sends is still received, until it ends too. */
  ttsc__end(): void {
    this._ttInputAtPlace('end', () => {
      if (this._ttInput('end')) this._ttMadeClosing.reason ??= 'closedHere';
    });
  }

  /**
   * Closes, after all bytes given before have left: as long as the peer takes some of them, or sends something, within each
   * `lingerTimeout`, and `lingerLimit` in all.
   */
  ttsc__close(): void {
    this._ttInputAtPlace('close', () => this._ttInputFor('closedHere', 'close'));
  }

  /**
   * Sends a last frame and closes, from one of its own sparkles: before the next order, and before the next frame of the
   * peer, which is not heard any more. It leaves as with {@link ttsc__close}. A connection that closes already is left as
   * it is.
   *
   * @throws {TaskTonicError} as {@link sendFrame}.
   */
  protected closeWith(frame: Sent): void {
    this._ttNeedsOwnSparkle('closeWith()');
    if (!this._ttSends) return;
    this.sendFrame(frame);
    if (this._ttOrders.own === 0) return this.raise.ttsc__close();
    // Behind own sends that wait as orders, as the frame is.
    this._ttPause(Pause.user);
    return this.ttsc__close();
  }

  /** Closes at once, with a reset; what has not left is discarded, and counted in `onDisconnected`. */
  ttsc__abort(): void {
    this._ttAbort('aborted');
  }

  /** @internal */
  _ttAbort(reason: DisconnectReason, error?: Error): void {
    this._ttInputFor(this._ttStep === 'cutting' ? this._ttMadeClosing.reason! : reason, 'abort', error);
  }

  /**
   * Receives nothing until `ttsc__resume`: the peer is held back by the kernel's window. It holds for the connection that is there; where
   * there is none yet, for the one that comes.
   */
  ttsc__pause(): void {
    this._ttPause(Pause.user);
  }

  /** Receives again. */
  ttsc__resume(): void {
    this._ttResume(Pause.user);
  }

  // ---- What ends it ----

  /** @internal */
  override _ttFramesBroke(error: TaskTonicError): void {
    const guest = this._ttGuest;
    if (guest !== undefined) return guest.broke(error);
    this._ttTaker?.broke(error);
    // What was asked before that is answered.
    this._ttInputAtPlace('close', () => this._ttInputFor('error', 'close', error));
  }

  /** @internal What it relays was cut off: what was given leaves, and no end is told, or by its protocol that it was an error. */
  _ttCutOff(error: TaskTonicError): void {
    if (this._ttGuest?.parts === true) return void this._ttInputFor('error', 'close', error);
    this._ttInputFor('aborted', this._ttSentBytes === 0 ? 'abort' : 'truncated', error);
  }

  /** @internal An answer cannot be given, nor those behind it: that is the end. */
  _ttReplyLost(error: TaskTonicError): void {
    this._ttReport(error);
    this._ttInputFor('error', 'close', error);
  }

  /** @internal */
  override _ttOverflows(bytes: number, error: TaskTonicError): void {
    this._ttMadeClosing.discarded += bytes;
    this._ttInputFor('overflow', 'overflow', error);
  }

  /** @internal */
  override _ttStalled(ms: number): void {
    this._ttFlows();
    const bytes = this._ttChannel?.unsent ?? 0;
    const error = fail('TT_WRITE_STALLED', { address: this._ttPeer(), bytes, ms });
    if (LIFE[this._ttStep].on.abort === undefined) return;
    this._ttReport(error);
    this._ttInputFor('stalled', 'abort', error);
  }

  /** @internal The peer has said that it sends no more, by its protocol: what it asked before is answered, and this side ends too. */
  _ttPeerParts(): void {
    this._ttNoMoreAnswers();
    this._ttMadeClosing.reason ??= 'peerEnded';
    this._ttInput('peerEndedBoth');
  }

  /** @internal Both sides have said that this is the end. */
  _ttParted(): void {
    this._ttInput('close');
  }

  /** @internal Ends it for what came and cannot be read. */
  _ttBreaks(error: TaskTonicError): void {
    this._ttInputFor('error', 'close', error);
  }

  // ---- Idle times ----

  /**
   * Closes this connection (reason `idle`) when nothing has come (`'read'`), nothing has left (`'write'`), or neither (`'either'`) for so many
   * ms from now on; `false` for never. It takes the place of what `idleTimeout` says for that side.
   *
   * What does not come because nobody reads (`ttsc__pause`, a relay that waits, input that is postponed), and what cannot come or leave any more after an
   * end, is not taken for idle on that side. It holds for the connection that is there, of a TcpClient for its later ones too.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected setIdleTimeout(timeout: number | false, side: IdleSide = 'either'): void {
    checkIdleTimeout(timeout, side, this._ttPlan.className);
    this._ttSetIdle(timeout, side);
  }

  /** @internal */
  _ttSetIdle(timeout: number | false, side: IdleSide): void {
    if (WATCHED.has(this._ttStep)) this._ttIdleWatch = IdleWatch.set(this._ttIdleWatch, this, side, timeout);
  }

  /** @internal */
  _ttIdle(watch: IdleWatch): void {
    if (this.#excuses(watch.side)) return watch.excuse();
    this._ttMadeClosing.idle = watch.side;
    this._ttInputFor('idle', 'close');
  }

  /** Whether nothing can happen on that side, and the peer is not to blame. */
  #excuses(side: IdleSide): boolean {
    const { sends, hears } = LIFE[this._ttStep];
    // What waits for its own answer is not idle.
    if (this._ttReplies !== undefined) return true;
    if (side === 'read') return !hears || (this._ttPauses & ~Pause.unsent) !== 0;
    return side === 'write' && !sends && this.unsentBytes === 0;
  }

  /** @internal */
  override _ttTouch(): void {
    this._ttIdleWatch?.touchAll(Interest.WRITE);
  }
}
ofFramework(LivingConnection);
