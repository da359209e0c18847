import { expect } from 'chai';
import type { Duplex } from 'node:stream';
import { HttpConnection, type HttpExchange } from '../../../src/http/index.js';
import { TcpConnection, TcpServer, type TonicStore, tonicStore } from '../../../src/index.js';
import { bench } from '../../support/bench.js';
import { expectThrow } from '../../support/errors.js';
import { get, saysPath, serveHttp, statusesIn } from '../../support/http-app.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { HttpServer } from '../../../src/http/index.js';

afterEach(tidyUp);

const upload = (expectation: string): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\nContent-Length: 3\r\n\r\n`;

describe('a request to an HttpServer', () => {
  it('that expects to be told to go on is told so when its body is read', async () => {
    const app = await serveHttp({ handler: (request, response) => request.on('data', (data) => response.end(data)) });
    const peer = await app.connect();
    peer.send(upload('100-continue'));
    await peer.heard.until(() => peer.text.includes('100 Continue\r\n\r\n'));
    peer.send('abc');
    await peer.heard.until(() => peer.text.endsWith('abc'));
    expect(statusesIn(peer.text)).to.deep.equal([100, 200]);
    peer.send(upload('100-continue'));
    await peer.heard.until(() => statusesIn(peer.text).length === 3);
  });

  it('the same where the body is read by an iterator', async () => {
    const app = await serveHttp({
      handler: async (request, response) => {
        let all = '';
        for await (const data of request) all += String(data);
        response.end(all);
      },
    });
    const peer = await app.connect();
    peer.send(upload('100-continue'));
    await peer.heard.until(() => peer.text.includes('100 Continue\r\n\r\n'));
    peer.send('abc');
    await peer.heard.until(() => peer.text.endsWith('abc'));
  });

  it('that expects so and is refused has that as its only answer, and the connection ends', async () => {
    const app = await serveHttp({ handler: (_request, response) => response.writeHead(413).end() });
    expect(statusesIn(await app.lastWords(upload('100-continue')))).to.deep.equal([413]);
  });

  it('that expects something else is refused with 417', async () => {
    const app = await serveHttp({ handler: saysPath });
    expect(statusesIn(await app.lastWords(upload('the-moon')))).to.deep.equal([417]);
  });

  it('for the head alone has no body', async () => {
    const app = await serveHttp({ handler: (_request, response) => response.end('body') });
    const text = await app.lastWords('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(text).to.match(/\r\n\r\n$/);
  });

  it('may be answered with 204, 304 and words before the answer', async () => {
    const app = await serveHttp({
      handler: (request, response) => {
        if (request.url === '/early') response.writeEarlyHints({ link: '</a>; rel=preload' });
        response.writeHead(request.url === '/none' ? 204 : request.url === '/same' ? 304 : 200).end();
      },
    });
    const peer = await app.connect();
    peer.send(get('/none') + get('/same') + get('/early'));
    await peer.heard.until(() => statusesIn(peer.text).length === 4);
    expect(statusesIn(peer.text)).to.deep.equal([204, 304, 103, 200]);
    await bench().pass(1);
    expect(app.server.requests.answered).to.include({ '2xx': 2, '3xx': 1 });
  });

  it('may have trailers, and its response too', async () => {
    const app = await serveHttp({
      handler: (request, response) =>
        request.resume().on('end', () => {
          response.writeHead(200, { Trailer: 'X-Sum' });
          response.write('body');
          response.addTrailers({ 'X-Sum': request.trailers['x-sum'] });
          response.end();
        }),
    });
    const peer = await app.connect();
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n');
    await peer.heard.until(() => peer.text.endsWith('0\r\nX-Sum: 7\r\n\r\n'));
  });

  it('of HTTP/1.0 is answered, and the connection ends', async () => {
    const app = await serveHttp({ handler: saysPath });
    expect(await app.lastWords('GET /old HTTP/1.0\r\n\r\n')).to.match(/\/old$/);
  });

  it('for another protocol is given to `upgrade` with what came behind it, when those before are answered', async () => {
    let first!: { end(text: string): unknown };
    const app = await serveHttp({
      handler: (_request, response) => void (first = response),
      upgrade: (_request, socket, head) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n\r\n${String(head)}`);
        socket.pipe(socket);
      },
    });
    const peer = await app.connect();
    peer.send(`${get()}${get('/', 'Connection: Upgrade', 'Upgrade: echo')}hello `);
    await bench().pass(10);
    peer.send('there ');
    await bench().pass(10);
    first.end('first');
    await peer.heard.until(() => peer.text.endsWith('hello there '));
    peer.send('again');
    await peer.heard.until(() => peer.text.endsWith('hello there again'));
    expect(statusesIn(peer.text)).to.deep.equal([200, 101]);
    peer.end();
    await peer.closed();
    expect(app.server.requests).to.include({ received: 2, underWay: 0 });
  });

  it('for a tunnel is given to `connect` where that is there', async () => {
    const app = await serveHttp({
      handler: saysPath,
      connect: (request, socket: Duplex) => socket.end(`HTTP/1.1 200 OK\r\n\r\nto ${request.url}`),
    });
    expect(await app.lastWords('CONNECT there:1 HTTP/1.1\r\nHost: there:1\r\n\r\n')).to.match(/to there:1$/);
  });
});

describe('an HttpServer', () => {
  it('counts its requests', async () => {
    const app = await serveHttp({
      handler: (request, response) => response.writeHead(Number(request.url!.slice(1))).end(),
    });
    const peer = await app.connect();
    peer.send([200, 201, 301, 404, 500].map((status) => get(`/${status}`)).join(''));
    await peer.heard.until(() => statusesIn(peer.text).length === 5);
    await bench().pass(1);
    expect(app.server.requests).to.deep.equal({
      received: 5,
      underWay: 0,
      answered: { '1xx': 0, '2xx': 2, '3xx': 1, '4xx': 1, '5xx': 1 },
      aborted: 0,
      failed: 0,
      unheard: 0,
      refused: { bad: 0, tooLarge: 0, late: 0 },
    });
  });

  it('refuses a protocol that is not HTTP', async () => {
    class Other extends TcpConnection {}
    await startNet(() => {
      const make = (): HttpServer => new HttpServer({ port: 0, protocol: Other as never });
      expect(expectThrow(make, 'TT_BAD_OPTION').details['option']).to.equal('protocol');
    });
  });

  it('refuses options that make no sense, and the framing that it cannot have', async () => {
    await startNet(() => {
      for (const wrong of [
        { headersTimeout: 0 },
        { maxHeaders: 0.5 },
        { bodyRate: 5 },
        { handler: 'x' },
        { framing: {} },
        { halfOpen: true },
      ]) {
        const make = (): HttpServer => new HttpServer({ port: 0, ...(wrong as object) });
        expect(expectThrow(make, 'TT_BAD_OPTION').details['option']).to.equal(Object.keys(wrong)[0]);
      }
      const handler = saysPath;
      const spread = (): HttpServer => new HttpServer({ port: 0, catalysts: 2, handler });
      expect(expectThrow(spread, 'TT_BAD_OPTION').details['option']).to.equal('handler');
    });
  });

  it('is needed for a connection of HTTP', async () => {
    const app = await startNet(() => void new TcpServer({ port: 0, host: '127.0.0.1', protocol: HttpConnection }));
    const [info] = await app.heard.on('onListening');
    const { connectTo } = await import('../../support/peers.js');
    const peer = await connectTo(info.port as number);
    await peer.heard.until(() => peer.heard.count('close') > 0);
    expect(app.messages(40).join()).to.include('was not made by an HttpServer');
  });

  it('is made by its name from a configuration', async () => {
    class Hello extends HttpConnection {
      static readonly handler = saysPath;
    }
    const store: TonicStore = tonicStore.with({ HttpServer, Hello });
    expect(store.check('HttpServer', { port: 0, protocol: 'Hello' })).to.deep.equal([]);
    expect(store.check('HttpServer', { port: 0, maxHeaders: 'many' })).to.have.length(1);
    const app = await startNet(
      () => void store.make('HttpServer', { port: 0, host: '127.0.0.1', protocol: 'Hello' } as never),
    );
    const [info] = await app.heard.on('onListening');
    const { connectTo } = await import('../../support/peers.js');
    const peer = await connectTo(info.port as number);
    peer.send(get('/hello'));
    await peer.heard.until(() => peer.text.endsWith('/hello'));
  });
});

describe('what only a stream of bytes has', () => {
  it('is refused by a connection of HTTP', async () => {
    const told: string[] = [];
    class Session extends HttpConnection {
      override ttse__onRequest(exchange: HttpExchange): void {
        for (const call of [this.setFraming, this.sendFrame, this.takeBuffered, this.startTls])
          told.push(expectThrow(() => call.call(this), 'TT_NOT_OF_PROTOCOL').message);
        exchange.reply('still there');
      }
    }
    const app = await serveHttp({ protocol: Session });
    const peer = await app.connect();
    peer.send(get());
    await peer.heard.until(() => peer.text.endsWith('still there'));
    expect(told).to.have.length(4);
    expect(told[3]).to.include('Session has no startTls(): it uses HTTP');
  });
});
