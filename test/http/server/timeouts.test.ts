import { expect } from 'chai';
import { bench } from '../../support/bench.js';
import { type MoreOfHttp, type HttpApp, get, saysPath, serveHttp, statusesIn } from '../../support/http-app.js';
import { tidyUp } from '../../support/net-app.js';
import type { Peer } from '../../support/peers.js';

afterEach(tidyUp);

const TIMES: MoreOfHttp = { headersTimeout: 1_000, requestTimeout: 5_000, keepAliveTimeout: 3_000, bodyRate: false };

async function withPeer(options: MoreOfHttp = {}): Promise<{ app: HttpApp; peer: Peer }> {
  const app = await serveHttp({ handler: saysPath, ...TIMES, ...options });
  return { app, peer: await app.connect() };
}

const isOver = (peer: Peer): boolean => peer.heard.count('end') + peer.heard.count('close') > 0;

/** Expects a connection to be open for so long and then no more. */
async function endsAfter(peer: Peer, ms: number): Promise<void> {
  await bench().pass(ms - 50);
  expect(isOver(peer), `over before ${ms} ms`).to.equal(false);
  await bench().pass(100);
  await peer.closed();
}

describe('the times of a connection of an HttpServer', () => {
  it('a connection whose peer sends nothing is closed without an answer', async () => {
    const { peer, app } = await withPeer();
    await endsAfter(peer, 1_000);
    expect(peer.text).to.equal('');
    expect(app.server.requests.refused.late).to.equal(0);
  });

  it('a head that does not become whole is answered with 408, however it is dripped', async () => {
    const { peer, app } = await withPeer();
    for (const part of ['GET / HT', 'TP/1.1\r\nHo', 'st: a\r\n']) {
      peer.send(part);
      await bench().pass(300);
    }
    expect(isOver(peer)).to.equal(false);
    await bench().pass(150);
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([408]);
    expect(app.server.requests.refused.late).to.equal(1);
  });

  it('a later head has its time from its first byte', async () => {
    const { peer } = await withPeer();
    peer.send(get('/a'));
    await peer.heard.until(() => peer.text.endsWith('/a'));
    await bench().pass(2_000);
    peer.send('GET');
    await endsAfter(peer, 1_000);
    expect(statusesIn(peer.text)).to.deep.equal([200, 408]);
  });

  it('an idle connection is closed without an answer, a second after the announced time', async () => {
    const { peer } = await withPeer();
    peer.send(get('/a'));
    await peer.heard.until(() => peer.text.endsWith('/a'));
    expect(peer.text).to.include('Keep-Alive: timeout=3\r\n');
    await endsAfter(peer, 4_000);
    expect(statusesIn(peer.text)).to.deep.equal([200]);
  });

  it('each request begins the rest anew', async () => {
    const { peer } = await withPeer();
    for (let n = 1; n < 4; n++) {
      peer.send(get(`/${n}`));
      await peer.heard.until(() => peer.text.endsWith(`/${n}`));
      await bench().pass(3_500);
      expect(isOver(peer)).to.equal(false);
    }
    await bench().pass(550);
    await peer.closed();
  });

  it('no rest is too long where that is false', async () => {
    const { peer } = await withPeer({ keepAliveTimeout: false });
    peer.send(get('/a'));
    await peer.heard.until(() => peer.text.endsWith('/a'));
    expect(peer.text).to.not.include('Keep-Alive:');
    await bench().pass(1_000_000);
    expect(isOver(peer)).to.equal(false);
  });

  it('a body that does not become whole is answered with 408', async () => {
    const { peer } = await withPeer({
      handler: (request, response) => request.resume().on('end', () => response.end()),
    });
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n');
    for (let n = 0; n < 4; n++) {
      await bench().pass(1_200);
      peer.send('x');
    }
    await bench().pass(300);
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([408]);
  });

  it('a body that comes slower than its rate is answered with 408 after the grace', async () => {
    const { peer } = await withPeer({
      requestTimeout: 100_000,
      bodyRate: { perSecond: 100, grace: 2_000 },
      handler: (request, response) => request.resume().on('end', () => response.end()),
    });
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
    await bench().pass(1_000);
    // A hundred bytes are worth a second.
    peer.send('x'.repeat(200));
    await endsAfter(peer, 3_000);
    expect(statusesIn(peer.text)).to.deep.equal([408]);
  });

  /** Answers, or has Node read no further for a while: with so much to send it waits until that has left. */
  async function behindMuch(request: string): Promise<Peer> {
    const { peer } = await withPeer({
      handler: ({ url, method }, response) => {
        if (url === '/first') bench().clock.setTimer(() => response.end('first'), 500);
        else if (url === '/last') bench().clock.setTimer(() => response.end('last'), 60_000);
        else if (method === 'GET') response.end('x'.repeat(200_000));
      },
    });
    for (const part of [get('/first'), get('/much'), get('/more'), request]) {
      peer.send(part);
      await bench().pass(10);
    }
    expect(peer.size).to.equal(0);
    return peer;
  }

  it('a body has its time too where its request was read later than it came', async () => {
    const peer = await behindMuch('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx');
    await bench().pass(5_300);
    expect(isOver(peer)).to.equal(false);
    await bench().pass(500);
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200, 200, 200, 408]);
  });

  it('a request that was read later than it came, and is whole, has all the time for its answer', async () => {
    const peer = await behindMuch(get('/last'));
    await bench().pass(58_000);
    expect(isOver(peer)).to.equal(false);
    await bench().pass(3_000);
    expect(peer.text).to.match(/last$/);
  });

  it('a body that keeps to its rate comes whole', async () => {
    const { peer } = await withPeer({
      requestTimeout: 100_000,
      bodyRate: { perSecond: 100, grace: 500 },
      handler: (request, response) => request.resume().on('end', () => response.end('whole')),
    });
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1500\r\n\r\n');
    for (let n = 0; n < 10; n++) {
      peer.send('x'.repeat(150));
      await bench().pass(1_000);
    }
    await peer.heard.until(() => peer.text.endsWith('whole'));
  });

  it("time in which nobody reads a body is not its peer's", async () => {
    let goOn!: () => void;
    const { peer } = await withPeer({
      requestTimeout: 2_000,
      handler: (request, response) => {
        goOn = () => request.resume().on('end', () => response.end('whole'));
      },
    });
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n').send('x'.repeat(200_000));
    await bench().pass(60_000);
    expect(isOver(peer)).to.equal(false);
    goOn();
    await peer.heard.until(() => peer.text.endsWith('whole'));
  });

  it('a body that stays away behind its answer ends the connection without a further word', async () => {
    const { peer } = await withPeer({ handler: (_request, response) => response.end('no') });
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nxxx');
    await peer.heard.until(() => peer.text.endsWith('no'));
    await bench().pass(5_100);
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200]);
  });

  it('an answer may take as long as it takes', async () => {
    let response!: { end(text: string): void };
    const { peer } = await withPeer({ handler: (_request, given) => void (response = given) });
    peer.send(get());
    await bench().pass(1_000_000);
    response.end('at last');
    await peer.heard.until(() => peer.text.endsWith('at last'));
  });

  it('request.setTimeout() does what Node says: without a listener the connection is cut', async () => {
    const { peer } = await withPeer({ handler: (request) => void request.setTimeout(700) });
    peer.send(get());
    await endsAfter(peer, 700);
    expect(peer.text).to.equal('');
  });

  it('response.setTimeout() tells its listener, who may answer', async () => {
    const { peer } = await withPeer({
      handler: (_request, response) => response.setTimeout(700, () => response.writeHead(504).end('late')),
    });
    peer.send(get());
    await bench().pass(650);
    expect(peer.text).to.equal('');
    await bench().pass(100);
    await peer.heard.until(() => peer.text.endsWith('late\r\n0\r\n\r\n'));
    expect(statusesIn(peer.text)).to.deep.equal([504]);
  });
});
