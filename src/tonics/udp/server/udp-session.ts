import { type TaskTonicError, fail } from '../../../core/errors.js';
import { Life, queueEnd } from '../../../core/life.js';
import { NO_OPTIONS, type TonicOptions, tonicSettings } from '../../../core/options/tonic-options.js';
import { EVENTS, type HeardEvents } from '../../../core/plan/heard-events.js';
import { BINDER, type SparkleBinder, ofFramework } from '../../../core/plan/plan.js';
import type { TonicConstructor, With } from '../../../core/plan/said.js';
import type { Framing } from '../../../framing/framing.js';
import type { Address } from '../../../selector/network.js';
import { framingOf } from '../../../framing/framing-option.js';
import { Handed } from '../../handed.js';
import type { SaidOfSocket, StatesOf } from '../../said-of-socket.js';
import { type SendResult, type Sendable, sizeOf } from '../../socket-tonic.js';
import { encoded, withEncoding } from '../../tcp/connection/encoded.js';
import { ResendingSocket } from '../resending-socket.js';
import { LARGEST } from '../udp-options.js';
import type { ResendKey } from '../unanswered.js';
import type { Peer, PeerSession } from './peer.js';
import { checkPatience } from './idle-patience.js';
import type { SessionEnd, SessionEndReason } from './session-end.js';

/** What a session sees of its server. */
export interface SessionHost {
  readonly family: 4 | 6;
  /** How frames lie in a datagram, where the server says so for all. */
  readonly framing: Framing<unknown> | undefined;
  /** A session has been made for a peer: it is counted until it has {@link left}. */
  came(peer: Peer): void;
  /** It hears nothing any more, and somebody new may come from its address. @returns how many datagrams nobody has heard. */
  forget(peer: Peer): number;
  left(peer: Peer): void;
  /** It hears nothing until it goes on. */
  pause(peer: Peer, paused: boolean): void;
  /** How long nothing may come, in ms, from now on. */
  setPatience(peer: Peer, patience: number | false): void;
}

/** What a session is made with. */
interface SessionGiven {
  readonly peer: Peer;
  readonly host: SessionHost;
}

/** What a UdpServer hands to the session that it makes. */
export const handedToSession = new Handed<SessionGiven>();

/** What has passed through a session. */
export interface SessionTraffic {
  readonly receivedBytes: number;
  readonly receivedMessages: number;
  /** What was given to the server's socket to be sent. */
  readonly sentBytes: number;
  readonly sentMessages: number;
  /** Datagrams of its peer for which there was no room. */
  readonly dropped: number;
}

/**
 * What one peer of a UdpServer says, and what it is told. A protocol extends it, with a state machine of its own:
 *
 * ```ts
 * class Echo extends UdpSession {
 *   ttse__onData(data: Buffer): void { this.send(data); }
 * }
 * ```
 *
 * It begins with the first datagram of an address and port, and ends when it closes, fails, or hears nothing for `idleTimeout`: nobody else
 * tells it that the peer has gone. What comes after that begins a new one.
 *
 * An event that its class does not define goes to its base, with the session as the first argument.
 */
export class UdpSession<State extends string = never, Frame = unknown, Sent = Frame> extends ResendingSocket<State> {
  /** Its first datagram has come, and is heard next. */
  ttse__onConnected?(): void | undefined;
  /** A datagram has come. The buffer is the receiver's to keep. */
  ttse__onData?(data: Buffer): void | undefined;
  /** A frame has come in a datagram, where it has a framing; then there is no `onData`. */
  ttse__onFrame?(frame: Frame): void | undefined;
  /** A send was refused since too much was unsent, and now nothing is. */
  ttse__onDrain?(): void | undefined;
  /** It is over; the Tonic finishes after this. What it sends here leaves. */
  ttse__onDisconnected?(info: SessionEnd): void | undefined;
  /** A send was refused or lost, or a datagram has no whole frames. Unheard, it is logged and counted. */
  ttse__onError?(error: TaskTonicError): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: ['onConnected', 'onData', 'onFrame', 'onDrain', 'onUnanswered', 'onDisconnected', 'onError'],
    mistaken: {
      onDatagram: 'onData',
      onMessage: 'onData',
      onLine: 'onFrame',
      onConnect: 'onConnected',
      onOpen: 'onConnected',
      onClose: 'onDisconnected',
    },
  };

  /** As {@link Tonic.with}. */
  declare static with: <
    C extends TonicConstructor,
    const State extends string = StatesOf<C>,
    Frame = unknown,
    Sent = Frame,
  >(
    this: C,
    said: SaidOfSocket<State, Frame, Sent>,
  ) => With<C, UdpSession<State, Frame, Sent>>;

  /** @internal */
  static override readonly [BINDER]: SparkleBinder = (sparkle, enqueue) => {
    if (sparkle.key !== 'ttsc__send') return enqueue;
    return function (this: object, ...given: unknown[]): void {
      const session = this as UdpSession;
      const args = given.length > 1 ? withEncoding(given, 1, session, sparkle, UdpSession.prototype.ttsc__send) : given;
      const bytes = sizeOf(args[0]);
      if (session.finished) session._ttTellOthers(fail('TT_SEND_REFUSED', { bytes, why: 'the session is over' }));
      else enqueue.apply(this, args);
    };
  };

  /** @internal */ readonly _ttPeer: Peer;
  /** @internal */ readonly _ttFraming: Framing<unknown> | undefined;
  readonly #host: SessionHost;
  #closed = false;
  /** `onDisconnected` was heard. */
  #isTold = false;

  /** @throws {TaskTonicError} `TT_NO_PEER` where no UdpServer makes it; and as every Tonic. */
  constructor(options: TonicOptions = NO_OPTIONS) {
    // Before it enters the app: what is refused leaves nothing behind.
    const own = tonicSettings(options, new.target);
    const given = handedToSession.take();
    if (given === undefined) throw fail('TT_NO_PEER', { class: new.target.name });
    const { peer, host } = given;
    const framing = host.framing ?? framingOf(new.target);
    super(own);
    this._ttPeer = peer;
    this._ttFraming = framing;
    this.#host = host;
    peer.session = this as PeerSession;
    host.came(peer);
    this._ttEmit('ttse__onConnected');
  }

  // ---- What it is ----

  /** The peer's address. It is not proven: whoever can write a datagram can write any address as its source. */
  get remote(): Address {
    return this._ttPeer.remote;
  }

  /**
   * Where its datagrams come in, and answers leave. With the server's `socketPerAddress` that is the very address that the peer has sent to; without, where
   * the server is bound, such as `0.0.0.0`. `undefined` when that has closed.
   */
  get local(): Address | undefined {
    return this._ttPeer.socket.local;
  }

  /** How far it is, apart from the states of a subclass. */
  get phase(): 'open' | 'closed' {
    return this.#closed ? 'closed' : 'open';
  }

  /** What has passed through it so far. */
  get traffic(): SessionTraffic {
    const { receivedBytes, receivedMessages, sentBytes, sentMessages, dropped } = this._ttPeer;
    return { receivedBytes, receivedMessages, sentBytes, sentMessages, dropped };
  }

  // ---- What it is told ----

  /**
   * Sends a datagram to its peer from one of its own sparkles. A list becomes one datagram. It leaves with the end of the turn, or is refused, which
   * `onError` tells: nothing waits for one peer alone.
   *
   * @param encoding of the texts; without it UTF-8.
   * @throws {TaskTonicError} `TT_BAD_DATA`, `TT_BAD_ENCODING`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected send(data: Sendable, encoding?: BufferEncoding): SendResult {
    this._ttNeedsOwnSparkle();
    return this.#send(encoding === undefined ? data : encoded(data, encoding));
  }

  /**
   * Sends a frame in a datagram of its own, with what its framing puts around it; else as `send()`.
   *
   * @throws {TaskTonicError} `TT_NO_FRAMING`; `TT_FRAME_NOT_ENCODED` where its framing refuses that frame; and as `send()`.
   */
  protected sendFrame(frame: Sent): SendResult {
    return this.send(this.#encoded(frame));
  }

  /**
   * Sends a datagram to its peer, and again after a while until `answered()` is told its key, from one of its own sparkles; how often, `setResend()` says, and
   * then `onUnanswered` is told. At most 256 datagrams, and 1 MiB, may wait for their answers. What ends the session ends that too.
   *
   * @param key by which its answer is known, such as the number of a block. One that waits with the same key goes for it.
   * @param data is kept until then: do not change it.
   * @throws {TaskTonicError} as `send()`
   */
  protected sendUntilAnswered(key: ResendKey, data: Sendable): SendResult {
    return this._ttSendUntilAnswered(key, data, undefined);
  }

  /**
   * As `sendUntilAnswered()`, with a frame.
   *
   * @throws {TaskTonicError} as `sendFrame()`
   */
  protected sendFrameUntilAnswered(key: ResendKey, frame: Sent): SendResult {
    return this._ttSendUntilAnswered(key, this.#encoded(frame), undefined);
  }

  /** Sends a datagram to its peer, on behalf of anybody. A refusal is told by `onError`. */
  ttsc__send(data: Sendable, encoding?: BufferEncoding): void {
    this.#send(encoding === undefined ? data : encoded(data, encoding));
  }

  /** Hears nothing until `ttsc__resume`: what comes waits, as much as may, and the rest is dropped and counted. It is not idle meanwhile. */
  ttsc__pause(): void {
    if (!this.#closed) this.#host.pause(this._ttPeer, true);
  }

  /** Hears again what its peer sends. */
  ttsc__resume(): void {
    if (!this.#closed) this.#host.pause(this._ttPeer, false);
  }

  /** Ends it, and finishes: what was sent before leaves. The peer is told nothing; what it sends from now on begins a new session. */
  ttsc__close(): void {
    this._ttEnds('closedHere');
  }

  /**
   * Ends it (reason `idle`) when nothing has come from its peer for so many ms from now on; `false` for never. It takes the place of the server's `idleTimeout`.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  protected setIdleTimeout(timeout: number | false): void {
    checkPatience(timeout, this._ttPlan.className);
    if (!this.#closed) this.#host.setPatience(this._ttPeer, timeout);
  }

  #encoded(frame: Sent): Buffer {
    if (this._ttFraming === undefined) throw fail('TT_NO_FRAMING', { class: this._ttPlan.className });
    return this._ttFraming.encode(frame);
  }

  /** @internal */
  override _ttSend(data: Sendable): SendResult {
    return this.#send(data);
  }

  #send(data: Sendable): SendResult {
    const peer = this._ttPeer;
    const { socket } = peer;
    const bytes = sizeOf(data);
    const most = LARGEST[this.#host.family];
    if (bytes > most) return this.#refuse(fail('TT_DATAGRAM_TOO_LARGE', { bytes, max: most }));
    if (socket.closed) return this.#refuse(fail('TT_SEND_REFUSED', { bytes, why: 'the server is closed' }));
    if (socket.isFull(bytes)) {
      if (!this.#closed) socket.owe(peer);
      const why = `${socket.unsentMessages} datagrams (${socket.unsentBytes} bytes) of all sessions wait to be sent`;
      return this.#refuse(fail('TT_SEND_REFUSED', { bytes, why }));
    }
    socket.send(data, bytes, peer.remote);
    peer.sentMessages++;
    peer.sentBytes += bytes;
    return 'sent';
  }

  #refuse(error: TaskTonicError): SendResult {
    this._ttReport(error);
    return 'refused';
  }

  // ---- Its end ----

  /** @internal It hears what comes. */
  get _ttHears(): boolean {
    return !this.#closed && this._ttLife < Life.closing;
  }

  /** @internal */
  _ttEnds(reason: SessionEndReason, error?: Error): void {
    if (this.#closed) return;
    this._ttEmit('ttse__onDisconnected', this.#over(reason, error));
    this._ttss__disconnected();
  }

  #over(reason: SessionEndReason, error: Error | undefined): SessionEnd {
    this.#closed = true;
    this._ttStopResending();
    return { reason, error, unheard: this.#host.forget(this._ttPeer) };
  }

  /** @internal After `onDisconnected` was heard. */
  _ttss__disconnected(): void {
    this.#isTold = true;
    this._ttDrained();
    this.ttsc__finish();
    // Its infusions have their own time; the last of them ends it too.
    if (this._ttLife === Life.closing && this.infusions.size === 0) queueEnd(this);
  }

  /** @internal It has drained; that it is over is heard before it ends. */
  override _ttDrain(): boolean {
    if (this.#closed) return true;
    this._ttEnds('finished');
    return false;
  }

  /** @internal */
  override _ttHoldsEnd(): boolean {
    // One that was closed, and then threw, has still to hear of it.
    if (this.#closed) return !this.#isTold;
    this.#endsWithTonic((reason, error) => this._ttEnds(reason, error));
    return true;
  }

  #endsWithTonic(end: (reason: SessionEndReason, error: Error | undefined) => void): void {
    const { error } = this._ttEnding ?? {};
    end(error === undefined ? 'finished' : 'error', error);
  }

  /** @internal */
  override _ttRelease(): void {
    // It was aborted at a deadline.
    if (!this.#closed)
      this.#endsWithTonic((reason, error) => this._ttTellLast('ttse__onDisconnected', this.#over(reason, error)));
    this.#host.left(this._ttPeer);
  }
}
ofFramework(UdpSession);
