import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { type HttpExchange, HttpServer } from '../../../src/http/index.js';
import { Tonic } from '../../../src/index.js';
import { bench } from '../../support/bench.js';
import { get, saysPath, serveHttp, statusesIn } from '../../support/http-app.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';

afterEach(tidyUp);

/** Keeps the responses, to be given by the test. */
class Kept {
  readonly responses: ServerResponse[] = [];
  readonly handler = (_request: unknown, response: ServerResponse): void => void this.responses.push(response);
  async are(n: number): Promise<void> {
    for (let turn = 0; this.responses.length < n && turn < 1_000; turn++) await bench().pass(1);
    expect(this.responses).to.have.length(n);
  }
}

describe('the end of an HttpServer', () => {
  it('idle connections are closed at once', async () => {
    const app = await serveHttp({ handler: saysPath });
    const [fresh, used] = [await app.connect(), await app.connect()];
    used.send(get('/a'));
    await used.heard.until(() => used.text.endsWith('/a'));
    app.ends();
    await fresh.closed();
    await used.closed();
    await app.over();
  });

  it('a request that is under way is answered whole, and it is said that it was the last one', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get());
    await kept.are(1);
    app.ends();
    await bench().pass(1_000);
    kept.responses[0]!.end('whole');
    await peer.closed();
    expect(peer.text)
      .to.match(/Connection: close\r\n/)
      .and.match(/whole$/);
    await app.over();
  });

  it('pipelined requests are all answered in their order, and only the last answer says so', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get() + get() + get());
    await kept.are(3);
    app.ends();
    await bench().pass(100);
    kept.responses[2]!.end('third');
    kept.responses[0]!.end('first');
    kept.responses[1]!.end('second');
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200, 200, 200]);
    expect(peer.text).to.match(/first.*second.*third$/s);
    expect(peer.text.match(/Connection: close/g)).to.have.length(1);
    expect(peer.text.indexOf('Connection: close')).to.be.greaterThan(peer.text.indexOf('second'));
    await app.over();
  });

  it('requests received with the last poll are answered together', async () => {
    const app = await serveHttp({ handler: saysPath });
    const peer = await app.connect();
    peer.send(get('/warm'));
    await peer.heard.until(() => peer.text.endsWith('/warm'));
    peer.send(get('/a') + get('/b') + get('/c'));
    app.ends();
    await peer.closed();
    await app.over();
    // All or none: a request whose head was read is answered.
    const { received, answered, underWay } = app.server.requests;
    expect(answered['2xx']).to.equal(received);
    expect(underWay).to.equal(0);
    if (received > 1) expect(peer.text).to.match(/\/a.*\/b.*\/c$/s);
  });

  it('before it, while the app still accepts, each answer says that it is the last one of its connection', async () => {
    const app = await serveHttp({ handler: saysPath }, { data: { shutdown: { drainDelay: 5_000 } } });
    const open = await app.connect();
    app.app.main.runtime.askToEnd!('SIGTERM');
    await bench().pass(1_000);
    open.send(get('/a') + get('/b'));
    await open.closed();
    expect(open.text).to.match(/\/a.*Connection: close.*\/b$/s);
    expect(open.text.match(/Connection: close/g)).to.have.length(1);
    expect(await app.lastWords(get('/new'))).to.match(/Connection: close.*\/new$/s);
    await app.over();
  });

  it('a body that is still coming is heard to its end', async () => {
    const app = await serveHttp({
      handler: (request, response) => {
        let size = 0;
        request.on('data', (data: Buffer) => (size += data.length)).on('end', () => response.end(`${size} bytes`));
      },
    });
    const peer = await app.connect();
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n0123456789');
    await bench().pass(100);
    app.ends();
    for (let n = 0; n < 2; n++) {
      await bench().pass(500);
      peer.send('0123456789');
    }
    await peer.closed();
    expect(peer.text).to.match(/30 bytes$/);
    await app.over();
  });

  it('a response that streams goes on to its end', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get());
    await kept.are(1);
    const [response] = kept.responses as [ServerResponse];
    response.write('one');
    app.ends();
    await bench().pass(500);
    response.write('two');
    await bench().pass(500);
    response.end('three');
    await peer.closed();
    expect(peer.text).to.match(/one.*two.*three\r\n0\r\n\r\n$/s);
    await app.over();
  });

  it('what its stream has held back until then is answered, too', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get('/a') + get('/b'));
    await kept.are(2);
    // Now more waits behind the first response than may, so that nothing is read any more after this one.
    kept.responses[1]!.write('x'.repeat(1_000_000));
    peer.send(get('/c'));
    await kept.are(3);
    kept.responses[2]!.write('begun');
    peer.send(get('/d'));
    await bench().pass(10);
    app.ends();
    await bench().pass(10);
    for (const response of kept.responses) response.end();
    await kept.are(4);
    kept.responses[3]!.end('last');
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200, 200, 200, 200]);
    expect(peer.text).to.match(/Connection: close\r\n[^]*last$/);
    await app.over();
  });

  /** Answers with what is promised, which the test gives. */
  const promises: (() => void)[] = [];
  const promised = async (): Promise<string> => new Promise((resolve) => promises.push(() => resolve('kept')));

  class PromisingServer extends HttpServer {
    override ttse__onRequest(exchange: HttpExchange): void {
      this.pipe(promised(), exchange.as(String));
    }
  }

  class PromisingBase extends Tonic {
    server!: HttpServer;
    ttse__onStart(): void {
      this.server = new HttpServer({ host: '127.0.0.1', port: 0 });
    }
    ttse__onRequest(_server: HttpServer, exchange: HttpExchange): void {
      this.pipe(promised(), exchange.as(String));
    }
  }

  const WHO = {
    'its server': () => new PromisingServer({ host: '127.0.0.1', port: 0 }),
    'the base of its server': () => new PromisingBase(),
  };
  for (const [who, make] of Object.entries(WHO))
    it(`a peer that always asks again is answered once more, however much ${who} owes`, async () => {
      promises.length = 0;
      let made!: PromisingServer | PromisingBase;
      const app = await startNet(() => (made = make()));
      const server = (): HttpServer => (made instanceof PromisingBase ? made.server : made);
      for (let turn = 0; server()?.local === undefined && turn < 1_000; turn++) await bench().pass(1);
      const peers = [await connectTo(server().local!.port), await connectTo(server().local!.port)] as const;
      const asks = new Map(peers.map((peer) => [peer, 0]));
      /** Whoever is answered asks again; somebody is always owed an answer. */
      const turns = async (count: number, owed: number): Promise<void> => {
        for (let turn = 0; turn < count; turn++) {
          for (const peer of peers) {
            if (peer.heard.count('end') > 0 || statusesIn(peer.text).length < asks.get(peer)!) continue;
            peer.send(get());
            asks.set(peer, asks.get(peer)! + 1);
          }
          await bench().pass(1);
          if (promises.length > owed) promises.shift()!();
        }
      };
      await turns(50, 1);
      app.main.ttsc__finish();
      const { received } = server().requests;
      await turns(200, 1);
      await turns(20, 0);
      await app.over();
      expect(server().requests.received).to.be.within(received, received + 2);
      expect(server().requests).to.deep.include({ underWay: 0, aborted: 0 });
      // One without a request was closed without a word.
      expect(peers.filter(({ text }) => /Connection: close[^]*kept$/.test(text))).to.not.deep.equal([]);
      expect(app.messages(40)).to.deep.equal([]);
    });

  it('half a head is not waited for', async () => {
    const app = await serveHttp({ handler: saysPath });
    const peer = await app.connect();
    peer.send('GET / HT');
    await bench().pass(10);
    app.ends();
    await peer.closed();
    expect(peer.text).to.equal('');
    await app.over();
  });
});
