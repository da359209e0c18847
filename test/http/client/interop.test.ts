import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, type Server as NetServer, connect, createServer as createRelay } from 'node:net';
import { Readable } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { lines } from '../../../src/framing/index.js';
import type { HttpStreamedResponse } from '../../../src/http/index.js';
import { expectCode } from '../../support/errors.js';
import { inside } from '../../support/heard.js';
import { howMany } from '../../support/how-many.js';
import { startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';
import { freePath, removeFolders } from '../../support/unix.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const MIB = 1_048_576;

function sumOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

describe('an HttpClient and servers of node:http', () => {
  onRealSockets('these servers are others, on sockets of this machine');
  const servers: NetServer[] = [];
  const nodeServer = (): Server => servers.at(-1) as Server;
  afterEach(tidyUp);
  afterEach(() => {
    for (const server of servers.splice(0)) {
      (server as Partial<Server>).closeAllConnections?.();
      server.close();
    }
    removeFolders();
  });

  async function listening<S extends NetServer>(server: S, path?: string): Promise<S> {
    servers.push(server);
    await new Promise<void>((resolve) =>
      path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
    );
    return server;
  }

  async function serve(handler: Handler): Promise<string> {
    const server = await listening(createServer(handler));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('have many requests answered, each with its own answer, over a few connections', async () => {
    const many = howMany(200, 5_000);
    let connections = 0;
    const url = await serve(({ url }, response) => {
      if (url!.endsWith('7')) setImmediate(() => response.end(url));
      else response.end(url);
    });
    nodeServer().on('connection', () => connections++);
    const app = await startAsker({ connectionsPerHost: 8, waitingLimit: many });
    await inside(app.asker, (asker) => {
      for (let n = 0; n < many; n++) asker.asks({ url: `${url}/${n}` });
    });
    await app.heard.on('answer', many);
    for (const [response] of app.heard.all('answer')) expect(response.url).to.equal(url + response.text());
    expect(connections).to.be.at.most(8);
  });

  it('send and get large bodies whole', async () => {
    const url = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => response.end(Buffer.concat(parts)));
    });
    const app = await startAsker();
    const body = Buffer.alloc(3 * MIB, 'some text ');
    const response = await app.answer({ method: 'POST', url, body });
    expect(sumOf(response.body)).to.equal(sumOf(body));
    const streamed = await app.answer({ method: 'POST', url, body: Readable.from([body, body.subarray(7)]) });
    expect(sumOf(streamed.body)).to.equal(sumOf(Buffer.concat([body, body.subarray(7)])));
  });

  it('stream both ways at once', async () => {
    const url = await serve((request, response) => void request.pipe(response));
    const app = await startAsker();
    const body = Readable.from(Array.from({ length: 64 }, (_, n) => Buffer.alloc(65_536, n)));
    await app.streams({ method: 'POST', url, body });
    const [response] = (await app.heard.on('head')) as readonly [HttpStreamedResponse];
    let size = 0;
    for await (const part of response.stream) size += (part as Buffer).length;
    expect(size).to.equal(4 * MIB);
  });

  it('send frames that are heard one by one', async () => {
    const url = await serve(
      (_, response) => void Readable.from(Array.from({ length: 50 }, (_, n) => `${n}\n`)).pipe(response),
    );
    const app = await startAsker();
    await app.asksFrames(url, lines());
    await app.heard.on('answer');
    expect(app.heard.all('frame').map(([frame]) => frame)).to.deep.equal(Array.from({ length: 50 }, (_, n) => `${n}`));
  });

  it('have a connection that the server closed while it was idle replaced', async () => {
    const url = await serve((_, response) => response.end('ok'));
    const app = await startAsker();
    await app.answer(url);
    nodeServer().closeIdleConnections();
    expect((await app.answer(url)).text()).to.equal('ok');
  });

  it('over a UNIX socket', async () => {
    const path = freePath();
    await listening(
      createServer(({ url }, response) => response.end(url)),
      path,
    );
    const app = await startAsker();
    expect((await app.answer(`unix:${path}:/info?x`)).text()).to.equal('/info?x');
  });

  it('under TLS, also where the server wants a certificate', async () => {
    const options = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const server = await listening(createSecureServer(options, (_, response) => response.end('secure')) as Server);
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const { cert, key } = authority.issue({ name: 'client' });
    const app = await startAsker({ tls: { ca: authority.cert, cert, key } });
    expect((await app.answer(url)).text()).to.equal('secure');
    const stranger = await startAsker({ tls: { ca: authority.cert }, retries: 0 });
    expect(((await stranger.error(url)) as { code?: string }).code).to.match(/^TT_HTTP_(NOT_CONNECTED|CUT)$/);
  });

  it('fail where TLS is cut off before their end is said', async () => {
    let isAnswered = false;
    // With 1.3 tickets would come first.
    const secure = await listening(
      createTlsServer({ ...own, maxVersion: 'TLSv1.2' }, (socket) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          isAnswered = true;
          socket.write('HTTP/1.1 200 OK\r\n\r\nhalf');
        });
      }),
    );
    const relay = await listening(
      createRelay((client) => {
        const server = connect((secure.address() as AddressInfo).port, '127.0.0.1');
        client.on('error', () => {}).pipe(server.on('error', () => {}));
        server.on('data', (data) => (isAnswered ? client.end(data) : client.write(data)));
      }),
    );
    const app = await startAsker({ tls: { ca: authority.cert }, retries: 0 });
    const error = await app.error(`https://localhost:${(relay.address() as AddressInfo).port}/`);
    expectCode(error, 'TT_HTTP_CUT');
  });

  describe('through a proxy of node:http', () => {
    /** One that forwards, and opens ways; it keeps what it was asked. */
    async function proxy(): Promise<{ readonly url: string; readonly asked: string[] }> {
      const asked: string[] = [];
      const url = await serve((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        response.end(`forwarded ${request.url}`);
      });
      nodeServer().on('connect', ({ url: to = '' }, socket, head) => {
        asked.push(`CONNECT ${to}`);
        const [, port] = to.split(':');
        const target = connect(Number(port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
          target.write(head);
          target.pipe(socket).pipe(target);
        });
        target.on('error', () => socket.destroy());
        socket.on('error', () => target.destroy());
      });
      return { url, asked };
    }

    it('ask for http URLs as a whole', async () => {
      const { url, asked } = await proxy();
      const app = await startAsker({ proxy: url });
      expect((await app.answer('http://far.test/x')).text()).to.equal('forwarded http://far.test/x');
      expect(asked).to.deep.equal(['GET http://far.test/x']);
    });

    it('speak TLS with the server of an https URL, on one way for several requests', async () => {
      const { url, asked } = await proxy();
      const secure = await listening(
        createSecureServer(own, ({ url: path }, response) => response.end(path)) as Server,
      );
      const { port } = secure.address() as AddressInfo;
      const app = await startAsker({ proxy: url, tls: { ca: authority.cert } });
      for (const path of ['/a', '/b'])
        expect((await app.answer(`https://localhost:${port}${path}`)).text()).to.equal(path);
      expect(asked).to.deep.equal([`CONNECT localhost:${port}`]);
    });

    it('trust no other server at the end of the way', async () => {
      const { url } = await proxy();
      const other = authority.issue({ hosts: ['other.test'] });
      const secure = await listening(createSecureServer(other, (_, response) => response.end()) as Server);
      const { port } = secure.address() as AddressInfo;
      const app = await startAsker({ proxy: url, tls: { ca: authority.cert } });
      const error = await app.error(`https://localhost:${port}/`);
      expectCode(error.cause, 'TT_TLS_WRONG_NAME');
    });
  });
});
