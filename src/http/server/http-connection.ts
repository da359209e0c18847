import type { IncomingMessage, ServerResponse } from 'node:http';
import { incurOwed, settleOwed } from '../../core/asking/owed.js';
import { fail } from '../../core/errors.js';
import { Life } from '../../core/life.js';
import { ofFramework } from '../../core/plan/plan.js';
import { EVENTS, type HeardEvents } from '../../core/plan/heard-events.js';
import { NO_OPTIONS, type TonicOptions } from '../../core/options/tonic-options.js';
import type { DisconnectInfo } from '../../tonics/tcp/connection/disconnect.js';
import { Pause } from '../../tonics/tcp/connection/pause.js';
import { TcpConnection } from '../../tonics/tcp/connection/tcp-connection.js';
import { type HttpExchange } from './exchange.js';
import { Exchanges } from './exchanges.js';
import { HeldInput } from './held-input.js';
import type { HttpSettings, HttpTakeover } from './http-server-options.js';
import { AFTER_THE_LAST, Status, lastAnswer, problemOf, statusOf } from './refusals.js';
import type { RequestTally } from './request-tally.js';
import { type Late, RequestWatch } from './request-watch.js';
import type { ClassRoutes } from './routes/routes.js';
import { classRouter } from './routes/routing.js';
import { makeLast, streamOf } from './served-response.js';
import { ServerStream, type StreamOwner } from './server-stream.js';
import type { UpgradeRequest } from './upgrade.js';

/** What a connection needs of the HttpServer that has made it. */
export interface ServingTonic {
  /** @internal */ readonly _ttHttp: HttpSettings;
  /** @internal */ readonly _ttRequests: RequestTally;
  /** @internal A connection is there. */
  _ttServes(stream: ServerStream): void;
  /** @internal A request is to be answered. */
  _ttRequested(connection: HttpConnection<string>, request: IncomingMessage, response: ServerResponse): void;
  /** @internal A request asks for another protocol. */
  _ttss__upgrade(connection: HttpConnection<string>, asked: UpgradeRequest): void;
}

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

  #stream = new ServerStream(this as unknown as StreamOwner);
  #watch: RequestWatch | undefined = undefined;
  /** Responses that are still to be given, the first of them first. */
  readonly #underWay = new Set<ServerResponse>();
  /** Those of them that are heard by sparkles. */
  #exchanges: Exchanges | undefined = undefined;
  /** The response to the request that came last. */
  #last: ServerResponse | undefined = undefined;
  /** Requests that have come. */
  #count = 0;
  /** What has come and waits until some of the requests before it are answered. */
  #held: HeldInput | undefined = undefined;
  /** Since it is the last time that something is read, what came together is answered together. */
  #together: ServerResponse[] | undefined = undefined;
  /** It ends when these are given. */
  #isLast = false;
  /** That was said. */
  #isDeaf = false;
  /** A request was refused, and nothing is read any more. */
  #isRefused = false;
  /** The status with which it ends, when what came before is answered. */
  #refusal: number | undefined = undefined;
  /** The request that is to be answered after these with another protocol. */
  #upgrade: UpgradeRequest | undefined = undefined;
  /** Another protocol has it, or is to have it. */
  #isTaken = false;

  /** @throws {TaskTonicError} `TT_NO_HTTP_SERVER` where another one than an HttpServer makes it; and as every connection. */
  constructor(options: TonicOptions = NO_OPTIONS) {
    super(options);
    if (this.#server._ttHttp === undefined) throw fail('TT_NO_HTTP_SERVER', { class: new.target.name });
    // What is wrong with them is told before a request comes.
    classRouter(new.target);
  }

  get #server(): ServingTonic {
    return this._ttBase as unknown as ServingTonic;
  }

  // ---- What comes and goes ----

  ttse__onConnected(): void {
    this.#watch = new RequestWatch(this, this.#server._ttHttp);
    this.#server._ttServes(this.#stream);
  }

  ttse__onData(data: Buffer): void {
    if (this.#isTaken) this.#stream.received(data);
    else if (this.#held !== undefined) this.#held.push(data);
    else if (!this.#drops) this.#read(data);
  }

  ttse__onDrain(): void {
    this.#stream.drained();
  }

  ttse__onEnd(): void {
    this.#exchanges?.peerEnded();
    if (this.#held === undefined) this.#ends();
    else this.#held.isEnd = true;
  }

  /** Node would end a connection whose peer has ended, whatever is still to be answered. */
  #ends(): void {
    if (this.#isTaken || this.#underWay.size === 0) this.#stream.peerEnded();
    else if (this.#last?.req.complete === false) this._ttRefuseWith(Status.badRequest);
  }

  ttse__onDisconnected(info: DisconnectInfo): void {
    // Else nobody has its stream.
    if (this.#watch === undefined) return;
    this.#watch.stop();
    this.#held = undefined;
    this.#stream.disconnected(info);
    this.#exchanges?.disconnected();
    // Node tells it of the oldest one only.
    if (this.#upgrade !== undefined) settleOwed(this);
    this.#upgrade = undefined;
    for (const response of this.#underWay) this.#closed(response);
  }

  // ---- Its input ----

  /** What comes is no request any more. */
  get #hearsNoMore(): boolean {
    return this.#isDeaf || this.#refusal !== undefined;
  }

  /** Nor the body of one. */
  get #drops(): boolean {
    return this.#isRefused || this.#refusal !== undefined || (this.#isDeaf && !this.#isInBody);
  }

  /** In pieces, so that no more requests are begun than may be unanswered. */
  #read(data: Buffer): void {
    const most = this.#server._ttHttp.maxPipelined;
    for (let from = 0; from < data.length;) {
      if (this.#underWay.size >= most) return this.#hold(data.subarray(from));
      const piece = data.length <= HEADS ? data : data.subarray(from, from + (this.#isInBody ? BODIES : HEADS));
      this.#parse(piece);
      from += piece.length;
      if (this.#drops) return;
    }
    if (this.#underWay.size >= most) this.#hold();
  }

  #hold(rest?: Buffer): void {
    if (this.#drops) return;
    this.#held = new HeldInput(rest);
    this._ttPause(Pause.requests);
  }

  /** Some were answered: what was held is read. */
  #readHeld(held: HeldInput): void {
    this.#held = undefined;
    this._ttResume(Pause.requests);
    for (let data = held.shift(); data !== undefined; data = held.shift()) {
      this.#read(data);
      // There is more again than may be: this is read first next time.
      const more = this.#held as HeldInput | undefined;
      if (more !== undefined) return more.pushAll(held);
      if (this.#drops) return;
    }
    if (held.isEnd) this.#ends();
  }

  #parse(data: Buffer): void {
    const count = this.#count;
    const watch = this.#watch!;
    const wasInBody = this.#isInBody;
    this.#stream.received(data);
    if (this.#together !== undefined) this.#answerTogether();
    if (this.#isTaken || this.#drops) return;
    if (this.#isInBody) watch.bodyComes(data.length);
    else {
      watch.bodyEnded();
      // Where the stream's reader is behind, nobody knows yet what that was.
      if (!wasInBody && count === this.#count && this.#stream.readableLength === 0) watch.headBegins();
    }
  }

  get #isInBody(): boolean {
    return this.#last?.req.complete === false;
  }

  // ---- Its requests ----

  /**
   * A request has come.
   * @param status where it is to be refused.
   * @internal
   */
  _ttRequested(request: IncomingMessage, response: ServerResponse, status?: number): void {
    // Behind the last one: nobody would be told what came of it.
    if (this.#hearsNoMore) return;
    const { _ttHttp: http, _ttRequests: tally } = this.#server;
    this.#watch!.headEnded();
    this.#watch!.bodyEnded();
    this.#underWay.add(response);
    this.#last = response;
    incurOwed(this);
    response.on('close', HttpConnection.#onClose);
    tally.add('received');
    const problem = status ?? problemOf(request, http);
    if (problem !== undefined) return this.#refuseRequest(response, problem);
    // The app is to end: the client is to send its next request to another one.
    if (this._ttScheduler.runtime.shutdown !== undefined) this.#isLast = true;
    if (++this.#count === http.maxRequestsPerConnection) this.#endAfterLast();
    else if (this.#isLast) return void (this.#together ??= []).push(response);
    return this.#server._ttRequested(this as unknown as HttpConnection<string>, request, response);
  }

  #answerTogether(): void {
    const together = this.#together!;
    this.#together = undefined;
    this.#endAfterLast();
    for (const response of together)
      this.#server._ttRequested(this as unknown as HttpConnection<string>, response.req, response);
  }

  /** With what may be read in two ways nothing more is read at all. */
  #refuseRequest(response: ServerResponse, status: number): void {
    this.#endAfterLast();
    this.#isDeaf = this.#isRefused = true;
    if (status !== Status.expectationFailed) this.#server._ttRequests.add(TOO_LARGE.has(status) ? 'tooLarge' : 'bad');
    this.#count++;
    response.writeHead(status, { 'Content-Length': 0 });
    response.end();
  }

  static readonly #onClose = function (this: ServerResponse): void {
    (streamOf(this.req).connection as HttpConnection<string>).#closed(this);
  };

  #closed(response: ServerResponse): void {
    if (!this.#underWay.delete(response)) return;
    const { _ttRequests: tally, _ttHttp: http } = this.#server;
    if (response.writableFinished) tally.answered(response.statusCode);
    else tally.add('aborted');
    this.#exchanges?.closed(response);
    if (this.#refusal !== undefined) this.#refuseInTurn(this.#refusal);
    else if (this.#upgrade !== undefined) this.#upgradeIfNext();
    else if (this.#held !== undefined && this.#underWay.size < http.maxPipelined) this.#readHeld(this.#held);
    settleOwed(this);
  }

  /** @internal A request that is heard by a sparkle. */
  _ttExchange(request: IncomingMessage, response: ServerResponse): HttpExchange {
    return (this.#exchanges ??= new Exchanges(this as TcpConnection<string>)).begin(request, response);
  }

  /** No more requests are read: the answer to the last one says so, where that can still be said. */
  #endAfterLast(): void {
    this.#isLast = true;
    const last = this.#last;
    if (last === undefined || last.headersSent || this.#held !== undefined) return;
    this.#isDeaf = true;
    makeLast(last);
  }

  // ---- What is refused ----

  /** @internal What has come is no request. */
  _ttUnreadable({ code }: NodeJS.ErrnoException): void {
    if (code === AFTER_THE_LAST) this.#isDeaf = true;
    // What its socket reports was told elsewhere.
    else if (code?.startsWith('HPE_') === true) this._ttRefuseWith(statusOf(code));
  }

  /** @internal What was asked before is answered; then this is, and the connection is closed. */
  _ttRefuseWith(status: number): void {
    if (this.#drops) return;
    this.#refusal = status;
    this.#watch?.stop();
    if (this.#held !== undefined) this._ttResume(Pause.requests);
    this.#held = undefined;
    if (status === Status.timeout) this.#server._ttRequests.add('late');
    else this.#server._ttRequests.add(TOO_LARGE.has(status) ? 'tooLarge' : 'bad');
    this.#refuseInTurn(status);
  }

  #refuseInTurn(status: number): void {
    const [first] = this.#underWay;
    // The one that did not come whole: it has no better answer than this.
    const broken = this.#isInBody ? this.#last : undefined;
    if (first !== undefined && first !== broken) return;
    if (broken?.headersSent === true) return void this.#stream.destroy();
    if (this.#stream.writable) this.#stream.write(lastAnswer(status));
    this.#stream.destroySoon();
  }

  /** @internal A handler has failed: it is said so where nothing was sent, else the peer is not to take what it got for whole. */
  _ttFailed(response: ServerResponse): void {
    if (response.writableEnded) return;
    if (response.headersSent) {
      // Without a length the end of the connection is the end of the body: only a reset tells one from the other.
      if (response.req.httpVersionMinor === 0) this.ttsc__abort();
      else this.#stream.destroy();
      return;
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.writeHead(Status.failed, { 'Content-Length': 0 });
    response.end();
  }

  /** @internal More was written than may be unsent, and whoever writes takes no heed. */
  _ttHeedless(bytes: number): void {
    if (!this._ttSends) return;
    const error = fail('TT_UNSENT_LIMIT', { bytes: bytes + this.unsentBytes });
    this._ttReport(error);
    this._ttAbort('overflow', error);
  }

  // ---- Its times ----

  /** @internal */
  _ttMayBeStill(ms: number): void {
    this.#watch?.mayBeStill(ms);
  }

  /** @internal */
  get _ttRests(): boolean {
    return this.#underWay.size === 0 && !this.#isTaken;
  }

  /** @internal */
  get _ttReadsNot(): boolean {
    return this._ttPauses !== 0 || this.#stream.isPaused() || this.#stream.readableLength > 0;
  }

  /** @internal */
  _ttLate(what: Late): void {
    if (what === 'rest' || what === 'socket') this.#stream.emit('timeout');
    else if (this.traffic.receivedBytes === 0) this.#stream.destroy();
    else this._ttRefuseWith(Status.timeout);
  }

  // ---- A request for another protocol ----

  /** @internal A request asks for another protocol, and these bytes have come behind it: it has its turn when those before it are answered. */
  _ttAsksUpgrade(request: IncomingMessage, behind: Buffer): void {
    if (this.#hearsNoMore) return;
    const { _ttHttp: http } = this.#server;
    const isRefused = request.method === 'CONNECT' && http.connect === undefined;
    const problem = isRefused ? Status.notAllowed : problemOf(request, http);
    if (problem !== undefined) return this._ttRefuseWith(problem);
    this._ttPause(Pause.stream);
    // Nobody listens to it any more.
    this.#stream.on('error', () => {});
    this.#isTaken = true;
    this.#watch?.stop();
    this.#upgrade = { request, behind };
    // Its end waits for that answer too.
    incurOwed(this);
    return this.#upgradeIfNext();
  }

  #upgradeIfNext(): void {
    const upgrade = this.#upgrade;
    if (upgrade === undefined || this.#underWay.size > 0) return;
    this.#upgrade = undefined;
    this.#server._ttss__upgrade(this as unknown as HttpConnection<string>, upgrade);
  }

  /** @internal What has come behind the last request, and nobody has taken. */
  _ttTakeRest(behind: Buffer): Buffer {
    const rest = this.#stream.read() as Buffer | null;
    return rest === null ? behind : Buffer.concat([behind, rest]);
  }

  /** @internal It was answered with that status. */
  _ttUpgradeAnswered(status: number): void {
    this.#server._ttRequests.answeredBeside(status);
  }

  /** @internal It goes on in HTTP as if these bytes came next. */
  _ttServesAgain(bytes: Buffer): void {
    this.#stream = new ServerStream(this as unknown as StreamOwner);
    this.#isTaken = false;
    this.#server._ttServes(this.#stream);
    this._ttResume(Pause.stream);
    this.#read(bytes);
    // That was told to the stream before.
    if (this.phase === 'halfClosed') this.#ends();
  }

  /** @internal Somebody else reads and writes its stream from now on. */
  _ttGivenTo(takeover: HttpTakeover, { request, behind }: UpgradeRequest): void {
    const rest = this._ttTakeRest(behind);
    this._ttResume(Pause.stream);
    takeover(request, this.#stream, rest);
  }

  // ---- Its end ----

  /** @internal What was asked is answered, and it is said that no more will be. */
  override _ttDrain(): boolean {
    this.#endAfterLast();
    this.#exchanges?.drain();
    return super._ttDrain();
  }

  /** @internal A body that is still coming is heard. */
  override get _ttAwaitsInput(): boolean {
    return super._ttAwaitsInput || (this.#isInBody && this.#underWay.size > 0);
  }

  /** @internal Its protocol has failed: the one that is to be answered now is told so. */
  override _ttHoldsEnd(): boolean {
    const [first] = this.#underWay;
    this.#endAfterLast();
    this.#isDeaf = true;
    if (first !== undefined && this._ttLife < Life.ended) this._ttFailed(first);
    return super._ttHoldsEnd();
  }
}
ofFramework(HttpConnection);

/** So many bytes with heads of requests are parsed at once; in bodies so many. */
const HEADS = 4_096;
const BODIES = 16_384;

const TOO_LARGE: ReadonlySet<number> = new Set([Status.tooLarge, Status.urlTooLong, Status.headTooLarge]);
