import { Agent, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { fail, toError } from '../../core/errors.js';
import { ofFramework } from '../../core/plan/plan.js';
import type { DisconnectInfo } from '../../tonics/tcp/connection/disconnect.js';
import { TcpClient, type TcpClientOptions } from '../../tonics/tcp/client/tcp-client.js';
import { Alarm } from '../../tonics/alarm.js';
import { ClientStream } from './client-stream.js';
import type { Pooled } from './connection-pool.js';
import { proxyHeaders, type Route, type Tunnel } from './route.js';

/** What a connection tells of its life. */
export interface ConnectionUser {
  /** It is there, and has no request yet. */
  opened(connection: HttpClientConnection): void;
  /** It could not be opened. */
  failed(connection: HttpClientConnection, error: Error): void;
  /** Its request is done, and it can have another one. */
  freed(connection: HttpClientConnection): void;
  /** It had no request for too long. */
  rested(connection: HttpClientConnection): void;
  /** It was open, and is closed. */
  gone(connection: HttpClientConnection): void;
}

/** How it is opened. */
export interface ConnectionPlan {
  readonly route: Route;
  readonly options: TcpClientOptions;
  /** How long the way through a proxy may take, in ms. */
  readonly tunnelTimeout: number;
  readonly idleTimeout: number;
}

/** Node's agent of one connection: it has one socket, and is told when that is free. */
class OneConnection extends Agent {
  readonly #connection: HttpClientConnection;

  constructor(connection: HttpClientConnection) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
    this.#connection = connection;
  }

  override createConnection(): Duplex {
    return this.#connection.stream;
  }

  override keepSocketAlive(): boolean {
    this.#connection._ttFree();
    return true;
  }

  override reuseSocket(): void {}
}

/** `opening`: not there yet. `idle`: it has no request. `retired`: nobody counts it any more. */
type Use = 'opening' | 'idle' | 'asked' | 'retired' | 'gone';

/** One connection of an HttpClient: it opens itself once, has one request at a time, and never connects again. */
export class HttpClientConnection extends TcpClient implements Pooled {
  readonly route: Route;
  /** For the options of a request. */
  readonly agent: Agent;
  #stream: ClientStream = new ClientStream(this);
  readonly #user: ConnectionUser;
  readonly #plan: ConnectionPlan;
  readonly #alarm: Alarm = new Alarm(this);
  #use: Use = 'opening';
  #error: Error | undefined;
  #requests = 0;
  /** How long the server keeps it, in ms, as it has said. */
  #hint = Infinity;

  constructor(plan: ConnectionPlan, user: ConnectionUser) {
    super(plan.options);
    this.#plan = plan;
    this.#user = user;
    this.route = plan.route;
    this.agent = new OneConnection(this);
  }

  /** As Node's stream. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** Whether a request is under way. */
  get isAsked(): boolean {
    return this.#use === 'asked';
  }

  /** Whether it has had a request before the one that is under way. */
  get isReused(): boolean {
    return this.#requests > 1;
  }

  // ---- What comes and goes ----

  ttse__onConnected(): void {
    const { tunnel } = this.route;
    if (tunnel === undefined) this.#opened();
    else this.#openTunnel(tunnel);
  }

  ttse__onSecure(): void {
    this.#opened();
  }

  ttse__onData(data: Buffer): void {
    // Who was not asked and answers might answer the next request with that.
    if (this.#use === 'idle') return this.ttsc__abort();
    return this.#stream.received(data);
  }

  ttse__onDrain(): void {
    this.#stream.drained();
  }

  ttse__onEnd(): void {
    this.#stream.peerEnded();
  }

  ttse__onError(error: Error): void {
    this.#error ??= error;
  }

  ttse__onDisconnected(info: DisconnectInfo): void {
    const use = this.#use;
    this.#use = 'gone';
    this.#alarm.clear();
    const { error = this.#error } = info;
    // What was cut off under TLS is not whole (RFC 9112, 9.8).
    if (info.truncated === true) this.#stream.destroy(toError(new Error('the connection was cut off')));
    this.#stream.disconnected(info);
    if (use === 'opening')
      this.#user.failed(this, error ?? fail('TT_HTTP_CLIENT_ENDED', { client: this._ttBase?.name }));
    else if (use !== 'retired') this.#user.gone(this);
  }

  // ---- Through a proxy ----

  #openTunnel(tunnel: Tunnel): void {
    const { proxy, target } = tunnel;
    const { tunnelTimeout: ms } = this.#plan;
    const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
    const refuse = (problem: string, cause?: Error): void => {
      this.#error = fail('TT_HTTP_PROXY', { proxy: proxy.shown, target: authority, problem }, cause);
      this.ttsc__abort();
    };
    this.#alarm.set(ms, () => refuse(`it did not answer within ${ms} ms`));
    const asked = request({
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyHeaders(proxy) },
      createConnection: () => this.#stream,
    });
    asked.on(
      'error',
      (error) => this.#use === 'opening' && this.#error === undefined && refuse('it gave no valid answer', error),
    );
    asked.on('connect', ({ statusCode }: IncomingMessage, _socket, head) => {
      this.#alarm.clear();
      if (statusCode! < 200 || statusCode! > 299) return refuse(`it answered ${statusCode}`);
      return this._ttss__run({ run: () => this.#secure(head) });
    });
    asked.end();
  }

  #secure(received: Buffer): void {
    this.#stream = new ClientStream(this);
    this.startTls(received);
  }

  #opened(): void {
    this.#use = 'idle';
    this.#user.opened(this);
  }

  // ---- Its requests ----

  /** A request begins. */
  begins(): void {
    this.#use = 'asked';
    this.#requests++;
  }

  /** The server has said how long it keeps the connection without a request (`Keep-Alive`), in ms. */
  keptFor(ms: number): void {
    this.#hint = ms;
  }

  /** @internal Node has done with its request, and keeps the socket; it has not put it away yet. */
  _ttFree(): void {
    this._ttss__run({ run: () => this.#freed() });
  }

  #freed(): void {
    if (this.#use !== 'asked' || this.phase !== 'open' || this.#stream.destroyed) return;
    this.#use = 'idle';
    this.#user.freed(this);
  }

  rest(): void {
    // A server that closes it meanwhile would not answer the next request.
    const ms = Math.min(this.#plan.idleTimeout, Math.max(this.#hint - MARGIN, 0));
    this.#alarm.set(ms, () => this.#user.rested(this));
  }

  wake(): boolean {
    this.#alarm.clear();
    return this.#use === 'idle' && this.phase === 'open' && !this.#stream.destroyed;
  }

  retire(): void {
    this.#use = 'retired';
    this.#alarm.clear();
    this.ttsc__close();
  }
}
ofFramework(HttpClientConnection);

/** So much earlier than the server a connection is closed here, in ms. */
const MARGIN = 1_000;
