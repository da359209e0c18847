import { expect } from 'chai';
import { TcpClient, type TcpClientOptions, TcpConnection, TcpServer } from '../../../../src/index.js';
import { readProxyHeader } from '../../../doors/tonics.js';
import { expectThrow } from '../../../support/errors.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo, listenOn } from '../../../support/peers.js';

afterEach(tidyUp);

const source = { address: '192.0.2.1', port: 56_324 };
const destination = { address: '198.51.100.2', port: 443 };

/** What a plain server receives of a client with these options, which says hello. */
async function receivedOf(proxyProtocol: TcpClientOptions['proxyProtocol'], bytes: number): Promise<Buffer> {
  const server = await listenOn();
  await startNet(() => new TcpClient({ port: server.port, host: '127.0.0.1', proxyProtocol }).ttsc__send('hello'));
  const peer = await server.peer();
  await peer.received(bytes + 5);
  expect(peer.bytes.subarray(bytes).toString(), 'behind the header').to.equal('hello');
  return peer.bytes.subarray(0, bytes);
}

describe('a TcpClient with a PROXY header', () => {
  it('begins with a line, in version 1', async () => {
    const line = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n';
    expect((await receivedOf({ version: 1, source, destination }, line.length)).toString()).to.equal(line);
  });

  it("tells its own ends in a line on nobody's behalf, as the line has no word for that", async () => {
    const server = await listenOn();
    await startNet(() => void new TcpClient({ port: server.port, host: '127.0.0.1', proxyProtocol: 1 }));
    const peer = await server.peer();
    const line = `PROXY TCP4 127.0.0.1 127.0.0.1 ${peer.socket.remotePort} ${server.port}\r\n`;
    expect(await peer.received(line.length)).to.equal(line);
  });

  it('begins with bytes in version 2, which is the one that it takes', async () => {
    const bytes = await receivedOf({ source, destination }, 28);
    expect(bytes.toString('hex')).to.equal('0d0a0d0a000d0a515549540a2111000cc0000201c6336402dc0401bb');
  });

  it("says there that it is on nobody's behalf", async () => {
    expect((await receivedOf(2, 16)).toString('hex')).to.equal('0d0a0d0a000d0a515549540a20000000');
  });

  it('tells further values, and a checksum', async () => {
    const bytes = await receivedOf(
      { source, destination, tlvs: [{ type: 2, value: Buffer.from('a.de') }], checksum: true },
      42,
    );
    const reading = readProxyHeader(bytes, 4_096);
    expect(reading.is === 'header' && reading.header.tlvs.map(({ type }) => type)).to.deep.equal([2, 3]);
  });

  it('tells both addresses as IPv6 where one of them is that, and both as IPv4 where they can be', async () => {
    const line = 'PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 56324 1\r\n';
    const six = { address: '2001:db8::1', port: 1 };
    expect((await receivedOf({ version: 1, source, destination: six }, line.length)).toString()).to.equal(line);
    const short = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 1\r\n';
    const mapped = { address: '::ffff:c633:6402', port: 1 };
    expect((await receivedOf({ version: 1, source, destination: mapped }, short.length)).toString()).to.equal(short);
  });

  it('tells the addresses of a UNIX socket in version 2, and knows no word for them in version 1', async () => {
    const unix = { address: '/run/app', port: 0, family: 'UNIX' };
    const reading = readProxyHeader(await receivedOf({ source: unix, destination: unix }, 232), 4_096);
    expect(reading.is === 'header' && reading.header.source).to.deep.equal(unix);
    expect((await receivedOf({ version: 1, source: unix, destination: unix }, 15)).toString()).to.equal(
      'PROXY UNKNOWN\r\n',
    );
  });

  it('sends it again with each connection', async () => {
    const server = await listenOn();
    await startNet(() => {
      new TcpClient({
        port: server.port,
        host: '127.0.0.1',
        proxyProtocol: 2,
        reconnect: true,
        retryDelay: 1,
        retryCap: 1,
      });
    });
    const first = await server.peer();
    await first.received(16);
    first.end();
    await (await server.peer(2)).received(16);
  });

  it('tells the server at the end whom a relay speaks for, over two of them', async () => {
    const target = await serve(() => new Recorder(), { proxyProtocol: { trusted: ['127.0.0.1'] } });
    const relayTo = (port: number) =>
      class Relay extends TcpConnection {
        #on!: TcpClient;
        ttse__onConnected(): void {
          this.#on = new TcpClient({ port, host: '127.0.0.1', proxyProtocol: { of: this } });
        }
        ttse__onData(data: Buffer | TcpConnection): void {
          if (Buffer.isBuffer(data)) this.#on.ttsc__send(data);
        }
      };
    const proxyProtocol = { trusted: ['127.0.0.1'] };
    const inner = await startNet(
      () => void new TcpServer({ port: 0, host: '127.0.0.1', proxyProtocol, protocol: relayTo(target.port) }),
    );
    const [{ port: second }] = await inner.heard.on('onListening');
    const outer = await startNet(() => void new TcpServer({ port: 0, host: '127.0.0.1', protocol: relayTo(second) }));
    const [{ port: first }] = await outer.heard.on('onListening');
    const peer = await connectTo(first);
    const { localPort } = peer.socket;
    peer.send('hello');
    await target.app.bench.till(() => target.connections[0]?.text === 'hello');
    const { remote, local } = target.connections[0]!;
    expect([remote!.port, local!.port]).to.deep.equal([localPort, first]);
  });

  it('refuses options that cannot be a header', async () => {
    const app = await startNet(() => {});
    const value = Buffer.alloc(1);
    await app.inside(() => {
      for (const proxyProtocol of [
        3,
        { version: 3 },
        { source },
        { destination },
        { source: { address: 'example.org', port: 1 }, destination },
        { source: { address: '1.1.1.1', port: 65_536 }, destination },
        { version: 1, source, destination, tlvs: [{ type: 1, value }] },
        { version: 1, checksum: true },
        { tlvs: [{ type: 256, value }] },
        { tlvs: [{ type: 1, value: 'text' }] },
        { tlvs: [{ type: 1, value: Buffer.alloc(65_536) }] },
        { of: {} },
      ])
        expectThrow(() => new TcpClient({ port: 1, proxyProtocol } as never), 'TT_BAD_OPTION');
    });
  });
});
