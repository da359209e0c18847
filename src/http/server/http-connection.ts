import type { IncomingMessage, ServerResponse } from 'node:http';
import { addOwed, settleOwed } from '../../core/asking/owed.js';
import { type TaskTonicError, fail } from '../../core/errors.js';
import { Life } from '../../core/life.js';
import { ofFramework } from '../../core/plan/plan.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { NO_OPTIONS, type TonicOptions } from '../../core/options/tonic-options.js';
import type { DisconnectInfo } from '../../tonics/tcp/connection/disconnect.js';
import type { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { type HttpExchange } from './exchange.js';
import { Exchanges } from './exchanges.js';
import { DATA_AFTER_LAST_REQUEST, Status, lastAnswer, problemOf, refusedAs, statusOf } from './refusals.js';
import type { HttpHandler } from './http-server-options.js';
import { type TimeoutKind, RequestWatch } from './request-watch.js';
import type { ClassRoutes } from './routes/routes.js';
import { classRouter } from './routes/routing.js';
import { makeLast, streamOf } from './served-response.js';
import type { ServedConnection } from './serving-tonic.js';
import { UpgradableConnection } from './upgradable-connection.js';
import type { WebSocketPaths } from '../websocket/websocket-paths.js';

/**
 * One connection of an HttpServer, with the requests that come on it. A protocol may extend it:
 *
 * ```ts
 * class Hello extends HttpConnection {
 *   ttse__onRequest(exchange: HttpExchange): void { exchange.reply('hello'); }
 * }
 * ```
 */
export class HttpConnection<State extends string = never> extends UpgradableConnection<State> {
  /** Which of its sparkles handles which requests: made by `routesOf()`. */
  static readonly routes?: ClassRoutes;
  /** The default of the option `handler` of an HttpServer, also in threads. */
  static readonly handler?: HttpHandler;
  /** The default of the option `webSockets` of an HttpServer, also in threads. */
  static readonly webSockets?: WebSocketPaths;
  /** A request has come: its head was read. */
  ttse__onRequest?(exchange: HttpExchange): void | undefined;

  /** @internal */
  static override readonly [EVENTS]: HeardEvents = { events: ['onRequest'] };

  /** Unfinished responses, the first one first. */
  readonly #underWay = new Set<ServerResponse>();
  /** The exchanges of those that sparkles handle. */
  #exchanges: Exchanges | undefined = undefined;
  /** The response to the last request. */
  #last: ServerResponse | undefined = undefined;
  /** The number of requests. */
  #count = 0;
  /** Whether received data is parsed now. If not, the parser reads data that the stream kept for a slow reader. */
  #isParsing = false;
  /** Responses that are answered together, because their requests arrived in one read. */
  #together: ServerResponse[] | undefined = undefined;
  /** The connection ends after these responses. */
  #isLast = false;
  /** The status of the refusal that is sent after the earlier answers. */
  #refusal: number | undefined = undefined;

  /** @throws {TaskTonicError} `TT_NO_HTTP_SERVER` where another one than an HttpServer makes it; and as every connection. */
  constructor(options: TonicOptions = NO_OPTIONS) {
    super(options);
    if (this._ttServer._ttHttp === undefined) throw fail('TT_NO_HTTP_SERVER', { class: new.target.name });
    // A mistake in the routes is an error before the first request.
    classRouter(new.target);
  }

  // ---- Open and closed ----

  ttse__onConnected(): void {
    this._ttWatch = new RequestWatch(this, this._ttServer._ttHttp);
    this._ttServer._ttServes(this._ttStream);
  }

  ttse__onDrain(): void {
    this._ttStream.drained();
  }

  ttse__onEnd(): void {
    this.#exchanges?.peerEnded();
    this._ttEndInput();
  }

  /** @internal Node would end the connection when its peer ends, even with unanswered requests. */
  override _ttInputEnds(): void {
    if (this._ttIsTaken || !this._ttHasRequests) this._ttStream.peerEnded();
    else if (this.#last?.req.complete === false) this._ttRefuseWith(Status.badRequest);
  }

  ttse__onDisconnected(info: DisconnectInfo): void {
    // Without a watch, the stream was never used.
    if (this._ttWatch === undefined) return;
    this._ttWatch.stop();
    this._ttDropHeld();
    this._ttStream.disconnected(info);
    this.#exchanges?.disconnected();
    this._ttForgetUpgrade();
    // Node emits this for the oldest response only.
    for (const response of this.#underWay) this.#closed(response);
  }

  // ---- Its input ----

  /** @internal */
  override _ttParse(data: Buffer): void {
    const count = this.#count;
    const watch = this._ttWatch!;
    const wasInBody = this._ttIsInBody;
    this.#isParsing = true;
    this._ttStream.received(data);
    this.#isParsing = false;
    this.#answerTogether();
    if (this._ttIsTaken || this._ttDrops) return;
    if (this._ttIsInBody) watch.bodyComes(data.length);
    else {
      watch.bodyEnded();
      // If the reader of the stream is slow, the parser has not seen the data yet.
      if (!wasInBody && count === this.#count && this._ttStream.readableLength === 0) watch.headBegins();
    }
  }

  /** @internal */
  override get _ttIsInBody(): boolean {
    return this.#last?.req.complete === false;
  }

  /** @internal */
  override get _ttIsFull(): boolean {
    return this.#underWay.size >= this._ttServer._ttHttp.maxPipelined;
  }

  /** @internal */
  override get _ttHasRequests(): boolean {
    return this.#underWay.size > 0;
  }

  // ---- Its requests ----

  /**
   * A request has arrived.
   * @param status the status if it must be refused.
   * @internal
   */
  _ttRequested(request: IncomingMessage, response: ServerResponse, status?: number): void {
    if (this._ttReads !== 'requests') return;
    const { _ttHttp: http, _ttRequests: tally } = this._ttServer;
    this._ttWatch!.headEnded();
    this._ttWatch!.bodyEnded();
    // If it was parsed later than it arrived, nothing else starts the timeout of its body.
    if (!this.#isParsing) this._ttWatch!.bodyComes(0);
    this.#underWay.add(response);
    this.#last = response;
    addOwed(this);
    response.on('close', HttpConnection.#onClose);
    tally.add('received');
    const problem = status ?? problemOf(request, http);
    if (problem !== undefined) return this.#refuseRequest(response, problem);
    // The app is stopping: the client must send its next request to another server.
    if (this._ttScheduler.runtime.shutdown !== undefined) this.#isLast = true;
    if (++this.#count === http.maxRequestsPerConnection) this.#endAfterLast();
    else if (this.#isLast) return this.#answerWithOthers(response);
    return this._ttServer._ttRequested(this as unknown as ServedConnection, request, response);
  }

  #answerWithOthers(response: ServerResponse): void {
    if (this.#together === undefined) {
      this.#together = [];
      // Data that the stream has held back is not parsed by `_ttParse`, which would call this.
      queueMicrotask(() => this.#answerTogether());
    }
    this.#together.push(response);
  }

  #answerTogether(): void {
    const together = this.#together;
    if (together === undefined) return;
    this.#together = undefined;
    this.#endAfterLast();
    for (const response of together)
      this._ttServer._ttRequested(this as unknown as ServedConnection, response.req, response);
  }

  /** After a request that is ambiguous, nothing more is read. */
  #refuseRequest(response: ServerResponse, status: number): void {
    this.#endAfterLast();
    this._ttReads = 'nothing';
    this.#countRefusal(status);
    this.#count++;
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
  }

  static readonly #onClose = function (this: ServerResponse): void {
    (streamOf(this.req).connection as HttpConnection<string>).#closed(this);
  };

  #closed(response: ServerResponse): void {
    if (!this.#underWay.delete(response)) return;
    const { _ttRequests: tally } = this._ttServer;
    if (response.writableFinished) tally.answered(response.statusCode);
    else tally.add('aborted');
    this.#exchanges?.closed(response);
    if (this.#refusal !== undefined) this.#refuseInTurn(this.#refusal);
    else if (!this._ttUpgradeIfNext()) this._ttReadHeld();
    settleOwed(this);
  }

  /** @internal Makes the exchange of a request that a sparkle handles. */
  _ttExchange(request: IncomingMessage, response: ServerResponse): HttpExchange {
    this.#exchanges ??= new Exchanges(this as TcpConnection<string>, this._ttServer._ttRequests);
    return this.#exchanges.begin(request, response);
  }

  /** No more requests are read. The answer to the last one says so, if its headers are not sent yet. */
  #endAfterLast(): void {
    this.#isLast = true;
    const last = this.#last;
    if (last === undefined || last.headersSent || this._ttHolds) return;
    this._ttHearsNoMore();
    makeLast(last);
  }

  // ---- Refusals ----

  /** @internal The received data is not a valid request. */
  _ttUnreadable({ code }: NodeJS.ErrnoException): void {
    if (code === DATA_AFTER_LAST_REQUEST) this._ttHearsNoMore();
    // Errors of the socket are reported elsewhere.
    else if (code?.startsWith('HPE_') === true) this._ttRefuseWith(statusOf(code));
  }

  /** @internal After the answers to earlier requests this status is sent, and the connection is closed. */
  override _ttRefuseWith(status: number): void {
    if (this._ttDrops) return;
    this.#refusal = status;
    this._ttReads = 'nothing';
    this._ttWatch?.stop();
    this._ttDropHeld();
    this.#countRefusal(status);
    this.#refuseInTurn(status);
  }

  #countRefusal(status: number): void {
    const counted = refusedAs(status);
    if (counted !== undefined) this._ttServer._ttRequests.add(counted);
  }

  #refuseInTurn(status: number): void {
    const [first] = this.#underWay;
    // The request whose body is incomplete gets this as its answer.
    const broken = this._ttIsInBody ? this.#last : undefined;
    if (first !== undefined && first !== broken) return;
    if (broken?.headersSent === true) return void this._ttStream.destroy();
    if (this._ttStream.writable) this._ttStream.write(lastAnswer(status));
    this._ttStream.destroySoon();
  }

  /**
   * @internal A handler has failed. If nothing was sent, the answer is 500. If not, the connection is cut, so that the
   *   peer does not take the answer as complete.
   */
  _ttFailed(response: ServerResponse): void {
    if (response.writableEnded) return;
    if (response.headersSent) {
      // Without a length the body ends with the connection, so only a reset shows that it is incomplete.
      if (response.req.httpVersionMinor === 0) this.ttsc__abort();
      else this._ttStream.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(Status.failed, { 'Content-Length': 0 });
    response.end();
  }

  /** @internal A handler writes more than `unsentLimit` and ignores the result of `write()`. */
  _ttWritesTooMuch(bytes: number): void {
    if (!this._ttSends) return;
    const error = fail('TT_UNSENT_LIMIT', { bytes: bytes + this.unsentBytes });
    this._ttReport(error);
    this._ttAbort('overflow', error);
  }

  // ---- Its timeouts ----

  /** @internal */
  _ttSetTimeout(ms: number): void {
    this._ttWatch?.setIdleTimeout(ms);
  }

  /** @internal */
  get _ttIsIdle(): boolean {
    return !this._ttHasRequests && !this._ttIsTaken;
  }

  /** @internal */
  get _ttIsReadingPaused(): boolean {
    return this._ttPauses !== 0 || this._ttStream.isPaused() || this._ttStream.readableLength > 0;
  }

  /** @internal */
  get _ttHasUnreadInput(): boolean {
    return (this._ttChannel?.received ?? 0) > 0;
  }

  /** @internal */
  _ttLate(what: TimeoutKind): void {
    if (what === 'idle' || what === 'socket') this._ttStream.emit('timeout');
    else if (this.traffic.receivedBytes === 0) this._ttStream.destroy();
    else this._ttRefuseWith(Status.timeout);
  }

  // ---- Methods that only a byte stream has ----

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: another protocol takes it over by the option `upgrade`. */
  protected override setFraming(): never {
    throw this.#not('setFraming()');
  }

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: an exchange is answered. */
  protected override sendFrame(): never {
    throw this.#not('sendFrame()');
  }

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: another protocol takes it over by the option `upgrade`. */
  protected override takeBuffered(): never {
    throw this.#not('takeBuffered()');
  }

  /** @throws {TaskTonicError} `TT_NOT_OF_PROTOCOL`: TLS is an option of its server. */
  protected override startTls(): never {
    throw this.#not('startTls()');
  }

  /** @internal */
  override _ttRefusesTaker(what: string): void {
    throw this.#not(what);
  }

  #not(what: string): TaskTonicError {
    return fail('TT_NOT_OF_PROTOCOL', { what, class: this._ttPlan.className, protocol: 'HTTP' });
  }

  // ---- Its end ----

  /** @internal Open requests are answered, and the answers say that the connection closes. */
  override _ttDrain(): boolean {
    this.#endAfterLast();
    this.#exchanges?.drain();
    return super._ttDrain();
  }

  /** @internal The rest of a body is received. */
  override get _ttAwaitsInput(): boolean {
    return super._ttAwaitsInput || (this._ttIsInBody && this._ttHasRequests);
  }

  /** @internal The protocol has failed: the request that is to be answered next gets that status. */
  override _ttHoldsEnd(): boolean {
    const [first] = this.#underWay;
    this.#endAfterLast();
    this._ttHearsNoMore();
    if (first !== undefined && this._ttLife < Life.ended) this._ttFailed(first);
    return super._ttHoldsEnd();
  }
}
ofFramework(HttpConnection);
