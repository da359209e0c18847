import { expect } from 'chai';
import { HttpServer, type HttpServerOptions, WebSocketConnection } from '../../doors/http.js';
import { codeOf } from '../../support/errors.js';
import { tidyUp } from '../../support/net-app.js';
import { connectTo } from '../../support/peers.js';
import { text } from './support/frames.js';
import { Echo, KEY, opening, serveWebSockets } from './support/serve.js';

describe('Opening a WebSocket', () => {
  afterEach(tidyUp);

  const refused = async (first: string, options = {}): Promise<{ status: number; head: string }> => {
    const app = await serveWebSockets(undefined, options);
    const peer = await app.raw(first);
    await peer.closed();
    return { status: peer.status, head: peer.head };
  };

  it('is answered with 404 if the path has no WebSocket', async () => {
    expect((await refused(opening('/other'))).status).to.equal(404);
  });

  it('finds the path in a request that names all of an address, as HTTP routes do', async () => {
    const app = await serveWebSockets();
    const peer = await (await app.raw(opening('http://example.com/?room=7'))).answered();
    expect(peer.status).to.equal(101);
    const other = await (await app.raw(opening('http://example.com/other'))).answered();
    expect(other.status).to.equal(404);
  });

  it('is 405 with another method than GET', async () => {
    const { status, head } = await refused(opening().replace('GET', 'PUT'));
    expect(status).to.equal(405);
    expect(head).to.contain('Allow: GET');
  });

  for (const version of ['8', '12', '14', 'x', undefined])
    it(`is 426 with version ${version}, and tells the right one`, async () => {
      const { status, head } = await refused(opening('/', { 'Sec-WebSocket-Version': version }));
      expect(status).to.equal(426);
      expect(head).to.contain('Sec-WebSocket-Version: 13');
    });

  for (const key of [undefined, '', 'short', `${KEY}=`, KEY.slice(1), `${KEY.slice(0, -2)}aa`, '!'.repeat(24)])
    it(`is 400 with the key ${key}`, async () => {
      expect((await refused(opening('/', { 'Sec-WebSocket-Key': key }))).status).to.equal(400);
    });

  it('is 400 where the subprotocols cannot be read', async () => {
    expect((await refused(opening('/', { 'Sec-WebSocket-Protocol': 'a, a' }))).status).to.equal(400);
    expect((await refused(opening('/', { 'Sec-WebSocket-Protocol': 'a,,b' }))).status).to.equal(400);
  });

  it('closes after it has refused, whatever the peer goes on to send', async () => {
    const app = await serveWebSockets();
    const peer = await app.raw(Buffer.concat([Buffer.from(opening('/other')), text('a'), Buffer.alloc(100_000)]));
    await peer.closed();
    expect(peer.status).to.equal(404);
    await app.app.settled();
    expect(app.server.counts.open).to.equal(0);
  });

  describe('looks at where the page is from', () => {
    const status = async (origin: string | undefined, options = {}): Promise<number> => {
      const app = await serveWebSockets(undefined, options);
      const peer = await (await app.raw(opening('/', { Host: 'Example.com:8080', Origin: origin }))).answered();
      return peer.status;
    };

    it('lets pages of the same host in', async () => {
      expect(await status('https://example.com:8080')).to.equal(101);
    });

    it('lets peers in that say nothing of it: they are no browsers', async () => {
      expect(await status(undefined)).to.equal(101);
    });

    for (const origin of ['https://evil.example', 'https://example.com', 'http://example.com:8081', 'null', '', 'x y'])
      it(`refuses ${origin === '' ? 'an empty origin' : origin}`, async () => {
        expect(await status(origin)).to.equal(403);
      });

    it('lets those of a list in, and no others', async () => {
      const origins = ['https://a.example', 'https://b.example'];
      expect(await status('https://b.example', { origins })).to.equal(101);
      expect(await status('https://b.example:444', { origins })).to.equal(403);
      expect(await status('https://example.com:8080', { origins })).to.equal(403);
    });

    it('lets all in where it is told so', async () => {
      expect(await status('https://evil.example', { origins: '*' })).to.equal(101);
    });
  });

  it('may be refused by the app, with a status', async () => {
    const accept = ({ headers }: { headers: Record<string, unknown> }): true | number =>
      headers['authorization'] === 'Bearer 7' ? true : 401;
    expect((await refused(opening(), { accept })).status).to.equal(401);
    const app = await serveWebSockets(undefined, { accept });
    await app.open({ Authorization: 'Bearer 7' });
  });

  it('is 500 where the app throws while it looks, and others go on', async () => {
    const accept = ({ url }: { url: string }): true => {
      if (url === '/?bad') throw new Error('as asked');
      return true;
    };
    const app = await serveWebSockets(undefined, { accept });
    const peer = await app.raw(opening('/?bad'));
    await peer.closed();
    expect(peer.status).to.equal(500);
    await app.open();
  });

  describe('chooses a subprotocol', () => {
    const chosen = async (offered: string | undefined, subprotocols?: string[]): Promise<string> => {
      const app = await serveWebSockets(undefined, { subprotocols });
      const { peer, connection } = await app.open({ 'Sec-WebSocket-Protocol': offered });
      const said = /Sec-WebSocket-Protocol: (.*)/.exec(peer.head)?.[1] ?? '';
      expect(connection.subprotocol).to.equal(said);
      return said;
    };

    it('the first of its own that the peer offers', async () => {
      expect(await chosen('v1, v2, v3', ['v3', 'v2'])).to.equal('v3');
    });

    it('none where the peer offers none of its own', async () => {
      expect(await chosen('v9', ['v1'])).to.equal('');
      expect(await chosen(undefined, ['v1'])).to.equal('');
      expect(await chosen('v1', undefined)).to.equal('');
    });
  });

  it('has its turn behind the requests before it, and their answers', async () => {
    const answers: (() => void)[] = [];
    const app = await serveWebSockets(undefined, {}, {
      handler: (_request, response) => void answers.push(() => response.end('plain')),
    } as Partial<HttpServerOptions>);
    const peer = await app.raw(`GET /a HTTP/1.1\r\nHost: x\r\n\r\n${opening()}`);
    peer.send(text('early'));
    await app.app.bench.till(() => answers.length === 1);
    await app.app.settled();
    expect(peer.peer.size).to.equal(0);
    answers[0]!();
    await peer.peer.heard.until(() => peer.peer.text.includes('early'), 'the echo');
    expect(peer.peer.text).to.match(/^HTTP\/1\.1 200 OK[^]*plainHTTP\/1\.1 101 [^]*early$/);
  });

  it('is not answered any more behind the last answer that a server gives when it finishes', async () => {
    const answers: (() => void)[] = [];
    const handler: HttpServerOptions['handler'] = (_request, response) =>
      void answers.push(() => response.end('plain'));
    const app = await serveWebSockets(undefined, {}, { handler });
    const peer = await app.raw(`GET /a HTTP/1.1\r\nHost: x\r\n\r\n${opening()}`);
    await app.app.bench.till(() => answers.length === 1);
    await app.app.settled();
    app.server.ttsc__close();
    await app.app.settled();
    answers[0]!();
    await peer.closed();
    expect(peer.peer.text).to.match(/^HTTP\/1\.1 200 OK[^]*Connection: close[^]*plain$/);
    expect(app.connections).to.have.length(0);
  });

  it('leaves nothing behind where the peer goes before its turn', async () => {
    const answers: (() => void)[] = [];
    const handler: HttpServerOptions['handler'] = (_request, response) =>
      void answers.push(() => response.end('plain'));
    const app = await serveWebSockets(undefined, {}, { handler });
    const peer = await app.raw(`GET /a HTTP/1.1\r\nHost: x\r\n\r\n${opening()}`);
    await app.app.bench.till(() => answers.length === 1);
    peer.peer.reset();
    await app.app.bench.till(() => app.server.counts.open === 0);
    answers[0]!();
    await app.app.settled();
    expect(app.connections).to.have.length(0);
    expect(app.server.infusions.size).to.equal(0);
  });

  it('leaves requests for other protocols to HTTP, with their bodies', async () => {
    const app = await serveWebSockets(undefined, {}, {
      handler: (request, response) => {
        let body = '';
        request.on('data', (data: Buffer) => (body += data.toString()));
        request.on('end', () => response.end(`${request.url} ${request.headers.upgrade} ${body}`));
      },
    } as Partial<HttpServerOptions>);
    const peer = await connectTo(app.port);
    const request =
      'POST /h2?a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 4\r\n\r\nbody';
    peer.send(request).send(request);
    await peer.heard.until(() => peer.text.split('/h2?a undefined body').length === 3, 'two answers');
  });

  it('takes part in the limits of the server', async () => {
    const app = await serveWebSockets(undefined, {}, { maxConnectionsPerAddress: 1 });
    await app.open();
    const second = await app.raw();
    await second.closed();
    expect(app.server.counts.turnedAway.addressLimit).to.equal(1);
  });

  it('counts a class that throws as a failure, and resets its peer', async () => {
    const app = await serveWebSockets(() => {
      throw new Error('as asked');
    });
    const peer = await app.raw(opening());
    await peer.closed();
    await app.app.settled();
    expect(app.server.counts).to.include({ accepted: 1, open: 0, failed: 1 });
  });

  it('wants a class of WebSocketConnection, and paths', async () => {
    const app = await serveWebSockets();
    const made = (webSockets: unknown): unknown =>
      app.app.inside(() => codeOf(() => new HttpServer({ port: 0, webSockets } as HttpServerOptions)));
    expect(await made({ '/': class Other {} })).to.equal('TT_BAD_PROTOCOL');
    expect(await made({ chat: Echo })).to.equal('TT_BAD_OPTION');
    expect(await made({ '/': { protocol: Echo, maxPayLoad: 5 } })).to.equal('TT_BAD_OPTION');
    expect(await made([Echo])).to.equal('TT_BAD_OPTION');
  });

  it('is what a WebSocketConnection needs: nobody else makes one', async () => {
    const app = await serveWebSockets();
    expect(await app.app.inside(() => codeOf(() => new WebSocketConnection()))).to.equal('TT_NO_SOCKET');
  });
});
