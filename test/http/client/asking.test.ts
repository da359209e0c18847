import { expect } from 'chai';
import type { HttpClientOptions, HttpRequest, HttpRequestOptions } from '../../../src/http/index.js';
import { HttpClient } from '../../../src/http/index.js';
import { Catalyst, Tonic } from '../../../src/index.js';
import { lines } from '../../../src/framing/index.js';
import { codeOf, expectCode, expectThrow, thrownBy } from '../../support/errors.js';
import { type AskerApp, Asker, answered, serveScript, startAsker } from '../../support/http-client.js';
import { inside } from '../../support/heard.js';
import { startApp } from '../../support/app.js';
import { tidyUp } from '../../support/net-app.js';

describe('asking an HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker()));
  afterEach(tidyUp);

  /** What is thrown where it is asked so. */
  async function refused(request: unknown, options: unknown = {}): Promise<Error> {
    return inside(app.asker, (asker) =>
      thrownBy(() =>
        asker.client.request(request as HttpRequest, asker.bind('ttse__onAnswer'), options as HttpRequestOptions),
      ),
    );
  }

  const url = 'http://127.0.0.1:1/';
  const WRONG: Readonly<Record<string, readonly [request: unknown, says: string]>> = {
    'no request': [undefined, '"url"'],
    'no URL': [{}, 'url'],
    'a URL of another kind': [{ url: 'ftp://host/' }, 'must be a URL that begins with http:'],
    'half a URL': [{ url: 'http://' }, 'must be a URL'],
    'a path without a "baseUrl"': [{ url: '/path' }, '"baseUrl"'],
    'a method that is none': [{ url, method: 'GET /\r\nX: ' }, 'must be the name of a method'],
    CONNECT: [{ url, method: 'connect' }, 'CONNECT'],
    'a header with a line break': [{ url, headers: { 'X-One': 'a\r\nX-Two: b' } }, 'headers.X-One'],
    'a header whose name is none': [{ url, headers: { 'X One': 'a' } }, 'headers.X One'],
    'a header about the connection': [{ url, headers: { Connection: 'close' } }, "the client's own"],
    'a header about the length of chunks': [{ url, headers: { 'Transfer-Encoding': 'chunked' } }, "the client's own"],
    'two bodies': [{ url, body: 'a', json: 1 }, 'together with "body"'],
    'a body that is none': [{ url, body: 7 }, 'must be a text'],
    'what is no JSON': [{ url, json: 1n }, 'cannot be JSON'],
    'a function as JSON': [{ url, json: () => 1 }, 'JSON cannot express'],
    'a part that there is not': [{ url, data: 'a' }, 'data'],
  };
  for (const [what, [request, says]] of Object.entries(WRONG))
    it(`refuses ${what}`, async () => {
      const error = expectCode(await refused(request), 'TT_BAD_OPTION');
      expect(error.message).to.include(says);
      expect(app.client.connections.open).to.equal(0);
    });

  it('refuses options that are not right', async () => {
    for (const options of [
      { timeout: -1 },
      { retrys: 1 },
      { framing: lines() },
      { onFrame: app.asker.bind('ttse__onFrame') },
      null,
    ])
      expectCode(await refused({ url }, options), 'TT_BAD_OPTION');
  });

  it('refuses a sparkle that is not one of the asking Tonic', async () => {
    expectCode(await refused({ url }, { onError: () => {} }), 'TT_NOT_A_SPARKLE');
  });

  it('needs a sparkle that runs, or one that is bound', async () => {
    const { client, asker } = app;
    const server = await serveScript(() => answered('bound'));
    expectThrow(() => asker.asks({ url: server.url() }), 'TT_NOT_RUNNING');
    client.get(server.url(), asker.bind('ttse__onAnswer'));
    const [response] = await app.heard.on('answer');
    expect(response.text()).to.equal('bound');
  });

  it('fails who asked where there is no answer and nobody hears that', async () => {
    await app.asks('http://127.0.0.1:1/', { retries: 0, onError: undefined });
    const [failure] = await app.app.heard.on('onInfusionFailed');
    expectCode(failure.error, 'TT_HTTP_NOT_CONNECTED');
  });

  it('counts as a question: as many as the class allows', async () => {
    class Few extends Asker {
      static override readonly questionLimit = 2;
    }
    let few!: Few;
    await app.app.inside(() => void (few = new Few({}, 'few')));
    const server = await serveScript(() => undefined);
    const code = await inside(few, (asker) =>
      codeOf(() => {
        for (let n = 0; n < 3; n++) asker.asks({ url: server.url() });
      }),
    );
    expect(code).to.equal('TT_ASK_FULL');
    expect(few.client.connections.waiting).to.equal(2);
  });

  it('holds the end of who asks until the answer was heard', async () => {
    const server = await serveScript(() => undefined);
    await app.asks(server.url());
    await server.heard.on('request');
    app.asker.ttsc__finish();
    await app.app.settled();
    expect(app.asker.finished).to.equal(false);
    server.seen[0]!.peer.send(answered('in time'));
    const [response] = await app.heard.on('answer');
    expect(response.text()).to.equal('in time');
    await app.app.pass(10);
    expect(app.asker.finished).to.equal(true);
  });

  it('does not hold it with "hold: false", and the request is given up', async () => {
    const server = await serveScript(() => undefined);
    await app.asks(server.url(), { hold: false });
    await server.heard.on('request');
    app.asker.ttsc__finish();
    await server.seen[0]!.peer.closed();
    expect(app.heard.names).to.deep.equal([]);
  });

  it('has the client answer what was asked before it finishes, and nothing after that', async () => {
    const server = await serveScript(() => undefined);
    const question = await app.asks(server.url());
    await server.heard.on('request');
    await inside(app.asker, (asker) => asker.client.ttsc__finish());
    await app.app.settled();
    server.seen[0]!.peer.send(answered('last'));
    expect((await app.of(question)).response!.text()).to.equal('last');
    await app.app.pass(10);
    expect(app.client.finished).to.equal(true);
    expectCode(await app.error(server.url()), 'TT_ASK_GONE');
  });

  it('has the client name what it did not wait for any longer', async () => {
    const server = await serveScript(() => undefined);
    const question = await app.asks(server.url('/slow'), { timeout: Infinity, headTimeout: Infinity });
    await server.heard.on('request');
    await inside(app.asker, (asker) => asker.client.ttsc__finish());
    await app.app.pass(5_001);
    const { error } = await app.of(question);
    expect((error as { code?: string }).code).to.match(/^TT_(ASK_GONE|HTTP_CUT)$/);
    expect(app.app.messages(40).join('\n')).to.include('1 answers outstanding').and.include('GET http://127.0.0.1');
  });

  it('has names of its own for what is asked often', async () => {
    const server = await serveScript(({ head, body }) => answered(`${head.split(' ')[0]} ${body}`));
    const hears = app.asker.bind('ttse__onAnswer');
    await inside(app.asker, ({ client }) => {
      client.get(server.url(), hears);
      client.delete(server.url(), hears);
      client.postJson(server.url(), { a: 1 }, hears);
      client.putJson(server.url(), [], hears);
    });
    await app.heard.on('answer', 4);
    const texts = app.heard.all('answer').map(([response]) => response.text());
    expect(texts.sort()).to.deep.equal(['DELETE ', 'GET ', 'POST {"a":1}', 'PUT []']);
  });

  describe('with a "baseUrl"', () => {
    it('resolves paths below it, and does not take a path for another host', async () => {
      const server = await serveScript(({ head }) => answered(head.split(' ')[1]));
      const { asker } = await startAsker({ baseUrl: server.url('/v1/'), headers: { Authorization: 'Bearer one' } });
      for (const [asked, path] of [
        ['/users', '/v1/users'],
        ['//elsewhere.test/x', '/v1//elsewhere.test/x'],
        ['/a?b#c', '/v1/a?b'],
      ] as const) {
        await inside(asker, () => asker.asks({ url: asked }));
        const n = asker.heard.count('answer') + 1;
        const [response] = await asker.heard.on('answer', n);
        expect(response.text()).to.equal(path);
      }
      expect(server.seen.every(({ head }) => head.includes('Bearer one'))).to.equal(true);
    });

    it('tells its headers to no other host', async () => {
      const server = await serveScript(() => answered());
      const other = await serveScript(() => answered());
      const { asker } = await startAsker({ baseUrl: server.url(), headers: { Authorization: 'Bearer one' } });
      await inside(asker, () => asker.asks({ url: other.url() }));
      await asker.heard.on('answer');
      expect(other.seen[0]!.head).to.not.match(/authorization/i);
    });
  });

  it('says who asks where the URL does, and shows that nowhere', async () => {
    const server = await serveScript(() => answered('', 401));
    const question = await app.asks(`http://me:p%40ss@127.0.0.1:${server.port}/x?token=7`);
    expect(question.sparkle).to.equal(`GET http://127.0.0.1:${server.port}/x`);
    const { response } = await app.of(question);
    expect(server.seen[0]!.head).to.include(`authorization: Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(response!.url).to.not.include('p%40ss');
  });

  it('is refused under a Catalyst that has no sockets', async () => {
    let code: string | undefined;
    class Main extends Tonic {
      ttse__onStart(): void {
        code = codeOf(() => new HttpClient());
        this.ttsc__finish();
      }
    }
    const plain = await startApp(() => void new Main(), { main: () => new Catalyst() });
    await plain.end();
    expect(code).to.equal('TT_NEEDS_SELECTOR');
  });

  for (const options of [
    { baseUrl: 'nowhere' },
    { baseUrl: 'ftp://host' },
    { proxy: 'not a url' },
    { proxy: 'socks5://host:1' },
    { headers: { 'a b': 'c' } },
    { connections: 0 },
    { timout: 5 },
  ])
    it(`is not made with ${JSON.stringify(options)}`, async () => {
      await app.app.inside(() => expectThrow(() => new HttpClient(options as HttpClientOptions), 'TT_BAD_OPTION'));
    });
});
