import * as v from 'valibot';
import { extrasOf } from '../../core/guests/extras.js';
import { badOption } from '../../core/options/option-problem.js';
import { optionsIn, settingsIn, text } from '../../core/options/option-schema.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { ofFramework } from '../../core/plan/plan.js';
import { TcpClient, type TcpClientOptions } from '../../tonics/tcp/client/tcp-client.js';
import type { Greeting } from '../../tonics/tcp/client/greeting.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import type { SendResult } from '../../tonics/socket-tonic.js';
import { ClientOpening } from './client-opening.js';
import { NORMAL } from './close-codes.js';
import { loadWs } from './load-ws.js';
import { deflateOptions, newDeflate } from './opening.js';
import { type Message, WebSocketConnection, refuseBytes } from './websocket-connection.js';
import { WebSocketFraming } from './websocket-framing.js';
import { type Opened, type WebSocketDisconnectInfo, WebSocketLine, lineOf } from './websocket-line.js';
import type { WebSocketProtocol } from './path-options.js';
import { webSocketOptions } from './websocket-options.js';
import { WebSocketRequest } from './websocket-request.js';

export const webSocketClientSchema = v.strictObject({
  /** The WebSocket: `ws://host:port/path`, or `wss:` for TLS. */
  url: text,
  /** The subprotocols that it offers, the one that it likes best first. */
  subprotocols: v.optional(v.array(text, 'must be a list of texts'), []),
  /** Further headers of the request that opens it, such as `Authorization`. */
  headers: v.optional(v.record(text, v.string('must be a text'), 'must be a record of headers'), {}),
  ...webSocketOptions,
});

type Own = Readonly<v.InferInput<typeof webSocketClientSchema>>;
type OfUrl = 'host' | 'port' | 'path' | 'framing' | 'protocol';

/** Options of a {@link WebSocketClient}: its own, and those of a TcpClient. Its `connectTimeout` counts the handshake too. */
export type WebSocketClientOptions = Own &
  Omit<TcpClientOptions, OfUrl> & {
    /** Makes a Tonic for each connection: a class that extends WebSocketConnection. Without it the client is the connection. */
    readonly protocol?: WebSocketProtocol;
  };

/**
 * A WebSocket that it opens itself. It tries again, connects again and keeps messages for the next connection as a TcpClient does:
 *
 * ```ts
 * class Ticker extends WebSocketClient {
 *   ttse__onConnected(): void { this.send('subscribe'); }
 *   ttse__onMessage(message: Message): void { this.log.info(message); }
 * }
 * new Ticker({ url: 'wss://example.com/ticker', reconnect: true });
 * ```
 */
export class WebSocketClient<State extends string = never> extends TcpClient<State, Message, string | Uint8Array> {
  /** A message has come, whole. */
  ttse__onMessage?(message: Message): void | undefined;
  /** It is closed, or was never opened. */
  override ttse__onDisconnected?(info: WebSocketDisconnectInfo): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = WebSocketConnection[EVENTS];

  readonly #opens: () => ClientOpening;
  readonly #opened: (opening: ClientOpening) => Opened;
  #opening: ClientOpening | undefined = undefined;

  /** @throws {TaskTonicError} `TT_BAD_OPTION`, `TT_NEEDS_PACKAGE`; and as every TcpClient. */
  constructor(options: WebSocketClientOptions) {
    const { name } = new.target;
    const own = settingsIn(webSocketClientSchema, optionsIn(options, name), name);
    const url = urlOf(own.url, name);
    const ws = loadWs(name);
    const others = Object.fromEntries(
      Object.entries(options).filter(([key]) => !(key in webSocketClientSchema.entries)),
    );
    const { tls = url.protocol === 'wss:' } = others as TcpClientOptions;
    if (url.protocol === 'ws:' && tls !== false)
      throw badOption(name, 'tls', 'it cannot be given with a URL of "ws:": write "wss:"');
    super({
      ...others,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (url.protocol === 'wss:' ? 443 : 80)),
      tls,
      framing: new WebSocketFraming(ws, own.maxPayload, false),
    } as unknown as TcpClientOptions);
    const deflating = deflateOptions(own.perMessageDeflate);
    const deflate = deflating && (() => newDeflate(ws, deflating, own.maxPayload, false));
    const { subprotocols, headers } = own;
    this.#opens = () => new ClientOpening({ ws, url, subprotocols, headers, deflate }, this._ttCatalyst.runtime.random);
    this.#opened = ({ answer }) => ({
      ws,
      isServer: false,
      settings: own,
      request: new WebSocketRequest({ url: url.pathname + url.search, headers: answer!.headers }),
      subprotocol: answer!.subprotocol,
      extensions: answer!.extensions,
      threshold: deflating?.threshold ?? 0,
    });
  }

  // ---- Its state ----

  /** The subprotocol that the server has chosen; `''` for none, or while it is not connected. */
  get subprotocol(): string {
    return lineOf(this)?.opened.subprotocol ?? '';
  }

  // ---- Connecting ----

  /** @internal */
  override _ttGreeting(): Greeting {
    return (this.#opening = this.#opens());
  }

  /** @internal */
  override _ttBeginsAnew(): void {
    super._ttBeginsAnew();
    const opened = this.#opened(this.#opening!);
    extrasOf(this).guest = new WebSocketLine(this as unknown as TcpConnection<string>, opened);
  }

  /** @internal */
  override _ttHasProtocol(protocol: TcpConnection<string>): void {
    if (protocol instanceof WebSocketConnection) protocol._ttUpgraded(this.#opened(this.#opening!));
  }

  // ---- As in a WebSocketConnection ----

  /** @internal */
  override _ttRefusesTaker(what: string): void {
    refuseBytes(this, what);
  }

  /** @internal */
  override get _ttBringsMessages(): boolean {
    return true;
  }

  /** As that of a {@link WebSocketConnection}; while it is not connected the message waits, or is refused: `whileDisconnected`. */
  protected override send(message: string | Uint8Array): SendResult {
    return super.send(message);
  }

  /** As that of a {@link WebSocketConnection}. */
  protected override push(message: string | Uint8Array): SendResult {
    return super.push(message);
  }

  /** As that of a {@link WebSocketConnection}. */
  override ttsc__send(message: string | Uint8Array): void {
    super.ttsc__send(message);
  }

  /** @internal */
  override get _ttSendsNothing(): boolean {
    return true;
  }

  /**
   * Closes as {@link WebSocketConnection.ttsc__close} does; it does not connect again.
   *
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
ofFramework(WebSocketClient);

function urlOf(given: string, className: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol) || url.hostname === '')
    throw badOption(className, 'url', 'must be a URL that begins with ws: or wss:');
  if (url.hash !== '' || url.username !== '' || url.password !== '')
    throw badOption(className, 'url', 'must have neither a user nor a fragment: give "headers" for the former');
  return url;
}
