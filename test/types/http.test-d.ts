// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { type Answer, type Hears, type TaskTonicError, Tonic } from '../../src/index.js';
import { jsonLines, lines } from '../../src/framing/index.js';
import {
  type EventStream,
  EventStreams,
  HttpConnection,
  HttpError,
  type HttpExchange,
  HttpServer,
  WebSocketConnection,
  routesOf,
} from '../../src/http/index.js';

interface User {
  readonly name: string;
}

export class Api extends HttpServer {
  static override readonly routes = routesOf<Api>({
    'GET /users/:id': 'ttse__onUser',
    'POST /users': 'ttse__onRequest',
    // @ts-expect-error no such sparkle
    'GET /a': 'ttse__onUsr',
    // @ts-expect-error it hears something else
    'GET /b': 'ttse__onBody',
    // @ts-expect-error no sparkle
    'GET /c': 'bind',
  });

  ttse__onUser(exchange: HttpExchange<'id'>): void {
    const id: string = exchange.params.id;
    exchange.reply(id);
    // @ts-expect-error its path has no such part
    exchange.reply(exchange.params.name);
  }

  override ttse__onRequest(exchange: HttpExchange): void {
    const { method, url, path, query, headers, open } = exchange;
    exchange.reply([method, url, path, query.get('x'), headers['x-y'], open].join(' '), {
      status: 200,
      type: 'text/csv',
    });
    exchange.reply(Buffer.from('x'));
    exchange.reply(Readable.from(['x']));
    exchange.json({ a: 1 }, { headers: { 'X-A': ['b'] } });
    exchange.redirect('/there', 308);
    exchange.fail(new HttpError(404, 'no', { headers: { 'X-A': 'b' } }));
    // @ts-expect-error an object is sent with json()
    exchange.reply({ a: 1 });
    // @ts-expect-error no redirection
    exchange.redirect('/there', 200);
    // @ts-expect-error a status is a number
    exchange.reply('', { status: '200' });
    // @ts-expect-error no such option
    exchange.reply('', { code: 200 });

    exchange.readBody(this.ttse__onBody, { limit: 1_000, onError: this.ttse__onBad });
    exchange.readText(this.ttse__onText);
    exchange.readJson(this.ttse__onUserBody);
    exchange.readJson<User>(this.ttse__onUserBody);
    exchange.readFrames(jsonLines<User>(), this.ttse__onUserBody, { onEnd: this.ttse__onRequest });
    exchange.readFrames(lines(), this.ttse__onText, { onError: this.ttse__onBad });
    exchange.whenGone(this.ttse__onRequest);
    // @ts-expect-error it hears a text
    exchange.readBody(this.ttse__onText);
    // @ts-expect-error it hears bytes
    exchange.readText(this.ttse__onBody);
    // @ts-expect-error its frames are texts
    exchange.readFrames(lines(), this.ttse__onUserBody);
    // @ts-expect-error it hears bytes first
    exchange.readBody(this.ttse__onBody, { onError: this.ttse__onText });
    // @ts-expect-error no such sparkle
    exchange.readBody(this.ttse__onBoddy);
    // @ts-expect-error no such option
    exchange.readBody(this.ttse__onBody, { max: 7 });

    const events: EventStream = exchange.events({ retry: 1, pingEvery: false, onGone: this.ttse__onGone });
    events.send({ event: 'a', id: '1', data: 'x', retry: 1 });
    new EventStreams().add(events).send({ data: 'x' });
    // @ts-expect-error data is a text
    events.send({ data: 7 });
    // @ts-expect-error it hears an exchange
    exchange.events({ onGone: this.ttse__onUser });
  }

  ttsc__asks(exchange: HttpExchange, users: Users): void {
    this.ask(users)
      .ttsc__named('x')
      .then(exchange.as((user) => user.name));
    this.ask(users).ttsc__named('x').then(exchange.as());
    this.pipe(
      Promise.resolve(1),
      exchange.as((n: number) => `${n}`),
    );
  }

  ttse__onBody(_body: Buffer, exchange: HttpExchange): void {
    exchange.reply();
  }
  ttse__onText(_text: string, _exchange: HttpExchange): void {}
  ttse__onUserBody(_user: User, _exchange: HttpExchange): void {}
  ttse__onBad(_error: TaskTonicError, _exchange: HttpExchange): void {}
  ttse__onGone(_events: EventStream): void {}
}

export const odd = [
  // @ts-expect-error no method
  routesOf<Api>({ 'FETCH /d': 'ttse__onUser' }),
  // @ts-expect-error no path
  routesOf<Api>({ 'GET d': 'ttse__onUser' }),
];

class Users extends Tonic {
  ttsc__named(_name: string, _answer: Answer<User>): void {}
}

export class Session extends HttpConnection<'new' | 'known'> {
  ttse__onStart(): void {
    this.toState('new');
  }
  ttse_new__onRequest(_exchange: HttpExchange): void {
    this.toState('known');
  }
  // @ts-expect-error it hears an exchange
  override ttse__onRequest(_exchange: string): void {}
}

class Socket extends WebSocketConnection {}

export class Spread extends HttpConnection {
  static readonly module = import.meta.url;
  static override readonly webSockets = { '/a': Socket, '/b': { protocol: Socket, origins: ['https://a'] } };
  static override handler(request: IncomingMessage, response: ServerResponse): void {
    response.end(request.url);
  }
}

// @ts-expect-error no class of WebSockets
export class Misled extends HttpConnection {
  static override readonly webSockets = { '/a': HttpServer };
}

// @ts-expect-error a handler is given a request and a response
export class Mute extends HttpConnection {
  static override readonly handler = 'hello';
}

export class Base extends Tonic {
  ttse__onStart(): void {
    new HttpServer({ port: 1, routes: { 'GET /users/:id': this.ttse__onUser, 'DELETE /': this.ttse__onAll } });
    new HttpServer({ path: '/x', handler: (request, response) => response.end(request.url) });
    // @ts-expect-error it hears a text
    new HttpServer({ port: 1, routes: { 'GET /': this.ttse__onText } });
    // @ts-expect-error no such sparkle
    new HttpServer({ port: 1, routes: { 'GET /': this.ttse__onNothing } });
    // @ts-expect-error no such method
    new HttpServer({ port: 1, routes: { 'GETT /': this.ttse__onAll } });
    // @ts-expect-error no such option
    new HttpServer({ port: 1, handle: () => {} });
    // @ts-expect-error it has to listen somewhere
    new HttpServer({ handler: () => {} });
    // Its options, each as it may be.
    new HttpServer({
      port: 1,
      host: '::',
      tls: { cert: '', key: '' },
      headersTimeout: false,
      requestTimeout: 1,
      keepAliveTimeout: false,
      bodyRate: { perSecond: 1, grace: 0 },
      maxHeaderSize: 1_000,
      maxHeaders: 1,
      maxUrlLength: 16,
      maxRequestsPerConnection: false,
      maxPipelined: 1,
      maxConnections: 1,
      maxConnectionsPerAddress: 1,
      acceptRate: { perSecond: 1, burst: 1 },
      readRate: 1,
      allow: ['10.0.0.0/8'],
      replyTimeout: false,
      upgrade: (request, socket, head) => void socket.end(`${request.url}${head.length}`),
      connect: (_request, socket) => void socket.destroy(),
    });
    new HttpServer({ fd: 3 });
    new HttpServer({ systemd: 'web', protocol: Spread });
    new HttpServer({ port: 1, protocol: () => new Spread() });
    new HttpServer({ port: 1, protocol: Spread, catalysts: 4 });
    new HttpServer({ port: 1, handler: async (_request, response) => Promise.resolve(response.end()) });
    // @ts-expect-error a handler is a function
    new HttpServer({ port: 1, handler: { fetch: () => {} } });
    // @ts-expect-error it is given a request and a response, no context
    new HttpServer({ port: 1, handler: (context: { readonly req: string }) => context.req });
    // @ts-expect-error of `node:http`, not of the fetch API
    new HttpServer({ port: 1, handler: (request: Request) => request.url });
    // @ts-expect-error no such method of a response
    new HttpServer({ port: 1, handler: (_request, response) => response.send('hello') });
    // @ts-expect-error its socket comes second
    new HttpServer({ port: 1, upgrade: (socket: Duplex) => void socket.end() });
    // @ts-expect-error ms, or false
    new HttpServer({ port: 1, headersTimeout: '10s' });
    // @ts-expect-error no time of grace
    new HttpServer({ port: 1, bodyRate: { perSecond: 1 } });
    // @ts-expect-error a number
    new HttpServer({ port: 1, maxPipelined: '64' });
    // @ts-expect-error it has a framing of its own
    new HttpServer({ port: 1, framing: lines() });
    // @ts-expect-error who has ended is answered always
    new HttpServer({ port: 1, halfOpen: true });
    // @ts-expect-error one place only
    new HttpServer({ port: 1, path: '/x' });
    // @ts-expect-error no connection of HTTP
    new HttpServer({ port: 1, protocol: Socket });
    // @ts-expect-error a tonic that is no connection
    new HttpServer({ port: 1, protocol: Users });
    // @ts-expect-error the method comes first
    new HttpServer({ port: 1, routes: { '/users/:id': this.ttse__onUser } });
    // @ts-expect-error a name is for `static routes`
    new HttpServer({ port: 1, routes: { 'GET /': 'ttse__onAll' } });
  }
  ttse__onUser(_exchange: HttpExchange<'id'>): void {}
  ttse__onAll(_exchange: HttpExchange): void {}
  ttse__onText(_text: string): void {}
}

export class Heard extends Tonic implements Hears<HttpServer> {
  ttse__onRequest(server: HttpServer, exchange: HttpExchange): void {
    exchange.reply(server.name);
  }
}

export class Unheard extends Tonic implements Hears<HttpServer> {
  // @ts-expect-error the server comes first
  ttse__onRequest(_exchange: HttpExchange): void {}
}
