import { expect } from 'chai';
import { type TaskTonicError, TcpServer, type TcpServerOptions, type TurnedAway } from '../../../../../src/index.js';
import { writeV1, writeV2 } from '../../../../doors/tonics.js';
import { expectThrow } from '../../../../support/errors.js';
import { Recorder, type ServerApp, serve, startNet, tidyUp } from '../../../../support/net-app.js';
import type { Peer } from '../../../../support/peers.js';
import { turnedAway } from '../../../../support/turned-away.js';
import { clientAt, freePath, removeFolders, serveAt } from '../../../../support/unix.js';
import type { MoreOnPort } from '../../../../support/on-port.js';

afterEach(tidyUp);
afterEach(removeFolders);

const source = { address: '192.0.2.1', port: 56_324, family: 'IPv4' } as const;
const destination = { address: '198.51.100.2', port: 443, family: 'IPv4' } as const;
const V1 = writeV1({ source, destination });
const V2 = writeV2({ source, destination }, { tlvs: [{ type: 0xe0, value: Buffer.from('of us') }], checksum: true });
const LOCAL = writeV2({ source: undefined, destination: undefined }, { tlvs: [], checksum: false });

type ProxyOptions = NonNullable<TcpServerOptions['proxyProtocol']>;

const TRUSTED: ProxyOptions = { trusted: ['127.0.0.0/8'] };
const OTHERS: ProxyOptions = { trusted: ['10.0.0.0/8'] };

const server = async (proxyProtocol: ProxyOptions, options: MoreOnPort = {}): Promise<ServerApp<Recorder>> =>
  serve(() => new Recorder(), { proxyProtocol, ...options });

/** The peers that were turned away: why, and with which error. */
const refusals = (app: ServerApp): string[] =>
  app.heard.all('onTurnedAway').map(([, peer]) => {
    const { reason, error } = peer as TurnedAway;
    return `${reason} ${(error as TaskTonicError | undefined)?.code ?? ''}`;
  });

async function refused(app: ServerApp, peer: Peer): Promise<string> {
  await peer.closed();
  await app.heard.on('onTurnedAway');
  expect([app.connections.length, app.server.counts.open]).to.deep.equal([0, 0]);
  return refusals(app).join();
}

/** Sends some bytes, and gives the connection that hears the last of them. */
async function heard(app: ServerApp<Recorder>, peer: Peer, bytes: Buffer | string, text: string): Promise<Recorder> {
  const before = app.connections.length;
  peer.send(bytes);
  await app.app.bench.till(() => app.connections.length > before && app.connections[before]!.text === text);
  return app.connections[before]!;
}

describe('a TcpServer behind a proxy', () => {
  for (const [version, bytes] of [
    [1, V1],
    [2, V2],
  ] as const)
    it(`has connections with the addresses that a header of version ${version} tells`, async () => {
      const app = await server(TRUSTED);
      const peer = await app.connect();
      const { localPort } = peer.socket;
      const connection = await heard(app, peer, Buffer.concat([bytes, Buffer.from('hello')]), 'hello');
      expect([connection.remote, connection.local]).to.deep.equal([source, destination]);
      expect(connection.proxy).to.deep.include({ version, command: 'PROXY', source, destination });
      expect(connection.proxy!.peer).to.include({ address: '127.0.0.1', port: localPort });
      expect(connection.traffic.receivedBytes, 'of the protocol').to.equal(5);
    });

  it('gives the protocol what else the header tells', async () => {
    const app = await server(TRUSTED);
    const connection = await heard(app, await app.connect(), Buffer.concat([V2, Buffer.from('x')]), 'x');
    const [value] = connection.proxy!.tlvs;
    expect([value!.type, Buffer.from(value!.value).toString()]).to.deep.equal([0xe0, 'of us']);
  });

  it('makes no connection before the header is whole, however it is cut', async () => {
    const app = await server(TRUSTED);
    const peer = await app.connect();
    for (const byte of V2.subarray(0, -1)) await peer.sends(Buffer.from([byte]));
    await app.app.bench.pass(1_000);
    expect([app.connections.length, app.server.counts.open]).to.deep.equal([0, 1]);
    await heard(app, peer, Buffer.concat([V2.subarray(-1), Buffer.from('now')]), 'now');
    expect(app.server.counts).to.include({ accepted: 1, open: 1 });
  });

  it('tells an end right behind the header as an end', async () => {
    const app = await server(TRUSTED);
    const peer = await app.connect();
    peer.send(V1).end('last');
    await app.app.bench.till(() => app.connections[0]?.heard.count('onEnd') === 1);
    expect(app.connections[0]!.text).to.equal('last');
    await peer.closed();
  });

  it('has what the proxy opened for itself come from the proxy', async () => {
    const app = await server(TRUSTED);
    const connection = await heard(app, await app.connect(), Buffer.concat([LOCAL, Buffer.from('?')]), '?');
    expect(connection.remote!.address).to.equal('127.0.0.1');
    expect(connection.proxy).to.include({ command: 'LOCAL', source: undefined });
  });

  it('has no address any more when it is closed, whatever the header said', async () => {
    const app = await server(TRUSTED);
    const peer = await app.connect();
    const connection = await heard(app, peer, Buffer.concat([V1, Buffer.from('x')]), 'x');
    peer.end();
    await connection.heard.on('onFinished');
    expect([connection.remote, connection.local, connection.proxy?.source]).to.deep.equal([
      undefined,
      undefined,
      source,
    ]);
  });

  describe('turns away a trusted peer', () => {
    it('that begins with something else', async () => {
      const app = await server(TRUSTED);
      const peer = await app.connect();
      peer.send('GET / HTTP/1.1\r\n');
      expect(await refused(app, peer)).to.equal('proxy TT_NO_PROXY_HEADER');
      expect(app.server.counts.turnedAway).to.deep.equal(turnedAway({ proxy: 1 }));
    });

    it('with a header that cannot be read', async () => {
      const app = await server(TRUSTED);
      const peer = await app.connect();
      peer.send('PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n');
      expect(await refused(app, peer)).to.equal('proxy TT_BAD_PROXY_HEADER');
    });

    it('whose header ends in the middle', async () => {
      const app = await server(TRUSTED);
      const peer = await app.connect();
      peer.send(V2.subarray(0, 20)).end();
      expect(await refused(app, peer)).to.equal('proxy TT_BAD_PROXY_HEADER');
      const [, { error }] = app.heard.all('onTurnedAway')[0]! as [unknown, TurnedAway];
      expect(error!.message).to.match(/127\.0\.0\.1:\d+ .*it ends after 20 bytes/);
    });

    it('with a header that is longer than allowed', async () => {
      const app = await server({ ...TRUSTED, maxHeader: 256 });
      const peer = await app.connect();
      peer.send(writeV2({ source, destination }, { tlvs: [{ type: 9, value: Buffer.alloc(300) }], checksum: false }));
      expect(await refused(app, peer)).to.equal('proxy TT_BAD_PROXY_HEADER');
    });

    it('whose header is not whole in time', async () => {
      const app = await server(TRUSTED, { handshakeTimeout: 3_000 });
      const peer = await app.connect();
      peer.send(V1.subarray(0, 9));
      expect(await refused(app, peer)).to.equal('proxy TT_PROXY_HEADER_LATE');
    });

    it('only if it has sent something: one that looks whether the port is open is not counted', async () => {
      const app = await server(TRUSTED);
      const peer = await app.connect();
      peer.end();
      await peer.closed();
      await app.app.bench.till(() => app.server.counts.open === 0);
      expect([app.server.counts.turnedAway, refusals(app)]).to.deep.equal([turnedAway(), []]);
    });
  });

  describe('that takes headers where they are sent', () => {
    const optional = { ...TRUSTED, required: false };

    it('reads one', async () => {
      const app = await server(optional);
      expect((await heard(app, await app.connect(), Buffer.concat([V1, Buffer.from('x')]), 'x')).remote).to.deep.equal(
        source,
      );
    });

    it('serves a peer without one as itself, with all its bytes', async () => {
      const app = await server(optional);
      const connection = await heard(app, await app.connect(), 'PROX, hello', 'PROX, hello');
      expect([connection.remote!.address, connection.proxy]).to.deep.equal(['127.0.0.1', undefined]);
    });

    it('serves one that says nothing for a while', async () => {
      const app = await server(optional, { handshakeTimeout: 3_000 });
      const peer = await app.connect();
      await app.app.bench.till(() => app.connections.length === 1);
      peer.send('late');
      await app.app.bench.till(() => app.connections[0]!.text === 'late');
    });

    it('serves one that stops in the middle of what could be a header, with these bytes', async () => {
      const app = await server(optional, { handshakeTimeout: 3_000 });
      const peer = await app.connect();
      peer.send('PROX');
      await app.app.bench.till(() => app.connections[0]?.text === 'PROX');
      peer.send('Y TCP4 is what I wanted to say');
      await app.app.bench.till(() => app.connections[0]!.text.endsWith('to say'));
    });

    it('serves one that ends after a few bytes', async () => {
      const app = await server(optional);
      const peer = await app.connect();
      peer.end('PRO');
      await app.app.bench.till(() => app.connections[0]?.heard.count('onEnd') === 1);
      expect(app.connections[0]!.text).to.equal('PRO');
    });

    it('refuses a bad one nevertheless', async () => {
      const app = await server(optional);
      const peer = await app.connect();
      peer.send('PROXY nonsense\r\n');
      expect(await refused(app, peer)).to.equal('proxy TT_BAD_PROXY_HEADER');
    });
  });

  describe('and a peer that is not trusted', () => {
    it('serves it as itself', async () => {
      const app = await server(OTHERS);
      const connection = await heard(app, await app.connect(), 'hello', 'hello');
      expect([connection.remote!.address, connection.proxy]).to.deep.equal(['127.0.0.1', undefined]);
    });

    it('refuses it where it sends a header, good or bad', async () => {
      for (const bytes of [V1, V2, Buffer.from('PROXY nonsense')]) {
        const app = await server(OTHERS);
        const peer = await app.connect();
        peer.send(bytes);
        expect(await refused(app, peer)).to.equal('proxy TT_PROXY_NOT_TRUSTED');
      }
    });

    it('serves it at once where nobody is to be looked at', async () => {
      const app = await server({ ...OTHERS, others: 'pass' });
      await app.connect();
      await app.app.bench.till(() => app.connections.length === 1, 100);
      const peer = await app.connect();
      await heard(app, peer, V1, V1.toString());
    });

    it('refuses it at once where others are to be refused', async () => {
      const app = await server({ ...OTHERS, others: 'refuse' });
      expect(await refused(app, await app.connect())).to.equal('proxy TT_NOT_A_PROXY');
    });
  });

  it('trusts peers over a UNIX socket where it is told so, and no others', async () => {
    for (const trusted of [['unix'], ['127.0.0.0/8']]) {
      const path = freePath();
      const { connection, app } = await serveAt(path, { proxyProtocol: { trusted } });
      const { client } = await clientAt(path, { proxyProtocol: { source, destination } });
      client.ttsc__send('hello');
      if (trusted[0] === 'unix') expect((await connection()).remote).to.deep.equal(source);
      else expect((await app.heard.on('onTurnedAway'))[1]).to.nested.include({ 'error.code': 'TT_PROXY_NOT_TRUSTED' });
      await tidyUp();
    }
  });

  it('ends those that have not sent their header when it closes', async () => {
    const app = await server(TRUSTED);
    const peer = await app.connect();
    await app.app.bench.till(() => app.server.counts.open === 1);
    app.server.ttsc__close();
    await peer.closed();
    expect(await app.app.bench.till(() => app.server.phase !== 'listening')).to.equal(undefined);
    expect(app.server.counts).to.deep.include({ open: 0, turnedAway: turnedAway() });
  });

  it('turns away more than may be at their headers at once', async () => {
    const app = await server(TRUSTED, { handshakes: 2 });
    const peers = [await app.connect(), await app.connect(), await app.connect()];
    await peers[2]!.closed();
    expect(refusals(app)).to.deep.equal(['handshakes ']);
    await heard(app, peers[0]!, Buffer.concat([V1, Buffer.from('x')]), 'x');
  });

  it('gives way where the constructor of a protocol throws: nothing stays open', async () => {
    const app = await serve(
      () => {
        throw new Error('not today');
      },
      { proxyProtocol: TRUSTED },
    );
    const peer = await app.connect();
    peer.send(V1);
    await peer.heard.until(() => peer.heard.count('close') === 1);
    expect(app.server.counts).to.include({ open: 0, failed: 1 });
  });

  it('refuses invalid options, and says which', async () => {
    const app = await startNet(() => {});
    await app.inside(() => {
      for (const trusted of [['10.0.0.0/33'], ['10.0.0.0/x'], ['example.org'], '10.0.0.1', [7]]) {
        const options = { port: 0, proxyProtocol: { trusted } };
        const error = expectThrow(() => new TcpServer(options as never), 'TT_BAD_OPTION');
        expect(error.message).to.match(/proxyProtocol/);
      }
    });
  });
});
