import { expect } from 'chai';
import { expectCode } from '../../support/errors.js';
import { answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';
import { freePort } from '../../support/peers.js';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';

describe('times of an HttpClient', () => {
  afterEach(tidyUp);

  it('bound how long the head of an answer may take', async () => {
    const app = await startAsker({ headTimeout: 700 });
    const server = await serveScript(() => undefined);
    const at = app.app.clock.now();
    const error = await app.error(server.url('/slow?token=1'));
    expectCode(error, 'TT_HTTP_TIMEOUT');
    expect(error.message)
      .to.include(`GET ${server.url('/slow')} had no head of an answer within 700 ms`)
      .and.include('"headTimeout"');
    expect(app.app.clock.now() - at).to.be.within(700, 701);
    await server.seen[0]!.peer.closed();
  });

  it('are not put off by interim answers', async () => {
    const app = await startAsker({ headTimeout: 700 });
    const server = await serveScript(() => 'HTTP/1.1 102 Processing\r\n\r\n');
    const question = await app.asks(server.url());
    await server.heard.on('request');
    await app.app.pass(500);
    server.seen[0]!.peer.send('HTTP/1.1 102 Processing\r\n\r\n');
    await app.app.pass(300);
    expectCode((await app.of(question)).error, 'TT_HTTP_TIMEOUT');
  });

  it('bound how long a body may bring nothing, and begin anew with what it brings', async () => {
    const app = await startAsker({ bodyTimeout: 700 });
    const server = await serveScript(() => HEAD);
    const question = await app.asks(server.url());
    await server.heard.on('request');
    for (let n = 0; n < 3; n++) {
      await app.app.pass(600);
      server.seen[0]!.peer.send('x');
    }
    await app.app.settled();
    expect(question.open).to.equal(true);
    await app.app.pass(701);
    const { error } = await app.of(question);
    expectCode(error, 'TT_HTTP_TIMEOUT');
    expect(error!.message).to.include('no next part of the body within 700 ms');
  });

  it('bound the whole answer, however much comes of it', async () => {
    const app = await startAsker({ timeout: 2_000 });
    const server = await serveScript(() => HEAD);
    const question = await app.asks(server.url());
    await server.heard.on('request');
    for (let n = 0; n < 3; n++) {
      await app.app.pass(600);
      server.seen[0]!.peer.send('x');
    }
    await app.app.pass(201);
    const { error } = await app.of(question);
    expectCode(error, 'TT_HTTP_TIMEOUT');
    expect(error!.message).to.include('no whole answer within 2000 ms').and.include('"timeout"');
    await server.seen[0]!.peer.closed();
  });

  it('of a question take the place of those of the client', async () => {
    const app = await startAsker({ timeout: 1e9, headTimeout: 1e9 });
    const server = await serveScript(() => undefined);
    expect((await app.error(server.url(), { headTimeout: 5 })).message).to.include('within 5 ms');
    expect((await app.error(server.url(), { timeout: 6 })).message).to.include('within 6 ms');
  });

  it('close a connection that was idle for so long', async () => {
    const app = await startAsker({ idleTimeout: 3_000 });
    const server = await serveScript(() => answered());
    await app.answer(server.url());
    await app.app.pass(2_999);
    expect(app.client.connections.idle).to.equal(1);
    await app.app.pass(2);
    await server.seen[0]!.peer.ended();
    expect(app.client.connections).to.deep.equal({ open: 0, idle: 0, waiting: 0 });
  });

  it('close it a second before the server would', async () => {
    const app = await startAsker({ idleTimeout: 60_000 });
    const server = await serveScript(() => answered('', 200, { 'Keep-Alive': 'timeout=5, max=100' }));
    await app.answer(server.url());
    await app.app.pass(3_990);
    expect(app.client.connections.idle).to.equal(1);
    await app.app.pass(20);
    expect(app.client.connections.idle).to.equal(0);
  });

  describe('between tries', () => {
    it('grow, by chance, and the last error is told', async () => {
      const app = await startAsker({ retries: 3, retryDelay: 500, retryCap: 1_200 });
      const at = app.app.clock.now();
      const error = await app.error(`http://127.0.0.1:${await freePort()}/`);
      expectCode(error, 'TT_HTTP_NOT_CONNECTED');
      expectCode(error.cause, 'TT_CONNECTION_REFUSED');
      expect(error.message).to.include((error.cause as Error).message);
      const waited = app.app.clock.now() - at;
      expect(waited).to.be.within(250 + 500 + 600, 500 + 1_000 + 1_200);
    });

    for (const status of [429, 502, 503, 504])
      it(`are waited where the answer is ${status}, and the next one is heard`, async () => {
        const app = await startAsker();
        const server = await serveScript(({ n }) => (n < 3 ? answered('later', status) : answered('now')));
        const response = await app.answer(server.url());
        expect([response.text(), response.tries]).to.deep.equal(['now', 3]);
        expect(server.connections).to.equal(1);
      });

    it('are as long as the server says, in seconds', async () => {
      const app = await startAsker({ timeout: 60_000 });
      const server = await serveScript(({ n }) => answered('', n === 1 ? 503 : 200, { 'Retry-After': '3' }));
      const at = app.app.clock.now();
      expect((await app.answer(server.url())).status).to.equal(200);
      expect(app.app.clock.now() - at).to.be.within(3_000, 3_001);
    });

    it('are as long as the server says, by a date', async () => {
      const app = await startAsker({ timeout: 60_000 });
      const wall = app.app.main.clock.wallTime();
      const date = new Date(Math.ceil(wall / 1_000) * 1_000 + 3_000).toUTCString();
      const server = await serveScript(({ n }) => answered('', n === 1 ? 503 : 200, { 'Retry-After': date }));
      const at = app.app.clock.now();
      await app.answer(server.url());
      expect(app.app.clock.now() - at).to.be.within(3_000, 4_001);
    });

    it('are not waited where the time is up before: the answer is heard as it is', async () => {
      const app = await startAsker({ timeout: 10_000 });
      const server = await serveScript(() => answered('later', 503, { 'Retry-After': '20' }));
      const response = await app.answer(server.url());
      expect([response.status, response.text(), response.tries]).to.deep.equal([503, 'later', 1]);
    });

    it('end with the last try, whose answer is heard', async () => {
      const app = await startAsker({ retries: 2 });
      const server = await serveScript(() => answered('later', 503));
      const response = await app.answer(server.url());
      expect([response.status, response.tries]).to.deep.equal([503, 3]);
    });
  });
});
