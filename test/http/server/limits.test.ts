import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { HttpConnection, type HttpExchange, HttpServer, WebSocketConnection } from '../../../src/http/index.js';
import { bench } from '../../support/bench.js';
import { expectCode } from '../../support/errors.js';
import { get, saysPath, serveHttp, serveHttpWith, statusesIn } from '../../support/http-app.js';
import { tidyUp } from '../../support/net-app.js';
import type { Peer } from '../../support/peers.js';
import { opening } from '../websocket/support/serve.js';

afterEach(tidyUp);

const WHOLE = 'POST / HTTP/1.1\r\nHost: a\r\n';

describe('what an HttpServer takes of one peer', () => {
  it('a head beyond maxHeaderSize is refused with 431', async () => {
    const app = await serveHttp({ handler: saysPath, maxHeaderSize: 1_000 });
    expect(statusesIn(await app.lastWords(get('/', `X: ${'x'.repeat(2_000)}`)))).to.deep.equal([431]);
    expect(app.server.requests.refused.tooLarge).to.equal(1);
  });

  it('more headers than maxHeaders are refused with 431, and none is dropped in silence', async () => {
    const app = await serveHttp({ handler: saysPath, maxHeaders: 40 });
    const headers = Array.from({ length: 39 }, (_, n) => `X-${n}: ${n}`);
    const peer = await app.connect();
    peer.send(get('/a', ...headers));
    await peer.heard.until(() => peer.text.endsWith('/a'));
    expect(statusesIn(await app.lastWords(get('/', ...headers, 'One: more')))).to.deep.equal([431]);
  });

  it('a target beyond maxUrlLength is refused with 414', async () => {
    const app = await serveHttp({ handler: saysPath, maxUrlLength: 100 });
    expect(statusesIn(await app.lastWords(get(`/${'a'.repeat(100)}`)))).to.deep.equal([414]);
  });

  it('after maxRequestsPerConnection requests the connection is closed in order, and more are not heard', async () => {
    const paths: string[] = [];
    const app = await serveHttp({
      maxRequestsPerConnection: 2,
      handler: (request, response) => (paths.push(request.url!), response.end('x')),
    });
    const text = await app.lastWords(get('/a') + get('/b') + get('/c'));
    expect(statusesIn(text)).to.deep.equal([200, 200]);
    expect(text.match(/Connection: close/g)).to.have.length(1);
    expect(paths).to.deep.equal(['/a', '/b']);
  });

  it('the last request that a connection may have comes with its whole body', async () => {
    const app = await serveHttp({
      maxRequestsPerConnection: 1,
      handler: (request, response) => {
        let size = 0;
        request.on('data', (data: Buffer) => (size += data.length)).on('end', () => response.end(`${size} bytes`));
      },
    });
    const peer = await app.connect();
    peer.send(`${WHOLE}Content-Length: 20\r\n\r\n0123456789`);
    await bench().pass(10);
    peer.send('0123456789');
    await peer.closed();
    expect(peer.text).to.match(/20 bytes$/);
  });

  it('no more pipelined requests are begun than may be unanswered, and all are answered in order', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const app = await serveHttp({
      maxPipelined: 10,
      handler: (request, response) => {
        waiting.push(response);
        response.setHeader('X-Path', request.url!);
        most = Math.max(most, waiting.length);
      },
    });
    const peer = await app.connect();
    const paths = Array.from({ length: 2_000 }, (_, n) => `/${n}`);
    peer.send(paths.map((path) => get(path)).join(''));
    for (let turn = 0; statusesIn(peer.text).length < paths.length && turn < 5_000; turn++) {
      await bench().pass(1);
      for (const response of waiting.splice(0)) response.end();
    }
    expect([...peer.text.matchAll(/X-Path: (\S+)/g)].map(([, path]) => path)).to.deep.equal(paths);
    // 4 KiB of requests, of which each has some 35 bytes.
    expect(most).to.be.lessThan(10 + 4_096 / 30);
  });

  it('a peer that ends behind many pipelined requests has all its answers', async () => {
    const app = await serveHttp({ handler: saysPath, maxPipelined: 4 });
    const peer = await app.connect({ allowHalfOpen: true });
    peer.send(Array.from({ length: 500 }, (_, n) => get(`/${n}`)).join('')).end();
    await peer.closed();
    expect(statusesIn(peer.text)).to.have.length(500);
    expect(peer.text).to.match(/\/499$/);
  });

  it('a handler that writes without heed of what write() says has its connection cut', async () => {
    let written = 0;
    const app = await serveHttp({
      unsentLimit: 1_000_000,
      handler: (_request, response) => {
        for (let n = 0; n < 1_000 && !response.destroyed; n++) {
          response.write('x'.repeat(10_000));
          written += 10_000;
        }
      },
    });
    const peer = await app.connect();
    peer.socket.pause();
    peer.send(get());
    const [, error] = await app.app.heard.on('onError');
    expectCode(error, 'TT_UNSENT_LIMIT');
    for (let turn = 0; app.server.requests.aborted === 0 && turn < 1_000; turn++) await bench().pass(1);
    expect(app.server.requests.aborted).to.equal(1);
    expect(written).to.be.at.most(10_000_000);
  });

  it('one body that is larger than unsentLimit leaves whole', async () => {
    const app = await serveHttp({
      unsentLimit: 1_000_000,
      handler: (_request, response) => response.end(Buffer.alloc(5_000_000, 'x')),
    });
    const peer = await app.connect();
    peer.send(get('/', 'Connection: close'));
    await peer.closed();
    expect(peer.size).to.be.greaterThan(5_000_000);
    expect(app.server.requests.answered['2xx']).to.equal(1);
  });

  it('a peer that takes nothing of its response is given up after stallTimeout', async () => {
    const app = await serveHttp({
      stallTimeout: 1_000,
      handler: (_request, response) => response.end(Buffer.alloc(8_000_000)),
    });
    const peer = await app.connect();
    peer.socket.pause();
    peer.send(get());
    const [, error] = await app.app.heard.on('onError');
    expectCode(error, 'TT_WRITE_STALLED');
  });

  it('the limits of a TcpServer hold', async () => {
    const app = await serveHttp({ handler: saysPath, maxConnectionsPerAddress: 1, deny: ['10.0.0.0/8'] });
    const [first, second] = [await app.connect(), await app.connect()];
    await second.closed();
    first.send(get('/a'));
    await first.heard.until(() => first.text.endsWith('/a'));
    expect(app.server.counts.turnedAway.addressLimit).to.equal(1);
  });
});

describe('whom an HttpServer turns away is counted by why, and the others are served:', () => {
  /** A peer whose address is told by a proxy. */
  const from = (address: string): string => `PROXY TCP4 ${address} 198.51.100.1 4711 80\r\n`;
  const behindProxy = { handler: saysPath, proxyProtocol: { trusted: ['127.0.0.1'] } };
  const isServed = async (peer: Peer, path = '/good', before = ''): Promise<void> => {
    peer.send(before + get(path));
    await peer.heard.until(() => peer.text.endsWith(path));
    expect(statusesIn(peer.text).at(-1)).to.equal(200);
  };
  const isTurnedAway = async (peer: Peer, before = ''): Promise<void> => {
    peer.send(before + get());
    await peer.closed();
    expect(peer.text).to.equal('');
  };

  it('more than maxConnections', async () => {
    const app = await serveHttp({ handler: saysPath, maxConnections: 2 });
    const [first, second] = [await app.connect(), await app.connect()];
    await isServed(first);
    await isTurnedAway(await app.connect());
    await isServed(second);
    expect(app.server.counts.turnedAway.maxConnections).to.equal(1);
    first.end();
    await first.closed();
    await isServed(await app.connect());
  });

  it('more of one address than maxConnectionsPerAddress', async () => {
    const app = await serveHttp({ ...behindProxy, maxConnectionsPerAddress: 1 });
    const first = await app.connect();
    await isServed(first, '/a', from('203.0.113.7'));
    await isTurnedAway(await app.connect(), from('203.0.113.7'));
    await isServed(await app.connect(), '/other', from('203.0.113.8'));
    await isServed(first, '/b');
    expect(app.server.counts.turnedAway.addressLimit).to.equal(1);
  });

  it('more in a second than acceptRate', async () => {
    const app = await serveHttp({ handler: saysPath, acceptRate: { perSecond: 1, burst: 2 } });
    const [first, second] = [await app.connect(), await app.connect()];
    await isTurnedAway(await app.connect());
    await isServed(first);
    await isServed(second);
    expect(app.server.counts.turnedAway.rate).to.equal(1);
    await bench().pass(1_000);
    await isServed(await app.connect());
  });

  it('whom deny names, and nobody else', async () => {
    const app = await serveHttp({ ...behindProxy, deny: ['203.0.113.0/24'] });
    await isTurnedAway(await app.connect(), from('203.0.113.7'));
    await isServed(await app.connect(), '/good', from('192.0.2.1'));
    expect(app.server.counts.turnedAway.denied).to.equal(1);
    expect(app.server.requests.received).to.equal(1);
  });

  it('whom allow does not name', async () => {
    const app = await serveHttp({ ...behindProxy, allow: ['192.0.2.0/24', '127.0.0.1'] });
    await isTurnedAway(await app.connect(), from('203.0.113.7'));
    await isServed(await app.connect(), '/good', from('192.0.2.1'));
    expect(app.server.counts.turnedAway.denied).to.equal(1);
  });

  it('a body is read no faster than readRate, and other connections are not held back by that', async () => {
    const app = await serveHttp({
      readRate: { perSecond: 100_000, burst: 10_000 },
      handler: (request, response) => {
        let size = 0;
        request.on('data', (data: Buffer) => (size += data.length)).on('end', () => response.end(`${size} bytes`));
      },
    });
    const since = app.app.bench.clock.now();
    const eager = await app.connect();
    eager.send(`${WHOLE}Content-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`);
    const good = await app.connect();
    good.send(`${WHOLE}Content-Length: 4\r\n\r\ngood`);
    await good.heard.until(() => good.text.endsWith('4 bytes'));
    expect(eager.size).to.equal(0);
    for (let step = 0; eager.size === 0 && step < 100; step++) await bench().pass(100);
    expect(eager.text).to.match(/200000 bytes$/);
    // To within one read, of 64 KiB.
    expect(app.app.bench.clock.now() - since).to.be.at.least((200_000 - 65_536 - 10_000) / 100);
    expect(app.server.requests.refused.late).to.equal(0);
  });

  it('a WebSocket counts as one of them, as long as it is open', async () => {
    class Quiet extends WebSocketConnection {}
    const app = await serveHttp({ handler: saysPath, webSockets: { '/ws': Quiet }, maxConnections: 1 });
    const socket = await app.connect();
    socket.send(opening('/ws'));
    await socket.heard.until(() => statusesIn(socket.text)[0] === 101);
    await isTurnedAway(await app.connect());
    socket.reset();
    for (let turn = 0; app.server.counts.open > 0 && turn < 1_000; turn++) await bench().pass(1);
    await isServed(await app.connect());
    expect(app.server.counts.turnedAway.maxConnections).to.equal(1);
  });
});

describe('a handler that fails', () => {
  it('is answered with 500 where nothing was sent, and the connection goes on', async () => {
    const app = await serveHttp({
      handler: (request, response) => {
        response.setHeader('Content-Type', 'text/x');
        if (request.url === '/bad') throw new Error('bad');
        response.end('good');
      },
    });
    const peer = await app.connect();
    peer.send(get('/bad') + get('/good'));
    await peer.heard.until(() => peer.text.endsWith('good'));
    expect(statusesIn(peer.text)).to.deep.equal([500, 200]);
    expect(peer.text.match(/text\/x/g)).to.have.length(1);
    expect(app.server.requests.failed).to.equal(1);
    expect(app.warnings.join()).to.include('bad');
  });

  it('the same where its promise is rejected', async () => {
    const app = await serveHttp({ handler: async () => Promise.reject(new Error('later')) });
    const peer = await app.connect();
    peer.send(get());
    await peer.heard.until(() => statusesIn(peer.text).length > 0);
    expect(statusesIn(peer.text)).to.deep.equal([500]);
    expect(app.warnings.join()).to.include('later');
  });

  it('has its connection cut where the head was sent', async () => {
    const app = await serveHttp({
      handler: (_request, response) =>
        new Promise((_resolve, reject) => response.write('half', () => reject(new Error('bad')))),
    });
    const text = await app.lastWords(get());
    expect(statusesIn(text)).to.deep.equal([200]);
    // The last chunk of a whole body is missing.
    expect(text).to.not.match(/0\r\n\r\n$/);
    expect(app.server.requests.aborted).to.equal(1);
  });

  it('is not taken for whole by a peer of HTTP/1.0, whose body ends with the connection', async () => {
    const app = await serveHttp({
      handler: (_request, response) => {
        response.write('half');
        throw new Error('bad');
      },
    });
    const peer = await app.connect();
    peer.send('GET / HTTP/1.0\r\n\r\n');
    await peer.heard.on('error');
    await peer.closed();
  });

  it('a sparkle of the server that throws is answered with 500, and the server goes on', async () => {
    class Site extends HttpServer {
      override ttse__onRequest(exchange: HttpExchange): void {
        if (exchange.url === '/bad') throw new Error('bad');
        exchange.reply('good');
      }
    }
    const app = await serveHttpWith((place) => new Site(place));
    const peer = await app.connect();
    peer.send(get('/bad') + get('/good'));
    await peer.heard.until(() => peer.text.endsWith('good'));
    expect(statusesIn(peer.text)).to.deep.equal([500, 200]);
    expect(app.server.requests.failed).to.equal(1);
  });

  it('a sparkle of a connection that throws is answered with 500, and the connection goes on', async () => {
    class Session extends HttpConnection {
      override ttse__onRequest(exchange: HttpExchange): void {
        if (exchange.url === '/bad') throw new Error('bad');
        exchange.reply('good');
      }
    }
    const app = await serveHttp({ protocol: Session });
    const peer = await app.connect();
    peer.send(get('/bad') + get('/good'));
    await peer.heard.until(() => peer.text.endsWith('good'));
    expect(statusesIn(peer.text)).to.deep.equal([500, 200]);
    expect(app.server.requests.failed).to.equal(1);
  });

  it('a sparkle that throws when it hears a body counts as one that fails', async () => {
    class Site extends HttpServer {
      override ttse__onRequest(exchange: HttpExchange): void {
        exchange.readText(this.ttse__onText);
      }
      ttse__onText(text: string): void {
        throw new Error(text);
      }
    }
    const app = await serveHttpWith((place) => new Site(place));
    const peer = await app.connect();
    peer.send(`${WHOLE}Content-Length: 3\r\n\r\nbad`);
    await peer.heard.until(() => statusesIn(peer.text).length > 0);
    expect(statusesIn(peer.text)).to.deep.equal([500]);
    expect(app.server.requests.failed).to.equal(1);
  });

  it('a connection that fails for another reason tells so whoever waits for an answer', async () => {
    class Session extends HttpConnection {
      override ttse__onRequest(): void {
        this.ttse__later();
      }
      ttse__later(): void {
        throw new Error('later');
      }
      static readonly events = ['later'];
    }
    const app = await serveHttp({ protocol: Session });
    expect(statusesIn(await app.lastWords(get('/bad')))).to.deep.equal([500]);
  });

  it('where nobody hears of requests they are answered with 503, and one warning says so', async () => {
    const app = await serveHttp({});
    const peer = await app.connect();
    peer.send(get() + get());
    await peer.heard.until(() => statusesIn(peer.text).length === 2);
    expect(statusesIn(peer.text)).to.deep.equal([503, 503]);
    expect(app.app.messages(40).filter((text) => text.includes('has no handler for requests'))).to.have.length(1);
    expect(app.server.requests.unheard).to.equal(2);
  });
});
