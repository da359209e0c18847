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

/** Gets the events of a connection. */
export interface ConnectionUser {
  /** The connection is open, and has no request yet. */
  opened(connection: HttpClientConnection): void;
  /** The connection could not be opened. */
  failed(connection: HttpClientConnection, error: Error): void;
  /** The request is finished, and the connection can have another one. */
  freed(connection: HttpClientConnection): void;
  /** The connection was idle for too long. */
  idleTooLong(connection: HttpClientConnection): void;
  /** The connection was open, and has closed. */
  gone(connection: HttpClientConnection): void;
}

/** How a connection is opened. */
export interface ConnectionPlan {
  readonly route: Route;
  readonly options: TcpClientOptions;
  /** How long the tunnel through a proxy may take, in ms. */
  readonly tunnelTimeout: number;
  readonly idleTimeout: number;
}

/** Node's agent for one connection: it has a single socket, and learns when the socket is free. */
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

/** `opening`: not open yet. `idle`: it has no request. `retired`: the pool does not count it any more. */
type Use = 'opening' | 'idle' | 'asked' | 'retired' | 'gone';

/** One connection of an HttpClient. It is opened once, has one request at a time, and never reconnects. */
export class HttpClientConnection extends TcpClient implements Pooled {
  readonly route: Route;
  /** The agent for the options of a request. */
  readonly agent: Agent;
  #stream: ClientStream = new ClientStream(this);
  readonly #user: ConnectionUser;
  readonly #plan: ConnectionPlan;
  readonly #alarm: Alarm = new Alarm(this);
  #use: Use = 'opening';
  #error: Error | undefined;
  #requests = 0;
  /** How long the server keeps the connection without a request, in ms, as its `Keep-Alive` header states. */
  #hint = Infinity;

  constructor(plan: ConnectionPlan, user: ConnectionUser) {
    super(plan.options);
    this.#plan = plan;
    this.#user = user;
    this.route = plan.route;
    this.agent = new OneConnection(this);
  }

  /** The connection as a stream of Node. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** Whether a request is in progress. */
  get isAsked(): boolean {
    return this.#use === 'asked';
  }

  /** Whether it had an earlier request. */
  get isReused(): boolean {
    return this.#requests > 1;
  }

  // ---- Open and closed ----

  ttse__onConnected(): void {
    const { tunnel } = this.route;
    if (tunnel === undefined) this.#opened();
    else this.#openTunnel(tunnel);
  }

  ttse__onSecure(): void {
    this.#opened();
  }

  ttse__onData(data: Buffer): void {
    // An answer without a request could be taken for the answer to the next request.
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
    // Data that ends without TLS's closing alert may be incomplete (RFC 9112, 9.8).
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

  /** Sets how long the server keeps the connection without a request (`Keep-Alive`), in ms. */
  keptFor(ms: number): void {
    this.#hint = ms;
  }

  /** @internal Node has finished the request and keeps the socket, but has not yet put it among its free sockets. */
  _ttFree(): void {
    this._ttss__run({ run: () => this.#freed() });
  }

  #freed(): void {
    if (this.#use !== 'asked' || this.phase !== 'open' || this.#stream.destroyed) return;
    this.#use = 'idle';
    this.#user.freed(this);
  }

  becomeIdle(): void {
    // If the server closed it at the same moment, the next request would get no answer.
    const ms = Math.min(this.#plan.idleTimeout, Math.max(this.#hint - MARGIN, 0));
    this.#alarm.set(ms, () => this.#user.idleTooLong(this));
  }

  reuse(): boolean {
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

/** The client closes an idle connection this many ms before the server does. */
const MARGIN = 1_000;
