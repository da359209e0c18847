import type { Duplex } from 'node:stream';
import { fail } from '../../../core/errors.js';
import { ofFramework } from '../../../core/plan/plan.js';
import { Interest } from '../../../selector/interest.js';
import type { Taken } from '../../../selector/network.js';
import { ClosingConnection } from './closing-connection.js';
import { Pause } from './pause.js';
import { type FrameIteratorOptions, FrameIterator } from './streams/frame-iterator.js';
import { type Takable, takeOver } from './streams/take-over.js';
import { TakenDuplex } from './streams/taken-duplex.js';

/** How a connection is taken over: what it brings goes to a stream of Node's, an iterator or another connection, and no more to its Tonic. */
export abstract class TakenConnection<
  State extends string = never,
  Frame = unknown,
  Sent = Frame,
> extends ClosingConnection<State, Frame, Sent> {
  /**
   * Hands the connection to a library that takes a stream: a Duplex of Node's. From now on it has what comes, first of all what has come and was not heard yet; `onData`, `onFrame`,
   * `onEnd`, `onDrain` and `onHighWater` are heard no more. `onError` and `onDisconnected` are.
   *
   * - Reading pauses while the stream's reader is behind. A write is done when the connection has room for more below its `highWaterMark`.
   * - It is half-open, whatever `halfOpen` says: after `'end'` it can be written to until `end()`. When both sides have ended the connection closes.
   * - `destroy()` closes the connection after what was written has left; `destroy(error)` resets it. `'close'` comes when it is closed.
   * - A connection that ends in another way than by the end of its peer destroys the stream, with its error where it has one.
   * - What is piped from one such stream to another, or back to itself, is sent without an event `'data'` while nothing
   *   else hears its data.
   *
   * Idle and stall limits apply as before. A TcpClient need not be connected yet: what is written waits until it is.
   *
   * @throws {TaskTonicError} `TT_TAKEN_OVER` where something has it already; `TT_CANNOT_TAKE_OVER` while replies are open, requests wait or a TLS handshake is under way,
   *   and for a TcpClient with a `protocol`; `TT_NOT_OF_PROTOCOL` where it speaks HTTP or WebSocket.
   */
  toDuplex(): Duplex {
    const connection = this as unknown as Takable;
    const stream = new TakenDuplex(connection);
    takeOver(connection, stream);
    return stream;
  }

  /**
   * The frames that come, for code outside of sparkles: `for await (const frame of connection.frames())`. From now on it has them, first of all those that have come and were not
   * heard yet; `onFrame` and `onEnd` are heard no more. Reading pauses while the loop is behind: at most `limit` frames wait for it.
   *
   * It ends when the peer has ended, and throws the error that the connection ends with; where that ends in another way, `TT_STREAM_CUT`. To leave the loop (`break`, a throw in it)
   * closes the connection, after what was sent has left.
   *
   * @throws {TaskTonicError} `TT_NO_FRAMING`; `TT_BAD_OPTION`; and as {@link toDuplex}.
   */
  frames(options: FrameIteratorOptions = {}): AsyncIterableIterator<Frame> {
    if (this._ttFraming === undefined) throw fail('TT_NO_FRAMING', { class: this._ttPlan.className });
    const connection = this as unknown as Takable;
    const frames = new FrameIterator<Frame>(connection, options);
    takeOver(connection, frames);
    return frames;
  }

  /**
   * To be overridden where what comes is of a protocol that nobody else can read.
   * @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`
   * @internal
   */
  _ttRefusesTaker(_what: string): void {}

  /** @internal Whether messages come, and not bytes. */
  get _ttBringsMessages(): boolean {
    return false;
  }

  /** @internal Whether it is not the connection itself, but makes a Tonic for each. */
  get _ttHasOther(): boolean {
    return false;
  }

  /** @internal Whether it has none, and is to have one. */
  get _ttWillConnect(): boolean {
    return false;
  }

  /** @internal What its channel gives straight, for who has taken it over. */
  takes(bytes: Buffer): Taken {
    const taker = this._ttTaker;
    if (taker === undefined || this._ttPauses !== 0 || !this._ttHears || bytes.length > taker.room) return 'not';
    this._ttIdleWatch?.touchAll(Interest.READ);
    this._ttReceivedForTaker(bytes);
    return taker.receivedStraight(bytes);
  }

  /** @internal Its channel gives what comes straight to who has taken it over, where that takes bytes. */
  _ttGoesStraight(): void {
    if (this._ttTaker?.takes === 'bytes' && this._ttFeed === undefined) this._ttChannel?.straightTo?.(this);
  }

  /** @internal It has another reader, who is given what has come and was not heard. */
  _ttTakenOver(unheard: readonly unknown[]): void {
    const taker = this._ttTaker!;
    const channel = this._ttChannel;
    this._ttInput('takenOver');
    if (channel !== undefined) this._ttResume(Pause.unsent);
    if (channel !== undefined && this._ttHears && taker.takes === 'bytes' && this._ttFeed === undefined) {
      if (unheard.length > 0) this._ttUnread(channel, unheard as readonly Buffer[]);
    } else for (const item of unheard) taker.received(item);
    this._ttGoesStraight();
    if (channel !== undefined) {
      if (this._ttStep === 'halfClosed') {
        if (channel.truncated === true) this._ttInput('close');
        else taker.peerEnded();
      }
      this._ttKey?.signal(Interest.READ);
    } else if (!this._ttWillConnect) this._ttTakerOver(this._ttMadeClosing.info);
  }
}
ofFramework(TakenConnection);
