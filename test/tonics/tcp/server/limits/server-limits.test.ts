import { BlockList } from 'node:net';
import { expect } from 'chai';
import { writeV1, writeV2 } from '../../../../doors/tonics.js';
import { TcpServer, type TurnedAway } from '../../../../../src/index.js';
import { expectThrow } from '../../../../support/errors.js';
import { Recorder, type ServerApp, serve, startNet, tidyUp } from '../../../../support/net-app.js';
import type { MoreOnPort } from '../../../../support/on-port.js';
import { type Peer, connectTo } from '../../../../support/peers.js';
import { turnedAway } from '../../../../support/turned-away.js';

afterEach(tidyUp);

const server = async (options: MoreOnPort): Promise<ServerApp<Recorder>> => serve(() => new Recorder(), options);

/** Peers of one address of this host, one after the other; those that may come in are served by then. */
async function peersOf(app: ServerApp<Recorder>, count: number, localAddress = '127.0.0.1'): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (let n = 0; n < count; n++) {
    const { accepted, turnedAway: away } = app.server.counts;
    const known = (): number => app.server.counts.accepted + sum(app.server.counts.turnedAway);
    peers.push(await connectTo({ port: app.port, host: '127.0.0.1', localAddress }));
    await app.app.bench.till(() => known() > accepted + sum(away));
  }
  return peers;
}

const sum = (counts: object): number => Object.values(counts).reduce((all: number, one: number) => all + one, 0);

const header = (address: string): Buffer =>
  writeV1({ source: { address, port: 1_000 }, destination: { address, port: 2 } });

/** A connection by way of a proxy, with what is in its header. */
async function byProxy(app: ServerApp<Recorder>, bytes: Buffer): Promise<Peer> {
  const peer = await app.connect();
  const before = app.server.counts.accepted + sum(app.server.counts.turnedAway);
  peer.send(bytes);
  await app.app.bench.till(() => app.server.counts.accepted + sum(app.server.counts.turnedAway) > before);
  return peer;
}

describe('a TcpServer with limits', () => {
  it('has so many connections of an address, and others of other addresses', async () => {
    const app = await server({ maxConnectionsPerAddress: 2 });
    const peers = await peersOf(app, 4);
    await peersOf(app, 1, '127.0.0.2');
    expect(app.server.counts).to.deep.include({ open: 3, accepted: 3, turnedAway: turnedAway({ addressLimit: 2 }) });
    await peers[3]!.closed();
    const [, peer] = app.heard.all('onTurnedAway')[0] as [unknown, TurnedAway];
    expect([peer.reason, peer.remote!.address]).to.deep.equal(['addressLimit', '127.0.0.1']);
  });

  it('takes the next one of an address when one has gone, however it went', async () => {
    const app = await server({ maxConnectionsPerAddress: 2 });
    const [first, second] = await peersOf(app, 2);
    first!.end();
    second!.reset();
    await app.app.bench.till(() => app.server.counts.open === 0);
    await peersOf(app, 2);
    expect(app.server.counts).to.deep.include({ open: 2, turnedAway: turnedAway() });
  });

  it('counts nobody whose protocol could not be made', async () => {
    let fails = true;
    const app = await serve(
      () => {
        if (fails) throw new Error('not yet');
        return new Recorder();
      },
      { maxConnectionsPerAddress: 1 },
    );
    const peer = await app.connect();
    await peer.heard.until(() => peer.heard.count('close') === 1);
    fails = false;
    await peersOf(app, 1);
    expect(app.server.counts).to.include({ open: 1, failed: 1 });
  });

  it('is checked after the limit for all peers: a peer turned away for that does not count for its address', async () => {
    const app = await server({ maxConnectionsPerAddress: 2, maxConnections: 1, listeners: 4 });
    const [first] = await peersOf(app, 3);
    first!.end();
    await app.app.bench.till(() => app.server.counts.open === 0);
    await peersOf(app, 1);
    expect(app.server.counts).to.deep.include({ open: 1, turnedAway: turnedAway({ maxConnections: 2 }) });
  });

  it('takes so many a second, and as many at once as its burst', async () => {
    const app = await server({ acceptRate: { perSecond: 10, burst: 3 } });
    await peersOf(app, 5);
    expect(app.server.counts).to.deep.include({ accepted: 3, turnedAway: turnedAway({ rate: 2 }) });
    await app.app.bench.pass(250);
    await peersOf(app, 3);
    expect(app.server.counts.accepted).to.equal(5);
  });

  it('does not count those that come too fast as of their address', async () => {
    const app = await server({ acceptRate: { perSecond: 1, burst: 1 }, maxConnectionsPerAddress: 2 });
    await peersOf(app, 4);
    await app.app.bench.pass(1_000);
    await peersOf(app, 1);
    expect(app.server.counts).to.deep.include({ accepted: 2, turnedAway: turnedAway({ rate: 3 }) });
  });

  it('takes nobody that is denied, whatever is allowed', async () => {
    const app = await server({ allow: ['127.0.0.0/8'], deny: ['127.0.0.2'] });
    await peersOf(app, 1);
    await peersOf(app, 1, '127.0.0.2');
    expect(app.server.counts).to.deep.include({ accepted: 1, turnedAway: turnedAway({ denied: 1 }) });
  });

  it('takes nobody that is not allowed, where some are', async () => {
    const app = await server({ allow: ['127.0.0.2'] });
    await peersOf(app, 1);
    await peersOf(app, 1, '127.0.0.2');
    expect(app.server.counts).to.deep.include({ accepted: 1, turnedAway: turnedAway({ denied: 1 }) });
  });

  it('does not let those who are denied use up what comes in a second', async () => {
    const app = await server({ deny: ['127.0.0.2'], acceptRate: { perSecond: 0.001, burst: 1 } });
    await peersOf(app, 3, '127.0.0.2');
    await peersOf(app, 1);
    expect(app.server.counts.accepted).to.equal(1);
  });

  it('follows a BlockList that is changed', async () => {
    const deny = new BlockList();
    const app = await server({ deny });
    await peersOf(app, 1);
    deny.addSubnet('127.0.0.0', 8);
    await peersOf(app, 1);
    expect(app.server.counts).to.deep.include({ accepted: 1, turnedAway: turnedAway({ denied: 1 }) });
  });

  describe('behind a proxy', () => {
    const proxyProtocol = { trusted: ['127.0.0.1'] };
    const LOCAL = writeV2({ source: undefined, destination: undefined }, { tlvs: [], checksum: false });

    it('counts by the address that the header tells', async () => {
      const app = await server({ proxyProtocol, maxConnectionsPerAddress: 1 });
      await byProxy(app, header('192.0.2.1'));
      await byProxy(app, header('192.0.2.2'));
      const third = await byProxy(app, header('192.0.2.1'));
      await third.closed();
      expect(app.server.counts).to.deep.include({ accepted: 2, open: 2, turnedAway: turnedAway({ addressLimit: 1 }) });
      const [, peer] = app.heard.all('onTurnedAway')[0] as [unknown, TurnedAway];
      expect(peer.remote!.address).to.equal('192.0.2.1');
    });

    it('counts down when such a connection ends', async () => {
      const app = await server({ proxyProtocol, maxConnectionsPerAddress: 1 });
      (await byProxy(app, header('192.0.2.1'))).end();
      await app.app.bench.till(() => app.server.counts.open === 0);
      await byProxy(app, header('192.0.2.1'));
      expect(app.server.counts).to.include({ accepted: 2, open: 1 });
    });

    it('denies by the address that the header tells, and never the proxy itself', async () => {
      const app = await server({ proxyProtocol, allow: ['192.0.2.0/24'], deny: ['192.0.2.9'] });
      for (const address of ['192.0.2.1', '192.0.2.9', '198.51.100.1']) await byProxy(app, header(address));
      await byProxy(app, LOCAL);
      expect(app.server.counts).to.deep.include({ accepted: 2, turnedAway: turnedAway({ denied: 2 }) });
    });

    it('denies others by their own address, before they say anything', async () => {
      const app = await server({ proxyProtocol, deny: ['127.0.0.2'] });
      await peersOf(app, 1, '127.0.0.2');
      expect(app.server.counts.turnedAway.denied).to.equal(1);
    });

    it('counts a pending connection for its address', async () => {
      const app = await server({ proxyProtocol: { trusted: ['127.0.0.9'] }, maxConnectionsPerAddress: 1 });
      const first = await app.connect();
      await peersOf(app, 1);
      first.send('PROXY forbidden');
      await first.closed();
      expect(app.server.counts.turnedAway).to.deep.equal(turnedAway({ addressLimit: 1, proxy: 1 }));
      const second = await app.connect();
      second.send('hello');
      await app.app.bench.till(() => app.connections[0]?.text === 'hello');
    });
  });

  it('refuses options that are no limits', async () => {
    const app = await startNet(() => {});
    await app.inside(() => {
      for (const options of [
        { maxConnectionsPerAddress: 0 },
        { acceptRate: 0 },
        { acceptRate: { perSecond: 1 } },
        { totalReadRate: -1 },
        { allow: ['everybody'] },
        { deny: '127.0.0.1' },
        { readRate: '1 MB' },
        { stallTimeout: 0 },
      ])
        expectThrow(() => new TcpServer({ port: 0, ...options } as never), 'TT_BAD_OPTION');
    });
  });
});
