import { type TaskTonicError, fail } from '../../core/errors.js';
import { extrasOf } from '../../core/guests/extras.js';
import { NO_OPTIONS, type TonicOptions } from '../../core/options/tonic-options.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { SendResult } from '../../tonics/socket-tonic.js';
import { NORMAL } from './close-codes.js';
import { WebSocketFraming } from './websocket-framing.js';
import { type Opened, type WebSocketDisconnectInfo, WebSocketLine } from './websocket-line.js';
import type { WebSocketRequest } from './websocket-request.js';

/** A message: text is a string, bytes are a Buffer. */
export type Message = string | Buffer;

/**
 * One WebSocket (RFC 6455) of an HttpServer, from its handshake on. A protocol extends it, as one of TCP extends TcpConnection:
 *
 * ```ts
 * class Echo extends WebSocketConnection {
 *   ttse__onMessage(message: Message): void { this.send(message); }
 * }
 * new HttpServer({ port: 8080, webSockets: { '/echo': Echo } });
 * ```
 *
 * What a connection has it has as well: its states, marks, limits, `reply()`, `request()`, and its end. An event that its class does not define goes to its
 * base, with it as the first argument.
 */
export class WebSocketConnection<State extends string = never> extends TcpConnection<
  State,
  Message,
  string | Uint8Array
> {
  /** A message has come, whole. */
  ttse__onMessage?(message: Message): void | undefined;
  /** It is closed; the Tonic finishes after this. */
  override ttse__onDisconnected?(info: WebSocketDisconnectInfo): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = {
    events: ['onConnected', 'onMessage', 'onDrain', 'onHighWater', 'onRelayEnded', 'onDisconnected', 'onError'],
    mistaken: {
      onData: 'onMessage',
      onFrame: 'onMessage',
      onText: 'onMessage',
      onConnect: 'onConnected',
      onOpen: 'onConnected',
      onClose: 'onDisconnected',
    },
  };

  /** The agreed parameters; set directly after the Tonic is made. */
  #opened: Opened | undefined = undefined;

  /** @throws {TaskTonicError} `TT_NO_SOCKET` where no HttpServer makes it; and as every Tonic. */
  constructor(options: TonicOptions = NO_OPTIONS) {
    super(options);
    if (!(this._ttSettings.framing instanceof WebSocketFraming)) throw fail('TT_NO_SOCKET', { class: new.target.name });
  }

  /** @internal */
  _ttUpgraded(opened: Opened): void {
    this.#opened = opened;
    extrasOf(this).guest = new WebSocketLine(this as unknown as TcpConnection<string>, opened);
  }

  // ---- Its state ----

  /** The request that it was opened with. It is there from `onStart` on. */
  get handshake(): WebSocketRequest {
    return this.#opened!.request;
  }

  /** The subprotocol that was chosen; `''` for none. It is there from `onStart` on. */
  get subprotocol(): string {
    return this.#opened!.subprotocol;
  }

  // ---- Sending ----

  /**
   * Sends one message from one of its own sparkles: a string as text, all else as bytes. It leaves with the end of the turn.
   *
   * @throws {TaskTonicError} `TT_BAD_DATA`; `TT_NOT_RUNNING` outside its own sparkles (use `ttsc__send` there).
   */
  protected override send(message: string | Uint8Array): SendResult {
    return super.send(message);
  }

  /** Sends one message from one of its own sparkles at once, also where a reply is open. */
  protected override push(message: string | Uint8Array): SendResult {
    return super.push(message);
  }

  /** Sends one message, on behalf of anybody. A refusal is told by `onError`. */
  override ttsc__send(message: string | Uint8Array): void {
    super.ttsc__send(message);
  }

  // ---- Methods that only a byte stream has ----

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: its frames are those of WebSockets. */
  protected override setFraming(): never {
    throw this.#not('setFraming()');
  }

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: its frames are those of WebSockets. */
  protected override takeBuffered(): never {
    throw this.#not('takeBuffered()');
  }

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: TLS is an option of its server or client. */
  protected override startTls(): never {
    throw this.#not('startTls()');
  }

  /** @internal */
  override _ttRefusesTaker(what: string): void {
    refuseBytes(this, what);
  }

  /** @internal */
  override get _ttBringsMessages(): boolean {
    return true;
  }

  #not(what: string): TaskTonicError {
    return notOfWebSocket(this, what);
  }

  // ---- Its end ----

  /**
   * Closes, after all messages given before: says so, with a code and a reason, and waits for the peer to say the same, at most `closeTimeout`. What comes until then is
   * dropped.
   *
   * @param code why: 1000 (the default), 1001 to 1014 (RFC 6455, 7.4.1), or one of your own, 3000 to 4999.
   * @param reason at most 123 bytes.
   * @throws {TaskTonicError} `TT_BAD_CLOSE`
   */
  override ttsc__close(code: number = NORMAL, reason = ''): void {
    if (WebSocketLine.toClose(this, code, reason)) super.ttsc__close();
  }

  /** As {@link ttsc__close}: a WebSocket has no half-close. */
  override ttsc__end(): void {
    this.ttsc__close();
  }
}
ofFramework(WebSocketConnection);

interface OfWebSocket {
  /** @internal */
  readonly _ttPlan: { readonly className: string };
}

function notOfWebSocket({ _ttPlan: plan }: OfWebSocket, what: string): TaskTonicError {
  return fail('TT_NOT_OF_PROTOCOL', { what, class: plan.className, protocol: 'WebSocket' });
}

/**
 * Of those who take a connection over, a relay alone can do with messages.
 * @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`
 */
export function refuseBytes(connection: OfWebSocket, what: string): void {
  if (what !== 'relay()') throw notOfWebSocket(connection, what);
}
