import { expect } from 'chai';
import { Readable } from 'node:stream';
import { expectCode } from '../../support/errors.js';
import { type AskerApp, type ScriptedServer, answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';

const SECRET = { Authorization: 'Bearer one', Cookie: 'a=b', 'X-Mine': 'yes' };

describe('redirects of an HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker({ redirects: 5 })));
  afterEach(tidyUp);

  /** One that leads to `location`, and answers all else with what it was asked. */
  async function leading(status: number, location: string): Promise<ScriptedServer> {
    return serveScript(({ n, head, body }) =>
      n === 1 ? answered('elsewhere', status, { Location: location }) : answered(`${head.split('\r\n')[0]} ${body}`),
    );
  }

  it('are answers like others where nothing is said', async () => {
    await app.app.over();
    app = await startAsker();
    const server = await leading(302, '/there');
    const response = await app.answer(server.url());
    expect([response.status, response.headers.location]).to.deep.equal([302, '/there']);
  });

  for (const [status, method, becomes] of [
    [301, 'GET', 'GET /there HTTP/1.1 '],
    [301, 'POST', 'GET /there HTTP/1.1 '],
    [302, 'POST', 'GET /there HTTP/1.1 '],
    [302, 'PUT', 'PUT /there HTTP/1.1 text'],
    [303, 'PUT', 'GET /there HTTP/1.1 '],
    [307, 'POST', 'POST /there HTTP/1.1 text'],
    [308, 'POST', 'POST /there HTTP/1.1 text'],
  ] as const)
    it(`make ${becomes.split(' ')[0]!} of ${method} with ${status}`, async () => {
      const server = await leading(status, '/there');
      const body = method === 'GET' ? undefined : 'text';
      const response = await app.answer({ method, url: server.url('/here'), body });
      expect(response.text()).to.equal(becomes);
      expect([response.url, response.redirects, response.tries]).to.deep.equal([server.url('/there'), 1, 2]);
      if (becomes.startsWith('GET')) expect(server.seen[1]!.head).to.not.match(/content-/i);
    });

  it('keep what is secret within one server', async () => {
    const server = await leading(302, 'there?x=1');
    await app.answer({ url: server.url('/a/here'), headers: SECRET });
    expect(server.seen[1]!.head)
      .to.match(/^GET \/a\/there\?x=1 /)
      .and.include('Bearer one')
      .and.include('a=b')
      .and.include('yes');
  });

  it('do not tell another server what is secret', async () => {
    const other = await serveScript(() => answered('other'));
    const server = await leading(307, other.url('/there'));
    const response = await app.answer({ url: server.url(), headers: { ...SECRET, Host: 'forged.test' } });
    expect([response.text(), response.url]).to.deep.equal(['other', other.url('/there')]);
    const { head } = other.seen[0]!;
    expect(head).to.not.match(/authorization|cookie|forged/i);
    expect(head).to.include('yes').and.include(`host: 127.0.0.1:${other.port}`);
  });

  it('do not tell another server what the client says to its own', async () => {
    const other = await serveScript(() => answered('other'));
    const server = await leading(302, other.url('/there'));
    app = await startAsker({ redirects: 5, baseUrl: server.url(), headers: { 'X-Api-Key': 'one', 'X-Mine': 'two' } });
    await app.answer({ url: '/a', headers: { 'X-Mine': 'three' } });
    expect(server.seen[0]!.head).to.include('x-api-key: one').and.include('x-mine: three');
    expect(other.seen[0]!.head).to.include('x-mine: three');
    expect(other.seen[0]!.head).to.not.match(/x-api-key/i);
  });

  it('do not give what was lost back where they lead home again', async () => {
    const home = await serveScript(({ head }) => answered(head));
    const away = await serveScript(() => answered('', 302, { Location: home.url('/back') }));
    const start = await serveScript(() => answered('', 302, { Location: away.url() }));
    const response = await app.answer({ url: start.url(), headers: SECRET });
    expect(response.text()).to.not.match(/authorization|cookie/i);
  });

  it('end with the last that is allowed', async () => {
    const server = await serveScript(({ n }) => answered('', 302, { Location: `/${n}` }));
    const error = await app.error(server.url());
    expectCode(error, 'TT_HTTP_REDIRECT');
    expect(error.message).to.include('5 were followed already');
    expect(server.seen.length).to.equal(6);
  });

  for (const location of ['ftp://127.0.0.1/', 'javascript:alert(1)', 'http://[', 'file:///etc/passwd'])
    it(`to ${location} are not followed`, async () => {
      const server = await leading(302, location);
      expectCode(await app.error(server.url()), 'TT_HTTP_REDIRECT');
    });

  it('are not followed with a body that was a stream', async () => {
    const server = await leading(307, '/there');
    const body = Readable.from(['text']);
    const question = await app.asks({ method: 'POST', url: server.url(), body });
    const peer = await server.server.peer();
    await peer.heard.until(() => peer.text.endsWith('0\r\n\r\n'));
    expectCode((await app.of(question)).error, 'TT_HTTP_REDIRECT');
  });
});
