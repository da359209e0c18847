import { expect } from 'chai';
import { type TaskTonicError } from '../../../src/index.js';
import { expectCode, thrownBy } from '../../support/errors.js';
import { type AskerApp, answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';

/** What a server may send that is no whole answer, and what is told of it. */
const BROKEN: Readonly<Record<string, readonly [sends: string, ends: boolean, code: string]>> = {
  'nothing, and an end': ['', true, 'TT_HTTP_CUT'],
  'half a head, and an end': ['HTTP/1.1 200 OK\r\nContent-', true, 'TT_HTTP_CUT'],
  'fewer bytes than it said': ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello', true, 'TT_HTTP_CUT'],
  'a chunk that is cut off': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', true, 'TT_HTTP_CUT'],
  'chunks without the last one': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    true,
    'TT_HTTP_CUT',
  ],
  garbage: ['220 mail.example.com ESMTP\r\n', false, 'TT_HTTP_BAD_ANSWER'],
  'a length that is none': ['HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n', false, 'TT_HTTP_BAD_ANSWER'],
  'two lengths': ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', false, 'TT_HTTP_BAD_ANSWER'],
  'a chunk whose size is none': [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    false,
    'TT_HTTP_BAD_ANSWER',
  ],
  'a head without end': [`HTTP/1.1 200 OK\r\n${'X-More: and more\r\n'.repeat(2_000)}`, false, 'TT_HTTP_BAD_ANSWER'],
  'one header without end': [`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, false, 'TT_HTTP_BAD_ANSWER'],
  'interim answers without end': ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100), false, 'TT_HTTP_BAD_ANSWER'],
  'continues without end': ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(100), false, 'TT_HTTP_BAD_ANSWER'],
  'another protocol': ['HTTP/1.1 101 Over\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', false, 'TT_HTTP_CUT'],
};

describe('answers of an HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker({ retries: 0 })));
  afterEach(tidyUp);

  for (const [what, [sends, ends, code]] of Object.entries(BROKEN))
    it(`that are ${what} fail that question, and no other`, async () => {
      const server = await serveScript(({ head, peer }) => {
        if (head.includes('/good')) return answered('good');
        if (sends !== '') peer.send(sends);
        if (ends) peer.end();
        return undefined;
      });
      const good = await app.asks(server.url('/good'));
      expectCode(await app.error(server.url('/bad')), code as never);
      expect((await app.of(good)).response!.text()).to.equal('good');
      expect((await app.answer(server.url('/good'))).text()).to.equal('good');
    });

  it('that are reset in the middle fail that question', async () => {
    const server = await serveScript(({ peer }) => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      peer.heard.push('asked');
      return undefined;
    });
    const question = await app.asks(server.url());
    await server.heard.on('request');
    server.seen[0]!.peer.reset();
    expectCode((await app.of(question)).error, 'TT_HTTP_CUT');
  });

  it('that have more behind them are heard, and their connection is not used again', async () => {
    const server = await serveScript(
      ({ n }) => `${answered(`${n}`)}HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nforged`,
    );
    expect((await app.answer(server.url())).text()).to.equal('1');
    expect((await app.answer(server.url())).text()).to.equal('2');
    expect(server.connections).to.equal(2);
  });

  it('that come unasked are not taken for the next one', async () => {
    const server = await serveScript(({ n }) => answered(`${n}`));
    await app.answer(server.url());
    server.seen[0]!.peer.send(answered('forged'));
    await server.seen[0]!.peer.closed();
    expect((await app.answer(server.url())).text()).to.equal('2');
  });

  it('that end with their connection are whole then', async () => {
    const server = await serveScript(({ peer }) => (peer.end('HTTP/1.1 200 OK\r\n\r\nto the end'), undefined));
    expect((await app.answer(server.url())).text()).to.equal('to the end');
  });

  it('that come in chunks are put together, and tell their trailers', async () => {
    const chunks = '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n';
    const server = await serveScript(
      () => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n${chunks}`,
    );
    const response = await app.answer(server.url());
    expect(response.text()).to.equal('abcde');
    expect(response.trailers).to.deep.equal({ 'x-sum': '5' });
  });

  it('may follow interim ones', async () => {
    const server = await serveScript(() => `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${answered('then')}`);
    expect((await app.answer(server.url())).text()).to.equal('then');
  });

  it('to HEAD, with 204 and with 304 have no body, whatever length they tell', async () => {
    const server = await serveScript(({ head }) => {
      const status = head.includes('/204') ? 204 : head.includes('/304') ? 304 : 200;
      return `HTTP/1.1 ${status} Said\r\n${status === 204 ? '' : 'Content-Length: 99999999999\r\n'}\r\n`;
    });
    for (const request of [{ method: 'HEAD', url: server.url() }, server.url('/204'), server.url('/304')])
      expect((await app.answer(request)).body.length).to.equal(0);
    expect(server.connections).to.equal(1);
  });

  it('of HTTP/1.0 are heard, and their connection is not used again', async () => {
    const server = await serveScript(
      ({ peer }) => (peer.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'), undefined),
    );
    for (const _ of [1, 2]) expect((await app.answer(server.url())).text()).to.equal('ok');
    expect(server.connections).to.equal(2);
  });

  describe('with a body', () => {
    it('of more bytes than "bodyLimit" fail, by what their head tells', async () => {
      const server = await serveScript(() => answered('x'.repeat(11)));
      const error = await app.error(server.url(), { bodyLimit: 10 });
      expectCode(error, 'TT_HTTP_BODY_TOO_LONG');
      expect(error.message).to.include('more than 10 bytes').and.include('GET http://127.0.0.1');
      expect((await app.answer(server.url(), { bodyLimit: 11 })).body.length).to.equal(11);
    });

    it('without end fail when that is too long, and their connection is closed', async () => {
      const server = await serveScript(() => 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const question = await app.asks(server.url(), { bodyLimit: 100_000 });
      await server.heard.on('request');
      const { peer } = server.seen[0]!;
      for (let n = 0; n < 20; n++) peer.send(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
      expectCode((await app.of(question)).error, 'TT_HTTP_BODY_TOO_LONG');
      await peer.closed();
    });

    it('in another charset are read in that', async () => {
      const latin = Buffer.from(
        'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 1\r\n\r\né',
        'latin1',
      );
      const server = await serveScript(() => latin);
      expect((await app.answer(server.url())).text()).to.equal('é');
    });

    it('in a charset that nobody knows are read as UTF-8', async () => {
      const server = await serveScript(() => answered('é', 200, { 'Content-Type': 'text/plain; charset=klingon' }));
      expect((await app.answer(server.url())).text()).to.equal('é');
    });

    it('that are not JSON throw when they are read as JSON', async () => {
      const server = await serveScript(() => answered('<html>', 502, { 'Retry-After': '1' }));
      const response = await app.answer(server.url());
      const error = thrownBy(() => response.json()) as TaskTonicError;
      expectCode(error, 'TT_HTTP_BAD_JSON');
      expect(error.message).to.include('status 502, 6 bytes');
    });
  });
});
