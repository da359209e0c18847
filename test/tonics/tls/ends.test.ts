import { expect } from 'chai';
import { lines } from '../../../src/framing/index.js';
import { TcpConnection } from '../../../src/index.js';
import { Heard } from '../../support/heard.js';
import { serve, tidyUp } from '../../support/net-app.js';
import { onRealSockets } from '../../support/stage.js';
import { type TlsPeer, connectTls, own, serveTls, tlsPeer } from '../../support/tls.js';

describe('the end of a connection under TLS', () => {
  afterEach(tidyUp);

  it('is one that was said, where the peer says so: then nothing is missing', async () => {
    const server = await serveTls();
    const { client } = await connectTls(server.port);
    client.ttsc__send('all of it');
    client.ttsc__end();
    const { heard, text } = await server.made();
    const [info] = await heard.on('onDisconnected');
    expect(info).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
    expect(heard.names).to.contain('onEnd');
    expect(text === '' || text === 'all of it').to.equal(true);
    expect((await server.made()).text).to.equal('all of it');
  });

  it('says so, and what was given before has left', async () => {
    const server = await serveTls();
    const { app } = await connectTls(server.port);
    const connection = await server.made();
    connection.ttsc__send('x'.repeat(300_000));
    connection.ttsc__close();
    const [, info] = await app.heard.on('onDisconnected');
    expect(info).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
    const size = app.heard.all('onData').reduce((sum, [, data]) => sum + data.length, 0);
    expect(size).to.equal(300_000);
  });

  it('leaves the other side open where that shall be', async () => {
    const server = await serveTls(own, { halfOpen: true });
    const { app, client } = await connectTls(server.port);
    await app.heard.on('onConnected');
    client.ttsc__end();
    const connection = await server.made();
    await connection.heard.on('onEnd');
    connection.ttsc__send('still here');
    connection.ttsc__end();
    await app.heard.on('onDisconnected');
    expect(String(app.heard.all('onData')[0]![1])).to.equal('still here');
  });

  it('is a reset where the connection is aborted', async () => {
    const server = await serveTls();
    const { app } = await connectTls(server.port);
    const connection = await server.made();
    connection.ttsc__abort();
    const [, info] = await app.heard.on('onDisconnected');
    expect(info.reason).to.equal('peerReset');
  });

  it('comes within its time where the peer does not answer the close', async () => {
    const server = await serveTls(own, { lingerTimeout: 400 });
    const { client } = await connectTls(server.port);
    const connection = await server.made();
    client.ttsc__pause();
    connection.ttsc__close();
    const [info] = await connection.heard.on('onDisconnected');
    expect(info.reason).to.equal('closedHere');
  });
});

for (const [version, ciphers] of [
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
] as const) {
  describe(`the end of a peer that does not say so under ${version} (${ciphers})`, () => {
    afterEach(tidyUp);
    onRealSockets('the peer is one of Node, whose socket is ended below TLS');

    const peerOf = async (port: number): Promise<TlsPeer> =>
      tlsPeer(port, { maxVersion: version, ...(version === 'TLSv1.2' && { ciphers }) });

    it('is told as truncated, and not as an end', async () => {
      const server = await serveTls();
      const { socket, below } = await peerOf(server.port);
      socket.write('half of i');
      const connection = await server.made();
      await connection.heard.on('onData');
      below.end();
      const [info] = await connection.heard.on('onDisconnected');
      expect(info).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0, truncated: true });
      expect(connection.heard.names).to.not.contain('onEnd');
    });

    it('is told so right behind data, too', async () => {
      const server = await serveTls();
      const { socket, below } = await peerOf(server.port);
      await new Promise<void>((resolve) => socket.write('half of i', () => resolve()));
      below.end();
      const [info] = await (await server.made()).heard.on('onDisconnected');
      expect(info.truncated).to.equal(true);
    });

    it('is none of a peer that says so, however it does', async () => {
      const server = await serveTls();
      const one = await peerOf(server.port);
      one.socket.end('all of it');
      const two = await peerOf(server.port);
      two.socket.write('all of it');
      const second = await server.made(2);
      await second.heard.on('onData');
      two.socket.end();
      const three = await peerOf(server.port);
      three.socket.end();
      for (const n of [1, 2, 3]) {
        const [info] = await (await server.made(n)).heard.on('onDisconnected');
        expect(info, `peer ${n}`).to.deep.equal({ reason: 'peerEnded', error: undefined, discarded: 0 });
      }
    });

    it('leaves no last frame that was cut off', async () => {
      class Lines extends TcpConnection.with({ framing: lines({ max: 100, lastWithoutEnd: true }) }) {
        readonly heard = new Heard();
        ttse__onFrame(line: string): void {
          this.heard.push(line);
        }
        override ttse__onDisconnected(): void {
          this.heard.push('over');
        }
      }
      const server = await serve(() => new Lines(), { tls: own });
      const { socket, below } = await peerOf(server.port);
      socket.write('whole\nhal');
      const connection = await server.made();
      await connection.heard.on('whole');
      below.end();
      await connection.heard.on('over');
      expect(connection.heard.names).to.deep.equal(['whole', 'over']);
    });
  });
}
