import { request as ask } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { HttpServer } from '../../../src/http/index.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { get, saysPath, serveHttp, serveHttpWith, statusesIn } from '../../support/http-app.js';
import { onRealSockets } from '../../support/stage.js';
import { authority, own } from '../../support/tls.js';
import { newFolder, removeFolders } from '../../support/unix.js';
import { SpreadHello } from '../programs/spread-hello.js';

afterEach(tidyUp);
afterEach(removeFolders);

describe('an HttpServer behind a proxy', () => {
  it('tells a handler the address that the PROXY header has', async () => {
    const app = await serveHttp({
      proxyProtocol: { trusted: ['127.0.0.1'] },
      handler: (request, response) => response.end(`from ${request.socket.remoteAddress}:${request.socket.remotePort}`),
    });
    const peer = await app.connect();
    peer.send(`PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n${get()}`);
    await peer.heard.until(() => peer.text.endsWith('from 203.0.113.7:4711'));
  });
});

describe('an HttpServer of this machine', () => {
  onRealSockets('its places are of the system');

  const bodyOf = async (where: { readonly socketPath: string } | { readonly port: number }): Promise<string> =>
    new Promise((resolve, reject) => {
      const asked = ask({ ...where, agent: false, path: '/there' }, (response) => {
        let all = '';
        response.on('data', (data) => (all += String(data))).on('end', () => resolve(all));
      });
      asked.on('error', reject).end();
    });

  it('listens at a path', async () => {
    const path = `${newFolder()}/web.sock`;
    const app = await startNet(() => void new HttpServer({ path, handler: saysPath }));
    await app.heard.on('onListening');
    expect(await bodyOf({ socketPath: path })).to.equal('/there');
  });

  it('speaks TLS, and says that it speaks HTTP/1.1', async () => {
    const app = await serveHttp({
      tls: own,
      handler: (request, response) =>
        response.end((request.socket as { encrypted?: boolean }).encrypted === true ? 'secret' : 'open'),
    });
    const socket = connectTls({
      port: app.port,
      host: '127.0.0.1',
      ca: authority.cert,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const text = await new Promise<string>((resolve, reject) => {
      let all = '';
      socket
        .on('error', reject)
        .on('data', (data) => (all += String(data)))
        .on('close', () => resolve(all));
      socket.once('secureConnect', () => socket.write(get('/', 'Connection: close')));
    });
    expect(socket.alpnProtocol).to.equal('http/1.1');
    expect(statusesIn(text)).to.deep.equal([200]);
    expect(text).to.match(/secret$/);
  });

  it('runs its connections on several threads, and counts their requests together', async function () {
    this.timeout(60_000);
    const app = await serveHttpWith(
      (place) => new HttpServer({ ...place, protocol: SpreadHello, catalysts: 2, maxHeaders: 10 }),
    );
    for (let n = 0; n < 8; n++) expect(await bodyOf({ port: app.port })).to.equal('/there');
    const many = Array.from({ length: 20 }, (_, n) => `X-${n}: y`);
    expect(statusesIn(await app.lastWords(get('/', ...many)))).to.deep.equal([431]);
    // One with too many headers is a request to Node 20, and none to Node 24.
    const { answered, refused } = app.server.requests;
    expect(answered['2xx']).to.equal(8);
    expect(refused.tooLarge).to.equal(1);
  });
});
