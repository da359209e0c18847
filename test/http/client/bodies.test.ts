import { expect } from 'chai';
import { Readable } from 'node:stream';
import type { HttpStreamedResponse } from '../../../src/http/index.js';
import { type Framing, jsonLines as json, lines } from '../../../src/framing/index.js';
import { expectCode } from '../../support/errors.js';
import { type AskerApp, type ScriptedServer, answered, serveScript, startAsker } from '../../support/http-client.js';
import { tidyUp } from '../../support/net-app.js';
import { bench } from '../../support/bench.js';

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

describe('bodies of an HttpClient', () => {
  let app: AskerApp;
  beforeEach(async () => void (app = await startAsker({ retries: 0 })));
  afterEach(tidyUp);

  /** A server that says nothing by itself, and its first peer when the request has begun. */
  async function silent(): Promise<ScriptedServer> {
    return serveScript(() => undefined);
  }

  describe('that are sent', () => {
    it('may be bytes', async () => {
      const server = await serveScript(() => answered());
      await app.answer({ method: 'PUT', url: server.url(), body: Uint8Array.of(65, 66) });
      expect(server.seen[0]!.body).to.equal('AB');
    });

    it('are told to be empty where a method has one', async () => {
      const server = await serveScript(() => answered());
      await app.answer({ method: 'POST', url: server.url() });
      expect(server.seen[0]!.head).to.include('content-length: 0');
    });

    it('may be an async iterable, in chunks', async () => {
      const server = await serveScript(() => undefined);
      async function* parts(): AsyncGenerator<string> {
        yield 'one';
        yield 'two';
      }
      const question = await app.asks({ method: 'POST', url: server.url(), body: parts() });
      const peer = await server.server.peer();
      await peer.heard.until(() => peer.text.endsWith('0\r\n\r\n'), 'the end');
      expect(peer.text).to.include('Transfer-Encoding: chunked').and.include('3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n');
      peer.send(answered('done'));
      expect((await app.of(question)).response!.text()).to.equal('done');
    });

    it('are read no faster than the server takes them', async () => {
      const server = await silent();
      let read = 0;
      const body = new Readable({
        read() {
          read += 65_536;
          this.push(Buffer.alloc(65_536));
        },
      });
      const question = await app.asks({ method: 'POST', url: server.url(), body });
      const peer = await server.server.peer();
      peer.socket.pause();
      await app.app.pass(1_000);
      const after1 = read;
      await app.app.pass(3_000);
      expect(read).to.equal(after1).and.to.be.below(16_000_000);
      question.cancel();
      peer.socket.resume();
      await app.app.settled();
      expect(body.destroyed).to.equal(true);
    });

    it('whose stream fails fail the question, and the server sees no whole one', async () => {
      const server = await silent();
      const body = Readable.from(
        (async function* () {
          yield 'some';
          throw new Error('the disk is gone');
        })(),
      );
      const error = await app.error({ method: 'POST', url: server.url(), body });
      expectCode(error, 'TT_HTTP_BODY_FAILED');
      expect((error.cause as Error).message).to.equal('the disk is gone');
      const peer = await server.server.peer();
      await peer.closed();
      expect(peer.text).to.not.include('0\r\n\r\n');
    });

    it('whose stream fails while they wait for a connection fail the question', async () => {
      const body = new Readable({ read() {} });
      const question = await app.asks({ method: 'POST', url: 'http://no.such.host.test/', body });
      body.destroy(new Error('not now'));
      expectCode((await app.of(question)).error, 'TT_HTTP_BODY_FAILED');
    });

    it('may be answered before their end, which is not sent then', async () => {
      const server = await silent();
      const body = new Readable({ read() {} });
      body.push('first');
      const question = await app.asks({ method: 'POST', url: server.url(), body });
      const peer = await server.server.peer();
      await peer.heard.until(() => peer.text.includes('first'), 'the first part');
      peer.send(answered('too large', 413));
      expect((await app.of(question)).response!.status).to.equal(413);
      await peer.closed();
      expect(body.destroyed).to.equal(true);
    });
  });

  describe('that are heard in frames', () => {
    it('are one call for each frame, then the answer', async () => {
      const server = await serveScript(() => answered('one\ntwo\nthree\n', 200, { 'X-Of': 'lines' }));
      await app.asksFrames(server.url(), lines());
      const [response] = await app.heard.on('answer');
      expect(app.heard.all('frame').map(([frame]) => frame)).to.deep.equal(['one', 'two', 'three']);
      expect(app.heard.names.at(-1)).to.equal('answer');
      expect([response.headers['x-of'], response.body.length]).to.deep.equal(['lines', 0]);
    });

    it('are heard as they come, over chunks and segments', async () => {
      const server = await serveScript(() => CHUNKED + chunk('{"n":1}\n{"n"'));
      const question = await app.asksFrames(server.url(), json());
      expect((await app.heard.on('frame'))[0]).to.deep.equal({ n: 1 });
      const { peer } = server.seen[0]!;
      peer.send(chunk(':2}\n'));
      expect((await app.heard.on('frame', 2))[0]).to.deep.equal({ n: 2 });
      expect(question.open).to.equal(true);
      peer.send('0\r\n\r\n');
      await app.heard.on('answer');
    });

    it('are one order at a time, however many came at once', async () => {
      const server = await serveScript(() => CHUNKED);
      await app.asksFrames(server.url(), lines());
      await server.heard.on('request');
      const { peer } = server.seen[0]!;
      let most = 0;
      for (let n = 0; n < 20; n++) peer.send(chunk('x\n'.repeat(200)));
      await app.heard.until(() => {
        most = Math.max(most, app.app.main.queue.size);
        return app.heard.count('frame') === 4_000;
      });
      expect(most).to.be.below(10);
    });

    it('that are too long, or cut off, fail the question', async () => {
      for (const [body, code] of [
        ['x'.repeat(100), 'TT_FRAME_TOO_LONG'],
        ['{"n":1}\n{"n', 'TT_BAD_FRAME'],
      ] as const) {
        const server = await serveScript(({ peer }) => (peer.end(`HTTP/1.1 200 OK\r\n\r\n${body}`), undefined));
        const framing: Framing<unknown, never> = code === 'TT_BAD_FRAME' ? json() : lines({ max: 20 });
        const question = await app.asksFrames(server.url(), framing);
        const { error } = await app.of(question);
        expect((error as { code?: string } | undefined)?.code).to.match(
          /^TT_(FRAME_TOO_LONG|FRAME_INCOMPLETE|BAD_FRAME)$/,
        );
      }
    });

    it('are not asked for again once a frame was heard', async () => {
      const server = await serveScript(({ peer }) => (peer.end(`${CHUNKED}${chunk('one\n')}`), undefined));
      const question = await app.asksFrames(server.url(), lines(), { retries: 5 });
      expectCode((await app.of(question)).error, 'TT_HTTP_CUT');
      expect([server.seen.length, app.heard.count('frame')]).to.deep.equal([1, 1]);
    });
  });

  describe('that are heard as a stream', () => {
    async function headOf(server: ScriptedServer): Promise<HttpStreamedResponse> {
      await app.streams(server.url());
      const [response] = await app.heard.on('head');
      return response as HttpStreamedResponse;
    }

    async function ended(response: HttpStreamedResponse): Promise<Error | undefined> {
      return bench().until(
        new Promise((resolve) => {
          let error: Error | undefined;
          response.stream.on('error', (thrown) => (error = thrown)).on('close', () => resolve(error));
        }),
      );
    }

    it('are there with the head, before their end', async () => {
      const server = await serveScript(() => CHUNKED);
      const response = await headOf(server);
      expect(response.status).to.equal(200);
      server.seen[0]!.peer.send(`${chunk('one')}${chunk('two')}0\r\nX-End: yes\r\n\r\n`);
      const parts: string[] = [];
      response.stream.on('data', (part) => parts.push(String(part)));
      expect(await ended(response)).to.equal(undefined);
      expect(parts.join('')).to.equal('onetwo');
      expect(response.trailers).to.deep.equal({ 'x-end': 'yes' });
      await app.app.settled();
      expect(app.client.connections.idle).to.equal(1);
    });

    it('hold the server back while they are not read, without a time', async () => {
      const server = await serveScript(() => CHUNKED);
      const response = await headOf(server);
      const { peer } = server.seen[0]!;
      let taken = 0;
      const big = Buffer.alloc(65_536);
      const more = (): void => {
        while (
          taken < 400 &&
          peer.socket.write(`${big.length.toString(16)}\r\n`) &&
          (peer.socket.write(big), peer.socket.write('\r\n'))
        )
          taken++;
      };
      peer.socket.on('drain', more);
      more();
      await app.app.pass(100_000);
      expect(taken).to.be.below(400);
      expect(response.stream.destroyed).to.equal(false);
      response.stream.destroy();
      await peer.closed();
    });

    it('fail where they are cut off, or bring nothing for too long', async () => {
      const server = await serveScript(() => CHUNKED);
      const response = await headOf(server);
      response.stream.resume();
      const over = ended(response);
      server.seen[0]!.peer.reset();
      expectCode(await over, 'TT_HTTP_CUT');
      await app.streams(server.url());
      const [second] = await app.heard.on('head', 2);
      second.stream.resume();
      const late = ended(second);
      await app.app.pass(30_001);
      expectCode(await late, 'TT_HTTP_TIMEOUT');
    });

    it('end with the Tonic that asked', async () => {
      const server = await serveScript(() => CHUNKED);
      const response = await headOf(server);
      const over = ended(response);
      app.asker.ttsc__finish();
      await app.app.finish();
      await over;
      expect(response.stream.destroyed).to.equal(true);
    });
  });
});
