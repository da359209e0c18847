import { expect } from 'chai';
import { Readable } from 'node:stream';
import type { HttpRequest, HttpRequestOptions } from '../../../src/http/index.js';
import { expectCode } from '../../support/errors.js';
import { type AskerApp, type ScriptedServer, answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';
import { freePort, listenOn } from '../../support/peers.js';

type Asked = Omit<HttpRequest, 'url'>;

describe('tries of an HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker()));
  afterEach(tidyUp);

  /** A server that answers 503 first, and how often it was asked. */
  async function askedFor(request: Asked, options: HttpRequestOptions<never> = {}): Promise<number> {
    const server = await serveScript(({ n }) => answered('', n === 1 ? 503 : 200));
    await app.answer({ ...request, url: server.url() }, options);
    return server.seen.length;
  }

  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
    it(`are several for ${method}`, async () => {
      expect(await askedFor({ method, ...(method === 'PUT' && { body: 'x' }) })).to.equal(2);
    });

  for (const method of ['POST', 'PATCH', 'PURGE'])
    it(`are one for ${method}, unless it is said that it can be repeated`, async () => {
      expect(await askedFor({ method, body: 'x' })).to.equal(1);
      expect(await askedFor({ method, body: 'x' }, { repeatable: true })).to.equal(2);
      expect(await askedFor({ method, body: 'x', headers: { 'Idempotency-Key': '7' } })).to.equal(2);
    });

  it('are one for GET where it is said that it cannot be repeated, and where there are no retries', async () => {
    expect(await askedFor({}, { repeatable: false })).to.equal(1);
    expect(await askedFor({}, { retries: 0 })).to.equal(1);
  });

  it('send the same body each time', async () => {
    const server = await serveScript(({ n }) => answered('', n < 3 ? 503 : 200));
    await app.answer({ method: 'PUT', url: server.url(), json: { a: 1 } });
    expect(server.seen.map(({ body }) => body)).to.deep.equal(['{"a":1}', '{"a":1}', '{"a":1}']);
  });

  it('are one for a body that is a stream, once that was begun', async () => {
    const server = await serveScript(({ peer }) => (peer.end(), undefined));
    const error = await app.error({ method: 'PUT', url: server.url(), body: Readable.from(['x']) });
    expectCode(error, 'TT_HTTP_CUT');
    expect(server.connections).to.equal(1);
  });

  it('are several for any request while there is no connection, streams as well', async () => {
    const port = await freePort();
    const question = await app.asks({
      method: 'POST',
      url: `http://127.0.0.1:${port}/`,
      body: Readable.from(['late']),
    });
    await app.app.pass(100);
    const server = await listenOn('127.0.0.1', port);
    const peer = await server.peer();
    await peer.heard.until(() => peer.text.endsWith('0\r\n\r\n'), 'the whole request');
    expect(peer.text).to.include('4\r\nlate\r\n');
    peer.send(answered('heard'));
    const { response } = await app.of(question);
    expect([response!.text(), response!.tries]).to.deep.equal(['heard', 2]);
  });

  it('are one where another one cannot help', async () => {
    const at = app.app.clock.now();
    const error = await app.error('http://no.such.host.test/');
    expectCode(error, 'TT_HTTP_NOT_CONNECTED');
    expectCode(error.cause, 'TT_NO_SUCH_HOST');
    expect(app.app.clock.now() - at).to.be.below(250);
  });

  describe('after a connection that had ended while it was idle', () => {
    /** Answers once, and resets the next request of the same connection. */
    async function fickle(): Promise<ScriptedServer> {
      const first = new Set<unknown>();
      const server = await serveScript(({ peer }) => {
        if (first.has(peer)) return (peer.reset(), undefined);
        first.add(peer);
        return answered('ok');
      });
      await app.answer(server.url());
      return server;
    }

    it('are another one at once, on a new connection', async () => {
      const server = await fickle();
      const at = app.app.clock.now();
      const response = await app.answer(server.url(), { retries: 0 });
      expect([response.text(), response.tries]).to.deep.equal(['ok', 2]);
      expect(app.app.clock.now() - at).to.be.below(10);
      expect(server.connections).to.equal(2);
    });

    it('are not made for a POST that was sent', async () => {
      const server = await fickle();
      expectCode(await app.error({ method: 'POST', url: server.url(), body: 'x' }), 'TT_HTTP_CUT');
      expect(server.connections).to.equal(1);
    });

    it('are not made after a part of an answer was received', async () => {
      const server = await serveScript(({ n, peer }) => {
        if (n === 1) return answered('ok');
        peer.end('HTTP/1.1 2');
        return undefined;
      });
      await app.answer(server.url());
      expectCode(await app.error(server.url(), { retries: 0 }), 'TT_HTTP_CUT');
    });
  });
});
