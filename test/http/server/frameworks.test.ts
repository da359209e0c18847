import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import { expect } from 'chai';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { streamText } from 'hono/streaming';
import { type HttpHandler, HttpServer } from '../../../src/http/index.js';
import { HERE, type HttpApp, Talk, serveHttp } from '../../support/http-talk.js';
import { tidyUp } from '../../support/net-app.js';
import { Peer } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';

afterEach(tidyUp);

const FILE = 'a file\n'.repeat(20_000);

/** What each framework is tried with: the same service. */
const FRAMEWORKS: Readonly<Record<string, (folder: string) => Promise<HttpHandler>>> = {
  'Express 5': (folder) => Promise.resolve(expressApp(folder)),
  'Fastify 5': fastifyApp,
  Hono: () => Promise.resolve(honoApp()),
};

function expressApp(folder: string): HttpHandler {
  const app = express();
  app.use(express.json());
  app.use('/files', express.static(folder));
  app.get('/me', (request, response) => void response.json({ ip: request.ip, protocol: request.protocol }));
  app.post('/json', (request, response) => void response.status(201).json(request.body));
  app.get('/stream', (_request, response) => void pieces().pipe(response));
  app.get('/file', (_request, response) => response.sendFile(join(folder, 'a.txt')));
  app.get('/throw', () => {
    throw new Error('oh');
  });
  app.get('/rejects', async () => Promise.reject(new Error('oh')));
  app.use(
    ((_error, _request, response, _next) => void response.status(500).send('failed')) as express.ErrorRequestHandler,
  );
  return app;
}

async function fastifyApp(): Promise<HttpHandler> {
  const app = fastify();
  app.get('/me', (request) => ({ ip: request.ip, protocol: request.protocol }));
  app.post('/json', (request, reply) => reply.status(201).send(request.body));
  app.get('/stream', (_request, reply) => reply.send(pieces()));
  app.get('/throw', () => {
    throw new Error('oh');
  });
  app.get('/rejects', async () => Promise.reject(new Error('oh')));
  await app.ready();
  return app.routing.bind(app);
}

function honoApp(): HttpHandler {
  const app = new Hono<{ Bindings: { incoming: { socket: { remoteAddress: string; encrypted: boolean } } } }>();
  app.get('/me', (context) => {
    const { remoteAddress: ip, encrypted } = context.env.incoming.socket;
    return context.json({ ip, protocol: encrypted ? 'https' : 'http' });
  });
  app.post('/json', async (context) => context.json(await context.req.json(), 201));
  app.get('/stream', (context) =>
    streamText(context, async (stream) => {
      for await (const piece of pieces()) await stream.write(piece as string);
    }),
  );
  app.get('/throw', () => {
    throw new Error('oh');
  });
  app.get('/rejects', async () => Promise.reject(new Error('oh')));
  app.onError((_error, context) => context.text('failed', 500));
  return getRequestListener(app.fetch);
}

/** 300 KB, a piece at a time. */
function pieces(): Readable {
  return Readable.from(Array.from({ length: 30 }, (_, at) => String(at % 10).repeat(10_000)));
}

describe('a server with the handler of a framework', () => {
  // Frameworks work with timers and files of the machine's.
  onRealSockets('what frameworks do between a request and its answer takes time of the machine');
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tt-http-'));
    writeFileSync(join(folder, 'a.txt'), FILE);
  });
  after(() => rmSync(folder, { recursive: true }));

  async function serving(framework: string): Promise<HttpApp<HttpServer>> {
    const handler = await FRAMEWORKS[framework]!(folder);
    return serveHttp(() => new HttpServer({ ...HERE, handler }));
  }

  for (const framework of Object.keys(FRAMEWORKS)) {
    describe(framework, () => {
      it('tells it who asks', async () => {
        const app = await serving(framework);
        expect(JSON.parse((await app.ask('GET /me')).text)).to.deep.equal({ ip: '127.0.0.1', protocol: 'http' });
      });

      it('reads JSON, and answers it, time after time on one connection', async () => {
        const app = await serving(framework);
        const talk = await app.talk();
        for (const body of ['{"a":1}', '[]', `{"long":"${'x'.repeat(50_000)}"}`]) {
          const headers = { 'Content-Type': 'application/json' };
          const { status, text } = await talk.ask('POST /json', { headers, body });
          expect([status, text]).to.deep.equal([201, body]);
        }
        const bad = await talk.ask('POST /json', { headers: { 'Content-Type': 'application/json' }, body: '{' });
        expect(bad.status).to.be.greaterThanOrEqual(400);
        expect((await app.ask('GET /me')).status).to.equal(200);
      });

      it('answers with a stream', async () => {
        const { text } = await (await serving(framework)).ask('GET /stream');
        expect(text).to.have.length(300_000);
        expect(text.slice(9_999, 10_001) + text.slice(-1)).to.equal('019');
      });

      it('answers what throws, and what rejects, and goes on', async () => {
        const talk = await (await serving(framework)).talk();
        expect((await talk.ask('GET /throw')).status).to.equal(500);
        expect((await talk.ask('GET /rejects')).status).to.equal(500);
        expect((await talk.ask('GET /nothing')).status).to.equal(404);
        expect((await talk.ask('GET /me')).status).to.equal(200);
      });

      it('answers pipelined requests in their order', async () => {
        const talk = await (await serving(framework)).talk();
        talk.say('GET /stream');
        talk.say('GET /me');
        expect((await talk.answer(2)).text).to.include('127.0.0.1');
        expect((await talk.answer(1)).text).to.have.length(300_000);
      });
    });
  }

  it('has Express send files, whole and in part', async () => {
    const app = await serving('Express 5');
    const talk = await app.talk();
    for (const path of ['/file', '/files/a.txt']) {
      const { status, headers, text } = await talk.ask(`GET ${path}`);
      expect(status).to.equal(200);
      expect(headers['content-type']).to.match(/^text\/plain/);
      expect(text).to.equal(FILE);
    }
    const part = await talk.ask('GET /file', { headers: { Range: 'bytes=2-5' } });
    expect([part.status, part.text]).to.deep.equal([206, 'file']);
    const head = await talk.ask('HEAD /files/a.txt');
    expect(head.headers['content-length']).to.equal(String(FILE.length));
    const etag = head.headers['etag']!;
    expect((await talk.ask('GET /files/a.txt', { headers: { 'If-None-Match': etag } })).status).to.equal(304);
  });

  it('tells Express of TLS', async () => {
    const handler = expressApp(folder);
    const app = await serveHttp(() => new HttpServer({ ...HERE, handler, tls: own }));
    const socket = connect({ port: app.port, host: '127.0.0.1', ca: authority.cert, servername: 'localhost' });
    const talk = new Talk(new Peer(socket));
    expect(JSON.parse((await talk.ask('GET /me')).text)).to.deep.equal({ ip: '127.0.0.1', protocol: 'https' });
    expect((await talk.ask('GET /file')).text).to.equal(FILE);
  });

  it('has a peer that goes in the middle of a file hurt nobody', async () => {
    const app = await serving('Express 5');
    const talk = await app.talk();
    talk.peer.socket.pause();
    talk.say('GET /file');
    talk.say('GET /stream');
    talk.peer.reset();
    expect((await app.ask('GET /me')).status).to.equal(200);
    expect(app.warnings).to.deep.equal([]);
  });
});

describe('a server with a handler', () => {
  it('serves Express on the simulated network as well', async () => {
    const handler = expressApp(tmpdir());
    const app = await serveHttp(() => new HttpServer({ ...HERE, handler }));
    expect(JSON.parse((await app.ask('GET /me')).text)).to.deep.equal({ ip: '127.0.0.1', protocol: 'http' });
    const { text } = await app.ask('POST /json', { headers: { 'Content-Type': 'application/json' }, body: '[1]' });
    expect(text).to.equal('[1]');
  });

  it('answers 500 where it throws or rejects, and says so in the log', async () => {
    const handler: HttpHandler = (request, response) => {
      if (request.url === '/throw') throw new Error('it throws');
      if (request.url === '/late') {
        response.write('begun');
        throw new Error('it throws later');
      }
      return request.url === '/rejects' ? Promise.reject(new Error('it rejects')) : response.end('fine');
    };
    const app = await serveHttp(() => new HttpServer({ ...HERE, handler }));
    const talk = await app.talk();
    expect((await talk.ask('GET /throw')).status).to.equal(500);
    expect((await talk.ask('GET /rejects')).status).to.equal(500);
    expect((await talk.ask('GET /')).text).to.equal('fine');
    talk.say('GET /late');
    await talk.peer.ended();
    expect(app.warnings.join()).to.include('it throws').and.include('it rejects').and.include('it throws later');
    expect((await app.ask('GET /')).text).to.equal('fine');
  });
});
