import { expect } from 'chai';
import { bench } from '../support/bench.js';
import { type HttpApp, get, serveHttp, statusesIn } from '../support/http-app.js';
import { howMany } from '../support/how-many.js';
import { tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

const CHUNKED = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const post = (...headers: readonly string[]): string => ['POST / HTTP/1.1', 'Host: a', ...headers, '', ''].join('\r\n');
/** What a smuggler hides behind a request that two servers see the end of at different places. */
const HIDDEN = get('/hidden');

/** What a server and one before it could understand in two ways, or not at all. */
const REFUSED: Readonly<Record<string, string | Buffer>> = {
  'a length and chunks': `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  'chunks and a length': `${post('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
  'two lengths': `${post('Content-Length: 3', 'Content-Length: 4')}abcd`,
  'the same length twice': `${post('Content-Length: 3', 'Content-Length: 3')}abc`,
  'a list of lengths': `${post('Content-Length: 3, 3')}abc`,
  'a signed length': `${post('Content-Length: +3')}abc`,
  'a negative length': `${post('Content-Length: -3')}abc`,
  'a length in hexadecimal': `${post('Content-Length: 0x3')}abc`,
  'a length beyond all bounds': post('Content-Length: 99999999999999999999999'),
  'an empty length': `${post('Content-Length:')}abc`,
  'an unknown coding': `${post('Transfer-Encoding: xchunked')}3\r\nabc\r\n0\r\n\r\n`,
  'a coding before chunks': `${post('Transfer-Encoding: gzip, chunked')}3\r\nabc\r\n0\r\n\r\n`,
  'a coding behind chunks': `${post('Transfer-Encoding: chunked, identity')}3\r\nabc\r\n0\r\n\r\n`,
  'chunks twice': `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  'chunks behind a vertical tab': `${post('Transfer-Encoding: \x0bchunked')}0\r\n\r\n`,
  'chunks in quotes': `${post('Transfer-Encoding: "chunked"')}0\r\n\r\n`,
  'chunks in HTTP/1.0': 'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a folded header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n',
  'a folded coding': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
  'bare line feeds': 'GET / HTTP/1.1\nHost: a\n\n',
  'one bare line feed': 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n',
  'a bare carriage return': 'GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n',
  'a space before a colon': 'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
  'a space before the first header': 'GET / HTTP/1.1\r\n Host: a\r\n\r\n',
  'a header without a colon': 'GET / HTTP/1.1\r\nHost: a\r\nfoo\r\n\r\n',
  'a header without a name': 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n',
  'NUL in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n',
  'NUL in a name': 'GET / HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n',
  'NUL in a target': 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n',
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'two hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'a chunk size that ends with a line feed': `${CHUNKED}3\nabc\r\n0\r\n\r\n`,
  'a chunk that ends with a line feed': `${CHUNKED}3\r\nabc\n0\r\n\r\n`,
  'a space behind a chunk size': `${CHUNKED}3 \r\nabc\r\n0\r\n\r\n`,
  'a chunk size with 0x': `${CHUNKED}0x3\r\nabc\r\n0\r\n\r\n`,
  'a negative chunk size': `${CHUNKED}-3\r\nabc\r\n0\r\n\r\n`,
  'a chunk size beyond all bounds': `${CHUNKED}fffffffffffffffff\r\nabc\r\n0\r\n\r\n`,
  'a line feed in a chunk extension': `${CHUNKED}3;a\nb\r\nabc\r\n0\r\n\r\n`,
  'a chunk that is longer than its size': `${CHUNKED}3\r\nabcd\r\n0\r\n\r\n`,
  'a length in the trailers': `${CHUNKED}3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n`,
  'HTTP/0.9': 'GET /\r\n\r\n',
  'HTTP/2 as a version': 'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a version with more behind it': 'GET / HTTP/1.1x\r\nHost: a\r\n\r\n',
  'a method in small letters': 'get / HTTP/1.1\r\nHost: a\r\n\r\n',
  'a tab in the request line': 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  'a target without a slash': 'GET foo HTTP/1.1\r\nHost: a\r\n\r\n',
  'a tunnel': 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'an oversize head': get('/', `X: ${'x'.repeat(20_000)}`),
  'an oversize target': get(`/${'x'.repeat(20_000)}`),
  'too many headers': get('/', ...Array.from({ length: 200 }, (_, n) => `X-${n}: ${n}`)),
  'an endless chunk extension': `${CHUNKED}3;a=${'b'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
  'TLS on a plain port': Buffer.from('16030100a5010000a10303000000000000000000', 'hex'),
  garbage: Buffer.from(Array.from({ length: 500 }, (_, n) => (n * 73 + 19) % 256)),
};

/** Where a peer has another request behind what is refused, it is never heard. */
const paths: string[] = [];
const hears = async (more = {}): Promise<HttpApp> => {
  paths.length = 0;
  return serveHttp({
    handler: (request, response) => {
      paths.push(request.url!);
      request
        .on('error', () => {})
        .resume()
        .on('end', () => response.end('heard'));
    },
    ...more,
  });
};

describe('a request that could be understood in two ways', () => {
  for (const [what, bytes] of Object.entries(REFUSED))
    it(`${what}: is refused, and the connection is closed`, async () => {
      const app = await hears();
      const sent = Buffer.concat([Buffer.from(bytes as string, 'latin1'), Buffer.from(HIDDEN)]);
      const text = await app.lastWords(sent);
      const statuses = statusesIn(text);
      expect(statuses, text).to.have.length(1);
      expect(statuses[0]).to.be.oneOf([400, 405, 413, 414, 431, 501, 505]);
      expect(paths).to.not.include('/hidden');
      expect(text).to.match(/Connection: close/i);
      const { bad, tooLarge } = app.server.requests.refused;
      expect(bad + tooLarge).to.equal(1);
    });

  it('the result is the same in whatever pieces the bytes arrive', async () => {
    const app = await hears();
    const cases = Object.entries(REFUSED).filter(([, bytes]) => bytes.length < 200);
    for (const [what, bytes] of cases.slice(0, howMany(6, cases.length))) {
      const peer = await app.connect();
      for (const byte of Buffer.from(bytes as string, 'latin1')) peer.send(Buffer.of(byte));
      peer.send(HIDDEN);
      await peer.closed();
      expect(statusesIn(peer.text), what).to.have.length(1);
      expect(paths).to.not.include('/hidden');
    }
  });

  it('what was asked before it is answered first', async () => {
    const app = await serveHttp({ handler: (_request, response) => setTimeoutOf(response) });
    const peer = await app.connect();
    peer.send(get('/a') + get('/b') + 'GARBAGE\r\n\r\n');
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200, 200, 400]);
  });

  it('is no such request where it only looks strange', async () => {
    const app = await hears();
    for (const strange of [
      `${post('Transfer-Encoding:\tchunked')}3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n`,
      `${post('transfer-encoding: Chunked')}3\r\nabc\r\n0\r\n\r\n`,
      `\r\n\r\n${get('/')}`,
      get('http://here/absolute'),
      `${post('Content-Length: 003')}abc`,
    ]) {
      const peer = await app.connect();
      peer.send(strange);
      await peer.heard.until(() => statusesIn(peer.text).length > 0);
      expect(statusesIn(peer.text), strange).to.deep.equal([200]);
    }
  });
});

/** Answers in a later turn. */
function setTimeoutOf(response: { end(text: string): unknown }): void {
  void bench().clock.setTimer(() => response.end('x'), 5);
}

describe('hostile peers of an HttpServer', () => {
  it('half a request and then an end is answered with 400', async () => {
    const app = await hears();
    const peer = await app.connect({ allowHalfOpen: true });
    peer.send(`${post('Content-Length: 10')}abc`).end();
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([400]);
  });

  it('a whole request and then an end is answered', async () => {
    const app = await serveHttp({ handler: (_request, response) => setTimeoutOf(response) });
    const peer = await app.connect({ allowHalfOpen: true });
    peer.send(get()).end();
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200]);
    expect(app.server.requests.aborted).to.equal(0);
  });

  it('slow heads and bodies hold nobody up, and all are given up', async () => {
    const app = await hears({ headersTimeout: 2_000, bodyRate: { perSecond: 1_000, grace: 1_000 } });
    const slow = await Promise.all(Array.from({ length: howMany(40, 400) }, async () => app.connect()));
    slow.forEach((peer, n) => peer.send(n % 2 === 0 ? 'GET / HTTP/1.1\r\n' : post('Content-Length: 1000000')));
    for (let second = 0; second < 4; second++) {
      await bench().pass(500);
      for (const peer of slow) peer.send('X: y\r\n');
      const good = await app.connect();
      good.send(get('/good'));
      await good.heard.until(() => good.text.endsWith('heard'));
    }
    await bench().pass(1_000);
    for (const peer of slow) {
      await peer.closed();
      expect(statusesIn(peer.text)).to.deep.equal([408]);
    }
    expect(app.server.requests.refused.late).to.equal(slow.length);
  });

  it('a flood of pipelined requests of a peer that reads nothing is bounded', async () => {
    let begun = 0;
    const app = await serveHttp({
      stallTimeout: 5_000,
      handler: (_request, response) => (begun++, response.end('x'.repeat(10_000))),
    });
    const flood = await app.connect();
    flood.socket.pause();
    for (let n = 0; n < 100; n++) flood.send(get().repeat(500));
    await bench().pass(2_000);
    // What waits is held back by the high-water mark, and not all of 500 MB.
    expect(begun).to.be.lessThan(2_000);
    const good = await app.connect();
    good.send(get());
    await good.heard.until(() => statusesIn(good.text).length === 1);
    await bench().pass(10_000);
    expect(app.server.counts.open).to.equal(1);
  });

  it('a request to go on under another protocol is answered as any other where nobody takes it over', async () => {
    const app = await hears();
    const peer = await app.connect();
    peer.send(get('/a', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAA') + get('/b'));
    await peer.heard.until(() => statusesIn(peer.text).length === 2);
    expect(statusesIn(peer.text)).to.deep.equal([200, 200]);
  });

  it('random bytes do no harm', async () => {
    const app = await hears();
    let seed = 7;
    const next = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
    for (let n = 0; n < howMany(30, 2_000); n++) {
      const whole = Buffer.from(`${post('Content-Length: 3')}abc${get('/x', 'A: b')}`, 'latin1');
      for (let change = 0; change < 1 + (n % 4); change++) whole[next() % whole.length] = next() % 256;
      const peer = await app.connect({ allowHalfOpen: true });
      peer.send(whole).end();
      await peer.closed();
    }
    expect(app.server.counts.failed).to.equal(0);
    const good = await app.connect();
    good.send(get());
    await good.heard.until(() => statusesIn(good.text).length === 1);
  });
});
