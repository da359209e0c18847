import { expect } from 'chai';
import { expectCode } from '../../support/errors.js';
import { type ScriptedServer, answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';

/** One that answers when it is told to. */
async function serveLater(): Promise<ScriptedServer> {
  return serveScript(() => undefined);
}

describe('connections of an HttpClient', () => {
  afterEach(tidyUp);

  it('are as many to a host as are allowed, and further requests wait in their order', async () => {
    const app = await startAsker({ connectionsPerHost: 2 });
    const server = await serveLater();
    const questions = [];
    for (const path of ['/1', '/2', '/3', '/4']) questions.push(await app.asks(server.url(path)));
    await server.heard.on('request', 2);
    await app.app.settled();
    expect(app.client.connections).to.deep.equal({ open: 2, idle: 0, waiting: 2 });
    for (let n = 0; n < 4; n++) {
      await server.heard.on('request', n + 1);
      server.seen[n]!.peer.send(answered());
    }
    for (const question of questions) expect((await app.of(question)).response!.status).to.equal(200);
    expect(server.seen.map(({ head }) => head.split(' ')[1])).to.deep.equal(['/1', '/2', '/3', '/4']);
    expect(server.connections).to.equal(2);
  });

  it('to other hosts do not wait for those to one', async () => {
    const app = await startAsker({ connectionsPerHost: 1 });
    const busy = await serveLater();
    const free = await serveScript(() => answered('free'));
    await app.asks(busy.url('/1'));
    await app.asks(busy.url('/2'));
    expect((await app.answer(free.url())).text()).to.equal('free');
  });

  it('give the idle one that was used least recently up where one more host has no room', async () => {
    const app = await startAsker({ connections: 2 });
    const servers = [];
    for (let n = 0; n < 3; n++) servers.push(await serveScript(() => answered()));
    const [first, second, third] = servers as [ScriptedServer, ScriptedServer, ScriptedServer];
    await app.answer(first.url());
    await app.answer(second.url());
    await app.answer(first.url());
    await app.answer(third.url());
    await second.seen[0]!.peer.ended();
    expect(app.client.connections).to.deep.equal({ open: 2, idle: 2, waiting: 0 });
    await app.answer(first.url());
    expect(first.connections).to.equal(1);
  });

  it('are taken by another host once one is free, where all are busy', async () => {
    const app = await startAsker({ connections: 1 });
    const busy = await serveLater();
    const other = await serveScript(() => answered('other'));
    const first = await app.asks(busy.url());
    const second = await app.asks(other.url());
    await busy.heard.on('request');
    busy.seen[0]!.peer.send(answered());
    expect((await app.of(first)).response!.status).to.equal(200);
    expect((await app.of(second)).response!.text()).to.equal('other');
    expect(app.client.connections.open).to.equal(1);
  });

  it('are kept idle in a bounded number', async () => {
    const app = await startAsker({ idleConnections: 1 });
    const server = await serveLater();
    const questions = [await app.asks(server.url()), await app.asks(server.url()), await app.asks(server.url())];
    await server.heard.on('request', 3);
    for (const { peer } of server.seen) peer.send(answered());
    for (const question of questions) await app.of(question);
    await app.app.settled();
    expect(app.client.connections).to.deep.equal({ open: 1, idle: 1, waiting: 0 });
  });

  it('are one for each request where none may be idle', async () => {
    const app = await startAsker({ idleConnections: 0 });
    const server = await serveScript(() => answered());
    for (const _ of [1, 2]) await app.answer(server.url());
    expect(server.connections).to.equal(2);
  });

  it('are waited for by a bounded number of requests, and one more is refused', async () => {
    const app = await startAsker({ connectionsPerHost: 1, waitingLimit: 2 });
    const server = await serveLater();
    const questions = [];
    for (let n = 0; n < 3; n++) questions.push(await app.asks(server.url(`/${n}`)));
    await server.heard.on('request');
    const error = await app.error(server.url('/more'));
    expectCode(error, 'TT_HTTP_BUSY');
    expect(error.message).to.include('/more').and.include('2 requests');
    expect(questions.every(({ open }) => open)).to.equal(true);
  });

  it('are waited for by the newest, where that is said', async () => {
    const app = await startAsker({ connectionsPerHost: 1, waitingLimit: 2, onWaitingLimit: 'dropOldest' });
    const server = await serveLater();
    const questions = [];
    for (let n = 0; n < 4; n++) {
      questions.push(await app.asks(server.url(`/${n}`)));
      await server.heard.on('request');
    }
    expectCode((await app.of(questions[1]!)).error, 'TT_HTTP_BUSY');
    expect(questions.map(({ open }) => open)).to.deep.equal([true, false, true, true]);
  });

  it('are waited for by bodies of a bounded size', async () => {
    const app = await startAsker({ connectionsPerHost: 1, waitingBytes: 10 });
    const server = await serveLater();
    await app.asks(server.url());
    await server.heard.on('request');
    await app.asks({ method: 'POST', url: server.url(), body: 'x'.repeat(10) });
    expectCode(await app.error({ method: 'POST', url: server.url(), body: 'x' }), 'TT_HTTP_BUSY');
  });

  it('have room again when a question that waited is cancelled', async () => {
    const app = await startAsker({ connectionsPerHost: 1, waitingLimit: 1 });
    const server = await serveLater();
    await app.asks(server.url());
    await server.heard.on('request');
    const waits = await app.asks(server.url('/waits'));
    waits.cancel();
    const next = await app.asks(server.url('/next'));
    server.seen[0]!.peer.send(answered());
    await server.heard.on('request', 2);
    expect(next.open).to.equal(true);
    expect(server.seen[1]!.head).to.match(/^GET \/next /);
  });

  it('are closed when an open request is cancelled, and no event is called', async () => {
    const app = await startAsker();
    const server = await serveLater();
    const question = await app.asks(server.url());
    await server.heard.on('request');
    question.cancel();
    await server.seen[0]!.peer.closed();
    expect(app.heard.names).to.deep.equal([]);
    expect(app.client.connections.open).to.equal(0);
  });

  it('leave nothing behind of hosts that are asked no more', async () => {
    const app = await startAsker({ idleTimeout: 10 });
    for (let n = 0; n < 5; n++) await app.answer((await serveScript(() => answered())).url());
    await app.app.pass(20);
    expect(app.client.connections).to.deep.equal({ open: 0, idle: 0, waiting: 0 });
    await app.app.pass(3_000);
    expect(app.client.infusions.size).to.equal(0);
  });
});
