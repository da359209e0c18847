import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { HttpConnection, HttpServer, WebSocketConnection, routesOf } from '../../../src/http/index.js';
import { SelectorCatalyst, nodeNetwork } from '../../../src/index.js';
import { expectThrow } from '../../support/errors.js';
import { type HttpApp, serveHttpWith, statusesIn } from '../../support/http-app.js';
import { Talk } from '../../support/http-talk.js';
import { tidyUp, startNet } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { connectTo } from '../../support/peers.js';
import { SpreadSite } from '../programs/spread-site.js';

const HERE = { port: 0, host: '127.0.0.1', protocol: SpreadSite, catalysts: 2 };

describe('an HttpServer with connections on several threads', function () {
  // Each thread loads the sources anew, which takes seconds on a busy machine.
  this.timeout(60_000);
  onRealSockets('the kernel brings connections to real threads');

  const WAYS = [
    { title: 'that each listen on the port', can: nodeNetwork.canReusePort, canHandOver: false },
    { title: 'that are handed their connections', can: nodeNetwork.canHandOver, canHandOver: true },
    { title: 'of which there is only this one, as on Node 20', can: true, canHandOver: false, isOne: true },
  ];
  for (const { title, can, canHandOver, isOne = false } of WAYS)
    describe(title, () => {
      let app: HttpApp;
      before(function () {
        if (can) return;
        console.log(`      skipped: Node ${process.versions.node} cannot`);
        this.skip();
      });
      beforeEach(async () => {
        const network = { ...nodeNetwork, canHandOver, ...(isOne && { canReusePort: false }) };
        app = await serveHttpWith(() => new HttpServer(HERE), { main: () => new SelectorCatalyst({ network }) });
      });
      afterEach(tidyUp);

      const talk = async (): Promise<Talk> => new Talk(await connectTo(app.port));
      const open = async (path = '/socket'): Promise<WebSocket> => {
        const socket = new WebSocket(`ws://127.0.0.1:${app.port}${path}`);
        await once(socket, 'open');
        return socket;
      };
      const echoOf = async (socket: WebSocket, text: string): Promise<string> => {
        socket.send(text);
        const [data] = (await once(socket, 'message')) as [Buffer];
        return String(data);
      };

      it('answers by sparkles and routes of the protocol, in each of them, and counts for all', async () => {
        const threads = new Set<string>();
        for (let n = 0; n < 20; n++) {
          const peer = await talk();
          const { text } = await peer.ask('GET /there');
          expect(text).to.match(/^\d+:\/there$/);
          threads.add(text.split(':')[0]!);
          const user = JSON.parse((await peer.ask('GET /users/7')).text) as object;
          expect(user).to.deep.equal({ thread: Number(text.split(':')[0]), id: '7' });
        }
        expect(threads.has('0')).to.equal(isOne);
        expect(threads.size).to.equal(isOne ? 1 : 2);
        const peer = await talk();
        const json = { 'Content-Type': 'application/json' };
        expect((await peer.ask('POST /sum', { body: '[1,2,39]', headers: json })).text).to.equal('42');
        expect((await peer.ask('POST /sum', { body: '[1,', headers: json })).status).to.equal(400);
        const { received, answered } = app.server.requests;
        expect({ received, ...answered }).to.deep.include({ received: 42, '2xx': 41, '4xx': 1 });
      });

      it('counts what a sparkle throws, and the connection goes on', async () => {
        const peer = await talk();
        expect((await peer.ask('GET /throw')).status).to.equal(500);
        expect((await peer.ask('GET /good')).status).to.equal(200);
        expect(app.server.requests.failed).to.equal(1);
        expect(app.server.counts.failed).to.equal(0);
      });

      it('opens the WebSockets that the protocol names, in each of them', async () => {
        const threads = new Set<string>();
        const sockets: Awaited<ReturnType<typeof open>>[] = [];
        for (let n = 0; n < 20; n++) {
          const socket = await open();
          const echo = await echoOf(socket, 'hello');
          expect(echo).to.match(/^\d+:hello$/);
          threads.add(echo.split(':')[0]!);
          sockets.push(socket);
        }
        for (const socket of sockets) {
          socket.close();
          expect((await once(socket, 'close'))[0]).to.equal(1005);
        }
        expect(threads.has('0')).to.equal(isOne);
        expect(threads.size).to.equal(isOne ? 1 : 2);
        expect(app.server.requests.answered['1xx']).to.equal(20);
      });

      it('with the options of their paths', async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${app.port}/closed`);
        const [error] = (await once(socket, 'error')) as [Error];
        expect(error.message).to.include('401');
        const elsewhere = new WebSocket(`ws://127.0.0.1:${app.port}/nowhere`);
        expect(((await once(elsewhere, 'error')) as [Error])[0].message).to.include('404');
      });

      it('one that fails is told so, and the others go on', async () => {
        const [bad, good] = [await open(), await open()];
        bad.send('throw');
        expect((await once(bad, 'close'))[0]).to.equal(1011);
        expect(await echoOf(good, 'x')).to.match(/:x$/);
        good.terminate();
      });

      it('answers what was asked when it ends, and tells each WebSocket why', async () => {
        const peers = await Promise.all(Array.from({ length: 6 }, talk));
        const sockets = await Promise.all(Array.from({ length: 6 }, async () => open()));
        const codes = sockets.map(async (socket) => (await once(socket, 'close'))[0] as number);
        for (const { peer } of peers) peer.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
        while (app.server.requests.received < 12) await new Promise((resolve) => setTimeout(resolve, 1));
        app.ends();
        for (const { peer } of peers) {
          await peer.closed();
          expect(statusesIn(peer.text)).to.deep.equal([200]);
          expect(peer.text).to.match(/Connection: close[^]*at last$/);
        }
        expect(await Promise.all(codes)).to.deep.equal(sockets.map(() => 1001));
        await app.over();
        expect(app.server.requests).to.deep.include({ underWay: 0, aborted: 0 });
      });
    });
});

describe('what the threads of an HttpServer cannot be given is refused, and it is said what to do instead:', () => {
  afterEach(tidyUp);
  const refusal = async (make: () => HttpServer): Promise<string> => {
    let told = '';
    await startNet(() => void (told = expectThrow(make, 'TT_BAD_OPTION').message));
    return told;
  };
  class Socket extends WebSocketConnection {}

  it('a handler', async () => {
    const told = await refusal(() => new HttpServer({ ...HERE, handler: (_request, response) => response.end() }));
    expect(told).to.include('static handler');
  });

  it('WebSockets', async () => {
    const told = await refusal(() => new HttpServer({ ...HERE, webSockets: { '/a': Socket } }));
    expect(told).to.include('static webSockets');
  });

  it('routes', async () => {
    const told = await refusal(() => new HttpServer({ ...HERE, routes: {} }));
    expect(told).to.include('static routes');
  });

  it('sparkles of the server that hear requests', async () => {
    class Site extends HttpServer {
      override ttse__onRequest(): void {}
    }
    expect(await refusal(() => new Site(HERE))).to.include('without the sparkles of this class');
  });

  it('routes of the server', async () => {
    class Site extends HttpServer {
      static override readonly routes = routesOf<Site>({ 'GET /': 'ttse__onHome' });
      ttse__onHome(): void {}
    }
    expect(await refusal(() => new Site(HERE))).to.include('static routes');
  });

  it('WebSockets of a protocol that are wrong are told before a thread starts', async () => {
    class Wrong extends HttpConnection {
      static readonly module = import.meta.url;
      static override readonly webSockets = { nowhere: Socket };
    }
    expect(await refusal(() => new HttpServer({ ...HERE, protocol: Wrong }))).to.include('must begin with /');
  });
});

describe('the static webSockets of a protocol', () => {
  afterEach(tidyUp);
  class First extends WebSocketConnection {
    ttse__onConnected(): void {
      this.send('first');
    }
  }
  class Second extends WebSocketConnection {
    ttse__onConnected(): void {
      this.send('second');
    }
  }
  class Site extends HttpConnection {
    static override readonly webSockets = { '/a': First };
  }
  const opened = async (app: HttpApp): Promise<string> => {
    const peer = await app.connect();
    peer.send(
      'GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await peer.heard.until(() => /first|second/.test(peer.text));
    return peer.text.slice(-6);
  };

  it('are opened without the option', async () => {
    const app = await serveHttpWith((place) => new HttpServer({ ...place, protocol: Site }));
    expect(await opened(app)).to.include('first');
  });

  it('give way to the option', async () => {
    const app = await serveHttpWith(
      (place) => new HttpServer({ ...place, protocol: Site, webSockets: { '/a': Second } }),
    );
    expect(await opened(app)).to.include('second');
  });
});
