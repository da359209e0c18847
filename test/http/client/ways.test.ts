import { expect } from 'chai';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expectCode } from '../../support/errors.js';
import { answered, serveScript, startAsker } from '../../support/http-client.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { authority, own } from '../../support/tls.js';
import { freePath } from '../../support/unix.js';
import { HttpServer, Proxies, targetOf } from '../../doors/http.js';

const to = (url: string) => targetOf(url, { base: undefined, socketPath: undefined }, undefined, 'test');

/** The port of the proxy that a URL is asked by, with these variables; `undefined` for none. */
function proxyPort(url: string, environment: Record<string, string>): number | undefined {
  return Proxies.of('environment', environment, 'test').for(to(url))?.port;
}

describe('the ways of an HttpClient', () => {
  afterEach(tidyUp);

  describe('by proxies of the environment', () => {
    const BOTH = { HTTP_PROXY: 'http://proxy:1', https_proxy: 'proxy:2' };
    it('are by the one for the scheme, in small letters or not', () => {
      expect([proxyPort('http://a.test', BOTH), proxyPort('https://a.test', BOTH)]).to.deep.equal([1, 2]);
      expect(proxyPort('http://a.test', { ...BOTH, http_proxy: 'proxy:3' })).to.equal(3);
      expect(proxyPort('https://a.test', { ALL_PROXY: 'proxy:4' })).to.equal(4);
    });
    it('are by none where none is named, or an empty one', () => {
      expect(proxyPort('http://a.test', {})).to.equal(undefined);
      expect(proxyPort('http://a.test', { HTTP_PROXY: 'proxy:1', http_proxy: '' })).to.equal(undefined);
    });
    it('do not believe HTTP_PROXY under CGI', () => {
      expect(proxyPort('http://a.test', { ...BOTH, REQUEST_METHOD: 'GET' })).to.equal(undefined);
      expect(proxyPort('http://a.test', { http_proxy: 'proxy:3', REQUEST_METHOD: 'GET' })).to.equal(3);
    });
    for (const host of ['localhost', 'app.localhost', '127.0.0.1', '127.8.9.1', '[::1]'])
      it(`are direct to ${host}`, () => expect(proxyPort(`http://${host}`, BOTH)).to.equal(undefined));
    for (const [rules, url, isDirect] of [
      ['example.com', 'http://example.com', true],
      ['example.com', 'http://a.example.com', true],
      ['.example.com', 'http://a.example.com', true],
      ['*.example.com', 'http://a.example.com', true],
      ['example.com', 'http://notexample.com', false],
      ['EXAMPLE.com', 'http://Example.COM', true],
      ['example.com:8080', 'http://example.com', false],
      ['example.com:8080', 'http://example.com:8080', true],
      ['10.0.0.0/8', 'http://10.1.2.3', true],
      ['10.0.0.0/8', 'http://11.1.2.3', false],
      ['10.0.0.1', 'http://10.0.0.1', true],
      ['2001:db8::/32', 'http://[2001:db8::7]', true],
      ['[2001:db8::7]:80', 'http://[2001:db8::7]', true],
      ['10.0.0.0/99', 'http://10.0.0.1', false],
      ['a.test, b.test c.test', 'http://c.test', true],
      ['*', 'http://anything.test', true],
      ['', 'http://anything.test', false],
    ] as const)
      it(`are ${isDirect ? 'direct' : 'by the proxy'} to ${url} with NO_PROXY=${rules}`, () => {
        expect(proxyPort(url, { ...BOTH, NO_PROXY: rules })).to.equal(isDirect ? undefined : 1);
      });
  });

  describe('by a proxy', () => {
    it('ask it for the whole URL, and tell it who asks', async () => {
      const proxy = await serveScript(({ head }) => answered(head));
      const app = await startAsker({ proxy: `http://me:secret@127.0.0.1:${proxy.port}` });
      const text = (await app.answer('http://far.test:81/path?x=1')).text();
      expect(text)
        .to.match(/^GET http:\/\/far\.test:81\/path\?x=1 HTTP\/1\.1\r\n/)
        .and.include('host: far.test:81');
      expect(text).to.include(`proxy-authorization: Basic ${Buffer.from('me:secret').toString('base64')}`);
    });

    it('share its connections among the hosts that are asked through it', async () => {
      const proxy = await serveScript(() => answered());
      const app = await startAsker({ proxy: `http://127.0.0.1:${proxy.port}` });
      for (const url of ['http://a.test/', 'http://b.test/']) await app.answer(url);
      expect(proxy.connections).to.equal(1);
    });

    it('that refuses a way fail with what it has answered, once', async () => {
      const proxy = await serveScript(() => answered('no', 407));
      const app = await startAsker({ proxy: `http://me:secret@127.0.0.1:${proxy.port}` });
      const error = await app.error('https://far.test/');
      expectCode(error, 'TT_HTTP_NOT_CONNECTED');
      const cause = expectCode(error.cause, 'TT_HTTP_PROXY');
      expect(cause.message).to.include('to far.test:443: it answered 407').and.not.include('secret');
      expect(proxy.seen[0]!.head).to.match(/^CONNECT far\.test:443 HTTP\/1\.1\r\n/);
      expect(proxy.connections).to.equal(1);
    });

    it('that says nothing fail when the time for a connection is up', async () => {
      const proxy = await serveScript(() => undefined);
      const app = await startAsker({ proxy: `http://127.0.0.1:${proxy.port}`, connectTimeout: 500 });
      const at = app.app.clock.now();
      expectCode((await app.error('https://far.test/')).cause, 'TT_HTTP_PROXY');
      expect(app.app.clock.now() - at).to.be.within(500, 510);
    });

    it('that is reached by TLS itself is asked for no way to a server of TLS', async () => {
      const app = await startAsker({ proxy: 'https://127.0.0.1:1' });
      const error = await app.error('https://far.test/');
      expect(expectCode(error.cause, 'TT_HTTP_PROXY').message).to.include('give it as http');
    });

    for (const answer of ['garbage\r\n\r\n', 'HTTP/1.1 200 OK\r\n'])
      it(`that answers ${JSON.stringify(answer)} and ends fail`, async () => {
        const proxy = await serveScript(({ peer }) => (peer.end(answer), undefined));
        const app = await startAsker({ proxy: `http://127.0.0.1:${proxy.port}`, retries: 0 });
        expectCode(await app.error('https://far.test/'), 'TT_HTTP_NOT_CONNECTED');
      });
  });

  describe('by a UNIX socket', () => {
    async function serveAtPath(path: string): Promise<void> {
      await startNet(() => {
        new HttpServer({ path, handler: ({ url, headers }, response) => response.end(`${url} of ${headers.host}`) });
      }).then(({ heard }) => heard.on('onListening'));
    }

    it('ask its path, where a URL says so', async () => {
      const path = freePath();
      await serveAtPath(path);
      const app = await startAsker();
      expect((await app.answer(`unix:${path}:/a?b=c`)).text()).to.equal('/a?b=c of localhost');
    });

    it('ask its path, whatever the host, where the client says so', async () => {
      const path = freePath();
      await serveAtPath(path);
      const app = await startAsker({ socketPath: path, baseUrl: 'http://app.test' });
      expect((await app.answer('/x')).text()).to.equal('/x of app.test');
      expect((await app.answer('http://other.test/')).text()).to.equal('/ of other.test');
    });

    it('fail where nothing is there', async () => {
      const app = await startAsker({ retries: 0 });
      expectCode((await app.error(`unix:${freePath()}:/`)).cause, 'TT_NO_SUCH_PATH');
    });
  });

  describe('under TLS', () => {
    async function serveSecurely(options: Partial<Parameters<typeof serverOptions>[0]> = {}): Promise<number> {
      const { heard } = await startNet(() => void new HttpServer(serverOptions(options)));
      const [info] = await heard.on('onListening');
      return info.port as number;
    }

    it('ask by the name of the host, and go on from the session of an earlier connection', async () => {
      const port = await serveSecurely({});
      const app = await startAsker({ tls: { ca: authority.cert }, idleConnections: 0 });
      expect((await app.answer(`https://localhost:${port}/`)).text()).to.equal('secure, new');
      expect((await app.answer(`https://localhost:${port}/`)).text()).to.equal('secure, resumed');
    });

    it('fail once where the certificate is for another name', async () => {
      const port = await serveSecurely({ tls: authority.issue({ hosts: ['other.test'] }) });
      const app = await startAsker({ tls: { ca: authority.cert } });
      const at = app.app.clock.now();
      const error = await app.error(`https://localhost:${port}/`);
      expectCode(error, 'TT_HTTP_NOT_CONNECTED');
      expectCode(error.cause, 'TT_TLS_WRONG_NAME');
      expect(app.app.clock.now() - at).to.be.below(200);
    });

    it('fail where nobody is trusted who signed it, and where no TLS is spoken', async () => {
      const port = await serveSecurely({});
      const app = await startAsker({ retries: 0 });
      expectCode((await app.error(`https://localhost:${port}/`)).cause, 'TT_TLS_UNKNOWN_AUTHORITY');
      const plain = await serveScript(() => answered());
      plain.server.server.on('connection', (socket) => socket.write('hello\r\n'));
      expectCode((await app.error(`https://localhost:${plain.port}/`)).cause, 'TT_TLS_NOT_SPOKEN');
    });
  });
});

function serverOptions(options: { readonly tls?: typeof own }) {
  return {
    port: 0,
    host: '127.0.0.1',
    tls: options.tls ?? own,
    handler: (request: IncomingMessage, response: ServerResponse) => {
      const { tls } = (request.socket as unknown as { connection: { tls?: { resumed?: boolean } } }).connection;
      response.end(`secure, ${tls?.resumed === true ? 'resumed' : 'new'}`);
    },
  };
}
