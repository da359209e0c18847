import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { bench } from '../../support/bench.js';
import { get, saysPath, serveHttp, statusesIn } from '../../support/http-app.js';
import { tidyUp } from '../../support/net-app.js';

afterEach(tidyUp);

/** Keeps the responses, to be given by the test. */
class Kept {
  readonly responses: ServerResponse[] = [];
  readonly handler = (_request: unknown, response: ServerResponse): void => void this.responses.push(response);
  async are(n: number): Promise<void> {
    for (let turn = 0; this.responses.length < n && turn < 1_000; turn++) await bench().pass(1);
    expect(this.responses).to.have.length(n);
  }
}

describe('the end of an HttpServer', () => {
  it('idle connections are closed at once', async () => {
    const app = await serveHttp({ handler: saysPath });
    const [fresh, used] = [await app.connect(), await app.connect()];
    used.send(get('/a'));
    await used.heard.until(() => used.text.endsWith('/a'));
    app.ends();
    await fresh.closed();
    await used.closed();
    await app.over();
  });

  it('a request that is under way is answered whole, and it is said that it was the last one', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get());
    await kept.are(1);
    app.ends();
    await bench().pass(1_000);
    kept.responses[0]!.end('whole');
    await peer.closed();
    expect(peer.text)
      .to.match(/Connection: close\r\n/)
      .and.match(/whole$/);
    await app.over();
  });

  it('pipelined requests are all answered in their order, and only the last answer says so', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get() + get() + get());
    await kept.are(3);
    app.ends();
    await bench().pass(100);
    kept.responses[2]!.end('third');
    kept.responses[0]!.end('first');
    kept.responses[1]!.end('second');
    await peer.closed();
    expect(statusesIn(peer.text)).to.deep.equal([200, 200, 200]);
    expect(peer.text).to.match(/first.*second.*third$/s);
    expect(peer.text.match(/Connection: close/g)).to.have.length(1);
    expect(peer.text.indexOf('Connection: close')).to.be.greaterThan(peer.text.indexOf('second'));
    await app.over();
  });

  it('what came with the last look is answered together', async () => {
    const app = await serveHttp({ handler: saysPath });
    const peer = await app.connect();
    peer.send(get('/warm'));
    await peer.heard.until(() => peer.text.endsWith('/warm'));
    peer.send(get('/a') + get('/b') + get('/c'));
    app.ends();
    await peer.closed();
    await app.over();
    // All or none: a request whose head was read is answered.
    const { received, answered, underWay } = app.server.requests;
    expect(answered['2xx']).to.equal(received);
    expect(underWay).to.equal(0);
    if (received > 1) expect(peer.text).to.match(/\/a.*\/b.*\/c$/s);
  });

  it('before it, while the app still accepts, each answer says that it is the last one of its connection', async () => {
    const app = await serveHttp({ handler: saysPath }, { data: { shutdown: { drainDelay: 5_000 } } });
    const open = await app.connect();
    app.app.main.runtime.askToEnd!('SIGTERM');
    await bench().pass(1_000);
    open.send(get('/a') + get('/b'));
    await open.closed();
    expect(open.text).to.match(/\/a.*Connection: close.*\/b$/s);
    expect(open.text.match(/Connection: close/g)).to.have.length(1);
    expect(await app.lastWords(get('/new'))).to.match(/Connection: close.*\/new$/s);
    await app.over();
  });

  it('a body that is still coming is heard to its end', async () => {
    const app = await serveHttp({
      handler: (request, response) => {
        let size = 0;
        request.on('data', (data: Buffer) => (size += data.length)).on('end', () => response.end(`${size} bytes`));
      },
    });
    const peer = await app.connect();
    peer.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n0123456789');
    await bench().pass(100);
    app.ends();
    for (let n = 0; n < 2; n++) {
      await bench().pass(500);
      peer.send('0123456789');
    }
    await peer.closed();
    expect(peer.text).to.match(/30 bytes$/);
    await app.over();
  });

  it('a response that streams goes on to its end', async () => {
    const kept = new Kept();
    const app = await serveHttp({ handler: kept.handler });
    const peer = await app.connect();
    peer.send(get());
    await kept.are(1);
    const [response] = kept.responses as [ServerResponse];
    response.write('one');
    app.ends();
    await bench().pass(500);
    response.write('two');
    await bench().pass(500);
    response.end('three');
    await peer.closed();
    expect(peer.text).to.match(/one.*two.*three\r\n0\r\n\r\n$/s);
    await app.over();
  });

  it('half a head is not waited for', async () => {
    const app = await serveHttp({ handler: saysPath });
    const peer = await app.connect();
    peer.send('GET / HT');
    await bench().pass(10);
    app.ends();
    await peer.closed();
    expect(peer.text).to.equal('');
    await app.over();
  });
});
