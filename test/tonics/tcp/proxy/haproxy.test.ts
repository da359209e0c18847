import { expect } from 'chai';
import { TcpClient } from '../../../../src/index.js';
import { endHaproxies, haproxy, needsHaproxy } from '../../../support/haproxy.js';
import { Recorder, type ServerApp, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';
import { onRealSockets } from '../../../support/stage.js';
import { turnedAway } from '../../../support/turned-away.js';

/** Speaks first. */
class Greeter extends Recorder {
  override ttse__onConnected(): void {
    this.send('welcome');
  }
}

describe('haproxy', () => {
  onRealSockets('it is a program of this machine');
  before(function () {
    needsHaproxy(this);
  });
  afterEach(endHaproxies);
  afterEach(tidyUp);

  const server = async (): Promise<ServerApp<Recorder>> =>
    serve(() => new Recorder(), { proxyProtocol: { trusted: ['127.0.0.1'] } });

  for (const [version, how] of [
    [1, 'send-proxy'],
    [2, 'send-proxy-v2'],
    [2, 'send-proxy-v2 proxy-v2-options crc32c'],
  ] as const)
    it(`tells a TcpServer whose connection it passes on, with ${how}`, async () => {
      const app = await server();
      const port = await haproxy({ server: `127.0.0.1:${app.port} ${how}` });
      const peer = await connectTo(port);
      const { localPort } = peer.socket;
      peer.send('hello');
      await app.app.bench.till(() => app.connections[0]?.text === 'hello');
      const [connection] = app.connections;
      expect(connection!.remote).to.deep.equal({ address: '127.0.0.1', port: localPort, family: 'IPv4' });
      expect(connection!.local).to.deep.equal({ address: '127.0.0.1', port, family: 'IPv4' });
      expect(connection!.proxy).to.include({ version, command: 'PROXY' });
      expect(connection!.proxy!.peer!.port).not.to.equal(localPort);
      expect(connection!.proxy!.tlvs.map(({ type }) => type)).to.deep.equal(how.endsWith('crc32c') ? [3] : []);
    });

  it('looks on its own behalf whether a TcpServer is well', async () => {
    const app = await serve(() => new Greeter(), { proxyProtocol: { trusted: ['127.0.0.1'] } });
    const more = 'option tcp-check\n  tcp-check expect string welcome';
    await haproxy({ more, server: `127.0.0.1:${app.port} send-proxy-v2 check check-send-proxy inter 50ms` });
    await app.app.bench.till(() => app.connections.length > 2);
    expect(app.connections.every(({ proxy }) => proxy?.command === 'LOCAL')).to.equal(true);
    expect(app.server.counts.turnedAway).to.deep.equal(turnedAway());
  });

  it('turns nobody away where it only looks whether the port is open', async () => {
    const app = await server();
    await haproxy({ server: `127.0.0.1:${app.port} check inter 10ms` });
    const port = await haproxy({ server: `127.0.0.1:${app.port} send-proxy check inter 10ms` });
    for (let n = 0; n < 5; n++) {
      (await connectTo(port)).send('hello');
      await app.app.bench.till(() => app.connections.filter(({ text }) => text === 'hello').length === n + 1);
    }
    expect(app.server.counts.turnedAway).to.deep.equal(turnedAway());
  });

  for (const version of [1, 2] as const)
    it(`understands a TcpClient, with version ${version}`, async () => {
      const app = await server();
      const port = await haproxy({ bind: 'accept-proxy', server: `127.0.0.1:${app.port} send-proxy-v2` });
      for (const [address, family] of [
        ['192.0.2.1', 'IPv4'],
        ['2001:db8::1', 'IPv6'],
      ] as const) {
        const source = { address, port: 56_324 };
        const tlvs = version === 2 ? [{ type: 0xe0, value: Buffer.from('of us') }] : [];
        const proxyProtocol = { version, source, destination: { ...source, port: 443 }, tlvs, checksum: version === 2 };
        await startNet(() => new TcpClient({ port, host: '127.0.0.1', proxyProtocol }).ttsc__send('hello'));
        await app.app.bench.till(() =>
          app.connections.some(({ text, remote }) => text === 'hello' && remote?.family === family),
        );
        const { remote, local } = app.connections.at(-1)!;
        expect([remote, local?.port]).to.deep.equal([{ ...source, family }, 443]);
      }
    });
});
