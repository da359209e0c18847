import type { IncomingMessage, ServerResponse } from 'node:http';
import { incurOwed, settleOwed } from '../../core/asking/owed.js';
import { ofFramework } from '../../core/plan/plan.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { NO_OPTIONS, type TonicOptions } from '../../core/options/tonic-options.js';
import type { DisconnectInfo } from '../../tonics/tcp/connection/disconnect.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { type HttpExchange } from './exchange.js';
import { Exchanges } from './exchanges.js';
import type { HttpServer } from './http-server.js';
import type { UpgradeRequest } from './upgrade.js';
import { classRouter } from './routes/routing.js';
import type { ClassRoutes } from './routes/routes.js';
import { ServerStream } from './server-stream.js';

/**
 * One connection of an HttpServer, with the requests that come on it. A protocol may extend it:
 *
 * ```ts
 * class Hello extends HttpConnection {
 *   ttse__onRequest(exchange: HttpExchange): void { exchange.reply('hello'); }
 * }
 * ```
 */
export class HttpConnection<State extends string = never> extends TcpConnection<State> {
  /** Which of its sparkles hears which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** A request has come: its head was read. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };

  #stream = new ServerStream(this as unknown as HttpConnection<string>);
  /** Responses that are still to be given, the first of them first. */
  readonly #underWay = new Set<ServerResponse>();
  /** Those of them that are heard by sparkles. */
  #exchanges: Exchanges | undefined = undefined;
  /** The request that is to be answered after these with another protocol. */
  #upgrade: UpgradeRequest | undefined = undefined;
  /** It ends when these are given. */
  #isLast = false;

  constructor(options: TonicOptions = NO_OPTIONS) {
    super(options);
    // What is wrong with them is told before a request comes.
    classRouter(new.target);
  }

  // ---- What comes and goes ----

  ttse__onConnected(): void {
    (this._ttBase as HttpServer)._ttServes(this.#stream);
  }

  ttse__onData(data: Buffer): void {
    this.#stream.received(data);
  }

  ttse__onDrain(): void {
    this.#stream.drained();
  }

  /** Node would end a connection whose peer has ended, whatever is still to be answered. */
  ttse__onEnd(): void {
    this.#exchanges?.peerEnded();
    if (this.#underWay.size === 0) this.#stream.peerEnded();
  }

  ttse__onDisconnected(info: DisconnectInfo): void {
    this.#stream.disconnected(info);
    this.#exchanges?.disconnected();
    // Node tells it of the oldest one only.
    for (const response of this.#underWay) this.#closed(response);
  }

  // ---- Its requests ----

  /** @internal A request has come. */
  _ttRequested(request: IncomingMessage, response: ServerResponse): void {
    this.#underWay.add(response);
    incurOwed(this);
    response.on('close', HttpConnection.#onClose);
    if (this.#isLast) response.setHeader('Connection', 'close');
    (this._ttBase as HttpServer)._ttRequested(this as unknown as HttpConnection<string>, request, response);
  }

  static readonly #onClose = function (this: ServerResponse): void {
    ((this.req.socket as unknown as ServerStream).connection as HttpConnection<string>).#closed(this);
  };

  #closed(response: ServerResponse): void {
    if (!this.#underWay.delete(response)) return;
    this.#exchanges?.closed(response);
    settleOwed(this);
    this.#upgradeIfNext();
  }

  /** @internal A request that is heard by a sparkle. */
  _ttExchange(request: IncomingMessage, response: ServerResponse): HttpExchange {
    return (this.#exchanges ??= new Exchanges(this as TcpConnection<string>)).begin(request, response);
  }

  // ---- A request for another protocol ----

  /** @internal A request asks for another protocol, and these bytes have come behind it: it has its turn when those before it are answered. */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void {
    this._ttPause(Pause.stream);
    // Nobody listens to it any more.
    this.#stream.on('error', () => {});
    this.#upgrade = { request, behind };
    this.#upgradeIfNext();
  }

  #upgradeIfNext(): void {
    const upgrade = this.#upgrade;
    if (upgrade === undefined || this.#underWay.size > 0) return;
    this.#upgrade = undefined;
    (this._ttBase as HttpServer)._ttss__upgrade(this as unknown as HttpConnection<string>, upgrade);
  }

  /** @internal What has come behind the last request, and nobody has taken. */
  _ttTakeRest(behind: Buffer): Buffer {
    const rest = this.#stream.read() as Buffer | null;
    return rest === null ? behind : Buffer.concat([behind, rest]);
  }

  /** @internal It goes on in HTTP as if these bytes came next. */
  _ttServesAgain(bytes: Buffer): void {
    this.#stream = new ServerStream(this as unknown as HttpConnection<string>);
    (this._ttBase as HttpServer)._ttServes(this.#stream);
    this._ttResume(Pause.stream);
    this.#stream.received(bytes);
  }

  // ---- Its end ----

  /** @internal What was asked is answered, and it is said that no more will be. */
  override _ttDrain(): boolean {
    this.#isLast = true;
    this.#exchanges?.drain();
    for (const response of this.#underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
    return super._ttDrain();
  }
}
ofFramework(HttpConnection);
