import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { Tonic } from '../../../src/index.js';
import { HttpConnection, type HttpExchange, HttpServer, type RouteTable, routesOf } from '../../../src/http/index.js';
import { loadRouter } from '../../doors/http.js';
import { expectThrow } from '../../support/errors.js';
import { HERE, type HttpApp, serveHttp } from '../../support/http-talk.js';
import { tidyUp } from '../../support/net-app.js';

afterEach(tidyUp);

/** A base whose sparkles hear the routes of its server. */
class Api extends Tonic {
  server!: HttpServer;
  ttse__onStart(): void {
    this.server = new HttpServer({
      ...HERE,
      routes: {
        'GET /users': this.ttse__onUsers,
        'POST /users': this.bind('ttse__onUsers'),
        'GET /users/:id': this.ttse__onUser,
        'GET /files/*': this.ttse__onFile,
        'PUT /dates/:year-:month': this.ttse__onMonth,
      },
    });
  }
  ttse__onUsers(exchange: HttpExchange): void {
    exchange.reply(`users by ${exchange.method}`);
  }
  ttse__onUser(exchange: HttpExchange<'id'>): void {
    exchange.reply(`user ${exchange.params.id} ${exchange.query.toString()}`);
  }
  ttse__onFile(exchange: HttpExchange<'*'>): void {
    exchange.json(exchange.params);
  }
  ttse__onMonth(exchange: HttpExchange): void {
    exchange.json(exchange.params);
  }
  ttse__onListening(info: unknown): void {
    (this.base as unknown as { ttse__onListening(info: unknown): void }).ttse__onListening(info);
  }
}

/** The same with a sparkle for what has no route. */
class OpenApi extends Api {
  ttse__onRequest(_server: HttpServer, exchange: HttpExchange): void {
    exchange.reply(`else ${exchange.method} ${exchange.path}`);
  }
}

async function serveApi(make: () => Api = () => new Api()): Promise<HttpApp<HttpServer>> {
  let api!: Api;
  const app = await serveHttp(() => (api = make()) as unknown as HttpServer);
  return Object.assign(app, { server: api.server });
}

describe('the routes of a server', () => {
  it('bring each request to its sparkle, with the parts of its path decoded', async () => {
    const app = await serveApi();
    expect((await app.ask('GET /users')).text).to.equal('users by GET');
    expect((await app.ask('POST /users?a=b')).text).to.equal('users by POST');
    expect((await app.ask('GET /users/a%20b%2Fc?x=y')).text).to.equal('user a b/c x=y');
    expect((await app.ask('GET /files/a/b.txt')).text).to.equal('{"*":"a/b.txt"}');
    expect((await app.ask('PUT /dates/2026-11')).text).to.equal('{"year":"2026","month":"11"}');
    expect((await app.ask('GET http://host/users')).text).to.equal('users by GET');
  });

  it('give 404 for a path that has none, and 405 with Allow for another method', async () => {
    const app = await serveApi();
    for (const path of ['/', '/nobody', '/users/7/8', '/users/%', `/users/${'x'.repeat(2_000)}`])
      expect((await app.ask(`GET ${path}`)).status, path).to.equal(404);
    const { status, headers } = await app.ask('DELETE /users');
    expect([status, headers.allow]).to.deep.equal([405, 'GET, HEAD, POST']);
    expect((await app.ask('GET /dates/2026-11')).headers.allow).to.equal('PUT');
    expect((await app.ask('OPTIONS /users')).status).to.equal(405);
    expect((await app.ask('OPTIONS *')).status).to.equal(404);
  });

  it('leave the connection open behind a 404, and close it where a body would come that nobody reads', async () => {
    const app = await serveApi();
    const talk = await app.talk();
    const { status, headers } = await talk.ask('GET /nobody');
    expect([status, headers.connection]).to.deep.equal([404, 'keep-alive']);
    expect((await talk.ask('GET /users')).status).to.equal(200);
    const peer = await app.talk();
    const refused = await peer.ask('POST /nobody', { headers: { 'Content-Length': '100' } });
    expect([refused.status, refused.headers.connection]).to.deep.equal([404, 'close']);
  });

  it('answer HEAD as GET, without its body', async () => {
    const app = await serveApi();
    const { status, headers, body } = await app.ask('HEAD /users/7');
    expect([status, headers['content-length'], body.length]).to.deep.equal([200, '7', 0]);
  });

  it('leave what they do not know to ttse__onRequest, and OPTIONS too', async () => {
    const app = await serveApi(() => new OpenApi());
    expect((await app.ask('GET /nobody')).text).to.equal('else GET /nobody');
    expect((await app.ask('OPTIONS /users')).text).to.equal('else OPTIONS /users');
    expect((await app.ask('DELETE /users')).status).to.equal(405);
    expect((await app.ask('GET /users')).text).to.equal('users by GET');
  });

  it('may be those of a class of connections, each in its state', async () => {
    class Session extends HttpConnection<'new' | 'known'> {
      static override readonly routes = routesOf<Session>({
        'GET /in': 'ttse__onIn',
        'GET /user/:name': 'ttse__onName',
      });
      ttse__onStart(): void {
        this.toState('new');
      }
      ttse__onIn(exchange: HttpExchange): void {
        exchange.reply('in');
        this.toState('known');
      }
      ttse__onName(exchange: HttpExchange<'name'>): void {
        exchange.reply('', { status: 401 });
      }
      ttse_known__onName(exchange: HttpExchange<'name'>): void {
        exchange.reply(exchange.params.name);
      }
    }
    const app = await serveHttp(() => new HttpServer({ ...HERE, protocol: Session }));
    const talk = await app.talk();
    expect((await talk.ask('GET /user/ann')).status).to.equal(401);
    await talk.ask('GET /in');
    expect((await talk.ask('GET /user/ann')).text).to.equal('ann');
    expect((await app.ask('GET /user/ann')).status).to.equal(401);
  });

  it('may be those of a class of servers', async () => {
    class Server extends HttpServer {
      static override readonly routes = routesOf<Server>({ 'GET /a': 'ttse__onA' });
      ttse__onA(exchange: HttpExchange): void {
        exchange.reply('a');
      }
    }
    const app = await serveHttp(() => new Server(HERE));
    expect((await app.ask('GET /a')).text).to.equal('a');
    expect((await app.ask('GET /b')).status).to.equal(404);
  });

  it('give 503 where the state does not hear the sparkle', async () => {
    class Deaf extends HttpConnection<'up'> {
      static override readonly routes = routesOf<Deaf>({ 'GET /': 'ttse_up__onRoot' });
      ttse_up__onRoot(exchange: HttpExchange): void {
        exchange.reply();
      }
      ttsc__up(): void {
        this.toState('up');
      }
    }
    const app = await serveHttp(() => new HttpServer({ ...HERE, protocol: Deaf }));
    expect((await app.ask('GET /')).status).to.equal(503);
  });

  it('are looked at when the server is made', async () => {
    class Wrong extends Tonic {
      ttse__onHere(): void {}
      ttse__onStart(): void {
        const here = this.bind('ttse__onHere');
        const made = (routes: unknown) => () => new HttpServer({ ...HERE, routes: routes as RouteTable });
        expect(expectThrow(made({ 'GET users': here }), 'TT_BAD_OPTION').message).to.include(
          "such as 'GET /users/:id'",
        );
        expectThrow(made({ 'FETCH /': here }), 'TT_BAD_OPTION');
        expectThrow(made({ 'GET /(': here }), 'TT_BAD_OPTION');
        expectThrow(made({ 'GET /:id': here, 'GET /:other': here }), 'TT_BAD_OPTION');
        expectThrow(made({ 'GET /': () => {} }), 'TT_NOT_A_SPARKLE');
        expectThrow(made(7), 'TT_BAD_OPTION');
      }
    }
    await serveHttp(() => {
      new Wrong();
      return new HttpServer(HERE);
    });
  });

  it('name find-my-way where it is missing', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'tt-routes-'));
    try {
      const error = expectThrow(() => loadRouter(pathToFileURL(join(elsewhere, 'x.js')).href), 'TT_NEEDS_PACKAGE');
      expect(error.message).to.include('npm install find-my-way');
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
