import { incurOwed, settleOwed } from '../../core/asking/owed.js';
import { type TaskTonicError, fail } from '../../core/errors.js';
import { Interest } from '../../selector/interest.js';
import type { DisconnectInfo, DisconnectReason } from '../../tonics/tcp/connection/disconnect.js';
import type { ConnectionGuest } from '../../tonics/tcp/connection/connection-guest.js';
import type { InputEvent } from '../../tonics/tcp/connection/unheard-input.js';
import { NextTurn } from '../../tonics/tcp/connection/watches/connection-watches.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { type SendResult, type Sendable, sizeOf } from '../../tonics/socket-tonic.js';
import {
  ALL_WAS_SENT,
  GOING_AWAY,
  INTERNAL_ERROR,
  NO_CLOSE,
  NO_CODE,
  checkClose,
  closePayload,
} from './close-codes.js';
import { type DeflateOwner, DeflatedSends } from './deflated-sends.js';
import { type FrameKind, frameOf, messageOf } from './frames.js';
import { Heartbeat, type HeartbeatLine } from './heartbeat.js';
import type { Extensions, Ws } from './load-ws.js';
import { Control, type MessageDecoder } from './message-decoder.js';
import type { WebSocketRequest } from './websocket-request.js';
import type { WebSocketSettings } from './websocket-options.js';

/** What was agreed when a WebSocket was opened. */
export interface Opened {
  readonly ws: Ws;
  readonly isServer: boolean;
  readonly settings: WebSocketSettings;
  readonly request: WebSocketRequest;
  /** The subprotocol; `''` for none. */
  readonly subprotocol: string;
  /** `{}` where messages are not compressed. */
  readonly extensions: Extensions;
  /** Messages of fewer bytes are not compressed. */
  readonly threshold: number;
}

/** What is told of the end of a WebSocket. */
export interface WebSocketDisconnectInfo extends DisconnectInfo {
  /** The code that the peer closed with; 1005 where it said none, and 1006 where it did not say a close at all (RFC 6455, 7.1.5). */
  readonly closeCode: number;
  /** What the peer gave as a reason; `''` for nothing. */
  readonly closeReason: string;
}

/** A code and a reason to close with. */
interface Close {
  readonly code: number;
  readonly reason: string;
}

type Owner = TcpConnection<string>;

/** The line of a connection; `undefined` before it is open, and after it has closed. */
export function lineOf(connection: { readonly _ttGuest: ConnectionGuest | undefined }): WebSocketLine | undefined {
  return connection._ttGuest as WebSocketLine | undefined;
}

/**
 * Turns a connection into a WebSocket, from its handshake to its end: messages become frames, control frames are
 * answered, and close frames are exchanged.
 *
 * ```text
 *   ttsc__close -> close frame -> ... messages are dropped ... -> the peer's close frame -> the connection closes
 *   the peer's close frame -> what came before is answered -> close frame                -> the connection closes
 * ```
 */
export class WebSocketLine implements ConnectionGuest, DeflateOwner, HeartbeatLine {
  readonly opened: Opened;
  readonly #owner: Owner;
  readonly #deflated: DeflatedSends | undefined;
  #heartbeat: Heartbeat | undefined;
  /** The close frame that is to be sent. */
  #wish: Close | undefined;
  /** Whether its close frame was sent. */
  #hasClosed = false;
  /** The close frame of the peer. */
  #peerClose: Close | undefined;

  constructor(owner: Owner, opened: Opened) {
    this.#owner = owner;
    this.opened = opened;
    const { ws, isServer, extensions, threshold, settings } = opened;
    const isCompressed = Object.keys(extensions).length > 0;
    if (isCompressed) {
      this.#deflated = new DeflatedSends(this, ws, { extensions, threshold, isServer });
      const decoder = owner._ttFeed!._ttDecoder as MessageDecoder;
      decoder.extensions = extensions;
      decoder.inflating = (isBusy) => (isBusy ? this.#inflates() : this.#inflated());
    }
    const { pingInterval: interval, pongTimeout: timeout } = settings;
    if (interval !== false) {
      this.#heartbeat = new Heartbeat(owner, this, { interval, timeout });
    }
  }

  // ---- Sending ----

  /** Bytes that wait to be compressed. */
  get held(): number {
    return this.#deflated?.bytes ?? 0;
  }

  /** Sends a message. */
  send(data: Sendable): SendResult {
    const { kind, payload } = messageOf(data);
    if (this.#deflated !== undefined) return this.#sendDeflated(this.#deflated, kind, payload);
    const { ws, isServer } = this.opened;
    const { parts, size } = frameOf(ws, kind, payload, isServer);
    return this.sendFramed(parts, size);
  }

  /** Sends an encoded frame. */
  sendFramed(frame: Uint8Array | readonly Uint8Array[], size = sizeOf(frame)): SendResult {
    return this.#owner._ttSend(frame, size, true);
  }

  /** Whether an encoded frame for many receivers can be sent as it is. */
  get takesFramed(): boolean {
    return this.opened.isServer && this.#deflated === undefined;
  }

  #sendDeflated(deflated: DeflatedSends, kind: 'text' | 'bytes', payload: Uint8Array): SendResult {
    const owner = this.#owner;
    if (!owner._ttMayWait(payload.length)) return 'refused';
    incurOwed(owner);
    deflated.send(kind, payload);
    owner._ttBlockAbove();
    return owner._ttBacklog?.blocked === true ? 'waiting' : 'sent';
  }

  deflated(): void {
    const owner = this.#owner;
    settleOwed(owner);
    const channel = owner._ttChannel;
    if (channel === undefined) return;
    const { lowWaterMark } = owner._ttSettings;
    if (owner._ttBacklog?.blocked === true && channel.unsent + owner._ttHeld <= lowWaterMark)
      owner._ttKey?.signal(Interest.WRITE);
    this.#wake();
  }

  writeFrame(parts: readonly Uint8Array[], size: number): void {
    const owner = this.#owner;
    if (owner._ttSends) return void this.sendFramed(parts, size);
    const channel = owner._ttChannel;
    if (channel === undefined || channel.closed) return;
    for (const part of parts) channel.write(part, part.length);
    owner._ttSentBytes += size;
  }

  #writeControl(kind: FrameKind, payload: Uint8Array): void {
    const { ws, isServer } = this.opened;
    const { parts, size } = frameOf(ws, kind, payload, isServer);
    this.writeFrame(parts, size);
  }

  /** Starts a turn for something that happened outside of one. */
  #wake(): void {
    const { selector } = this.#owner._ttCatalyst;
    if (selector.parked) selector.wakeup();
  }

  // ---- Receiving ----

  /** Inflating begins: reading pauses, and the end of the connection waits for the result. */
  #inflates(): void {
    incurOwed(this.#owner);
    this.#owner._ttPause(Pause.stream);
  }

  #inflated(): void {
    const owner = this.#owner;
    const { timers } = owner._ttScheduler;
    // The message is delivered in the next turn, and the end waits until then.
    timers.add(new NextTurn(() => timers.add(new NextTurn(() => settleOwed(owner)))));
    if (owner._ttChannel === undefined) return;
    owner._ttResume(Pause.stream);
    owner._ttKey?.again(Interest.READ);
    this.#wake();
  }

  /** Delivers messages, or their content, until it closes. Handles control frames. */
  hears(item: unknown): InputEvent | undefined {
    // Who relays hears what the peer had sent before it was told of the end; everybody else hears no more.
    const isDropped = this.#hasClosed && this.#owner._ttTaker === undefined;
    if (!(item instanceof Control)) return isDropped ? undefined : 'ttse__onMessage';
    this.#control(item);
    return undefined;
  }

  #control({ kind, data, code }: Control): void {
    if (kind === 'close') return this.#peerCloses(code, data);
    if (kind === 'pong' || this.#hasClosed) return undefined;
    if (this.#deflated !== undefined) return this.#deflated.pong(data);
    return this.#writeControl('pong', data);
  }

  #peerCloses(code: number, reason: Buffer): void {
    this.#peerClose ??= { code, reason: reason.toString() };
    this.#owner._ttTaker?.peerEnded();
    if (this.#hasClosed) this.#owner._ttParted();
    else this.#owner._ttPeerParts();
  }

  /** The received data is invalid: it closes with a code, and waits for nothing more. */
  broke(error: TaskTonicError): void {
    const decoder = this.#owner._ttFeed?._ttDecoder as MessageDecoder | undefined;
    this.#sayClose({ code: decoder?.closeCode ?? INTERNAL_ERROR, reason: '' });
    this.#owner._ttBreaks(error);
  }

  // ---- Whether the peer is there ----

  ping(): void {
    if (this.#deflated !== undefined) this.#deflated.ping();
    else this.#writeControl('ping', NOTHING);
  }

  silent(ms: number): void {
    const owner = this.#owner;
    const error = fail('TT_PEER_SILENT', { address: owner._ttPeer(), ms });
    owner._ttReport(error);
    owner._ttAbort('error', error);
  }

  // ---- Its end ----

  /**
   * Sets the close frame of a connection that is still open. Returns whether it was open.
   * @throws {TaskTonicError} `TT_BAD_CLOSE`
   */
  static toClose(owner: { readonly _ttGuest: ConnectionGuest | undefined }, code: number, reason: string): boolean {
    checkClose(code, reason);
    const line = lineOf(owner);
    if (line === undefined) return true;
    line.#wish ??= { code, reason };
    return line.parts;
  }

  /** Whether a close frame must still be sent. */
  get parts(): boolean {
    return !this.#hasClosed;
  }

  /** Whether the peer has closed, and not because of an error. */
  get isWhole(): boolean {
    return this.#peerClose !== undefined && ALL_WAS_SENT.has(this.#peerClose.code);
  }

  /** Sends its close frame. @returns how long the peer may take to answer it, in ms. */
  part(reason: DisconnectReason | undefined): number {
    const channel = this.#owner._ttChannel;
    // A peer that has ended without a close frame will not answer one.
    if (channel?.ended === true && this.#peerClose === undefined) return this.#skipClose();
    this.#sayClose(this.#peerClose === undefined ? (this.#wish ?? closeFor(reason)) : answerTo(this.#peerClose));
    return this.#peerClose === undefined && reason !== 'error' ? this.opened.settings.closeTimeout : 0;
  }

  #skipClose(): 0 {
    this.#hasClosed = true;
    return 0;
  }

  #sayClose({ code, reason }: Close): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    this.#heartbeat = this.#heartbeat?.stop();
    if (this.#deflated === undefined) return this.#writeControl('close', closePayload(code, reason));
    return this.#deflated.close(code === NO_CODE ? undefined : code, reason, () => this.#wake());
  }

  /** The connection has closed. */
  over(info: DisconnectInfo): WebSocketDisconnectInfo {
    this.#heartbeat = this.#heartbeat?.stop();
    this.#deflated?.stop();
    for (const extension of Object.values(this.opened.extensions)) extension.cleanup();
    const { code, reason } = this.#peerClose ?? { code: NO_CLOSE, reason: '' };
    return { ...info, closeCode: code, closeReason: reason };
  }
}

const NOTHING = Buffer.alloc(0);

function closeFor(reason: DisconnectReason | undefined): Close {
  return { code: reason === 'error' ? INTERNAL_ERROR : GOING_AWAY, reason: '' };
}

/** The same code is sent back (RFC 6455, 5.5.1). */
function answerTo({ code }: Close): Close {
  return { code, reason: '' };
}
