import { expect } from 'chai';
import { tidyUp } from '../../support/net-app.js';
import { type AskerApp, answered, serveScript, startAsker } from '../../support/http-client.js';

describe('HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker()));
  afterEach(tidyUp);

  it('has its answer heard by a sparkle of who asked, with the question', async () => {
    const server = await serveScript(() => answered('{"name":"Ada"}', 201, { 'X-Kind': 'test' }));
    const question = await app.asks(server.url('/users/7?full'));
    const [response, of] = await app.heard.on('answer');
    expect(of).to.equal(question);
    expect([response.status, response.statusText, response.ok]).to.deep.equal([201, 'Said', true]);
    expect(response.headers['x-kind']).to.equal('test');
    expect(response.text()).to.equal('{"name":"Ada"}');
    expect(response.json()).to.deep.equal({ name: 'Ada' });
    expect(response.url).to.equal(server.url('/users/7?full'));
    expect([response.tries, response.redirects]).to.deep.equal([1, 0]);
  });

  it('sends method, path, host and headers, and no header that nobody has said', async () => {
    const server = await serveScript(() => answered());
    await app.answer({
      method: 'get',
      url: server.url('/a b?c=d'),
      query: { e: [1, true], f: undefined },
      headers: { 'X-One': '1' },
    });
    expect(server.seen[0]!.head.split('\r\n')).to.deep.equal([
      'GET /a%20b?c=d&e=1&e=true HTTP/1.1',
      'x-one: 1',
      `host: 127.0.0.1:${server.port}`,
      'Connection: keep-alive',
    ]);
  });

  it('sends a value as JSON', async () => {
    const server = await serveScript(() => answered());
    await app.answer({ method: 'POST', url: server.url(), json: { a: 'é' } });
    const { head, body } = server.seen[0]!;
    expect(head).to.include('content-type: application/json').and.include('content-length: 10');
    expect(Buffer.from(body, 'latin1').toString()).to.equal('{"a":"é"}');
  });

  it('asks again on the same connection', async () => {
    const server = await serveScript(({ n }) => answered(`answer ${n}`));
    for (const n of [1, 2, 3]) expect((await app.answer(server.url())).text()).to.equal(`answer ${n}`);
    expect(server.connections).to.equal(1);
    expect(app.client.connections).to.deep.equal({ open: 1, idle: 1, waiting: 0 });
  });

  it('has a status that tells of a failure as an answer like others', async () => {
    const server = await serveScript(() => answered('none', 404));
    const response = await app.answer(server.url());
    expect([response.status, response.ok, response.text()]).to.deep.equal([404, false, 'none']);
  });
});
