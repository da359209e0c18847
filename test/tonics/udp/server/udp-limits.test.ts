import { expect } from 'chai';
import { type PeerTurnedAway, UdpServer, type UdpServerOptions } from '../../../../src/index.js';
import { till } from '../../../support/bench.js';
import { expectCode } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { howMany } from '../../../support/how-many.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { udpPeer } from '../../../support/peers.js';
import { RecordedSession, serveUdp } from '../../../support/udp-server.js';

afterEach(tidyUp);

/** A server on a network in the hands of the test, which writes the addresses of datagrams as it likes. */
async function spoofed(options: UdpServerOptions = {}) {
  const network = new FakeNetwork();
  const sessions: RecordedSession[] = [];
  let most = 0;
  let server!: UdpServer;
  const app = await startNet(
    () => {
      server = new UdpServer({
        port: 9,
        protocol: () => {
          const session = new RecordedSession();
          sessions.push(session);
          most = Math.max(most, server.counts.open);
          return session;
        },
        ...options,
      });
    },
    { options: { network } },
  );
  const datagram = await network.datagram();
  datagram.opens();
  await app.heard.on('onListening');
  const came = (n: number): boolean => server.counts.receivedMessages === n;
  return { app, server, sessions, datagram, came, mostOpen: (): number => most };
}

const from = (n: number, port = 7): { address: string; port: number } => ({
  address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`,
  port,
});

describe('the limits of a UdpServer', () => {
  it('refuse who is one too many, and the others go on', async () => {
    const { server, port, made, heard } = await serveUdp(undefined, { maxPeers: 2 });
    const [one, two, three] = [await udpPeer(), await udpPeer(), await udpPeer()];
    one.send('a', port);
    two.send('b', port);
    const first = await made(1);
    await made(2);
    three.send('c', port);
    const [of, turnedAway] = (await heard.on('onTurnedAway')) as [UdpServer, PeerTurnedAway];
    expect(of).to.equal(server);
    expect(turnedAway).to.deep.nested.include({ reason: 'maxPeers', 'remote.port': three.port });
    one.send('d', port);
    await first.heard.on('onData', 2);
    expect(server.counts).to.deep.nested.include({ open: 2, accepted: 2, 'turnedAway.maxPeers': 1 });
  });

  it('drop the idlest for somebody new, and tell it so', async () => {
    const { server, port, made } = await serveUdp(undefined, { maxPeers: 2, whenFull: 'dropIdlest' });
    const [one, two, three] = [await udpPeer(), await udpPeer(), await udpPeer()];
    one.send('a', port);
    const first = await made(1);
    two.send('b', port);
    const second = await made(2);
    one.send('c', port);
    await first.heard.on('onData', 2);
    three.send('d', port);
    const third = await made(3);
    await third.heard.on('onData');
    await second.heard.on('onFinished');
    expect(second.reason).to.equal('replaced');
    expect([first.phase, third.phase]).to.deep.equal(['open', 'open']);
    expect(server.counts).to.include({ accepted: 3, open: 2, replaced: 1 });
  });

  it('hold against a flood of spoofed peers: the memory of each is bounded, and who is there goes on', async () => {
    const { app, server, sessions, datagram, came } = await spoofed({ maxPeers: 10 });
    datagram.receives('first', from(0));
    await till(() => sessions.length === 1);
    const flood = howMany(2_000, 20_000);
    for (let n = 1; n <= flood; n++) datagram.receives('x', from(n));
    datagram.receives('still here', from(0));
    await till(() => came(flood + 2));
    await sessions[0]!.heard.on('onData', 2);
    expect(server.counts).to.deep.nested.include({ open: 10, accepted: 10, 'turnedAway.maxPeers': flood - 9 });
    // A flood of peers is none of events.
    expect(app.heard.count('onTurnedAway')).to.equal(10);
  });

  it('keep twice as many at most while those end whose place was taken', async () => {
    const { server, sessions, datagram, came, mostOpen } = await spoofed({ maxPeers: 5, whenFull: 'dropIdlest' });
    const flood = 1_000;
    for (let n = 0; n < flood; n++) datagram.receives('x', from(n));
    await till(() => came(flood));
    await till(() => server.counts.open === 5);
    expect(mostOpen()).to.equal(10);
    const { accepted, replaced, turnedAway } = server.counts;
    expect([accepted - replaced, accepted + turnedAway.maxPeers]).to.deep.equal([5, flood]);
    expect(sessions.filter(({ phase }) => phase === 'open')).to.have.length(5);
  });

  it('bound what waits unheard of each peer: who floods loses its own', async () => {
    const { server, sessions, datagram, came } = await spoofed({ unheardMessagesPerPeer: 10 });
    for (let n = 0; n < 100; n++) datagram.receives(`${n}`, from(1));
    datagram.receives('one', from(2));
    await till(() => came(101));
    await sessions[1]!.heard.on('onData');
    await sessions[0]!.heard.on('onData', 10);
    expect(sessions[0]!.texts).to.deep.equal(Array.from({ length: 10 }, (_, n) => `${n}`));
    expect(server.counts.dropped).to.include({ peerFull: 90, serverFull: 0 });
  });

  it('bound what waits unheard in all', async () => {
    const { server, datagram, came } = await spoofed({ unheardMessages: 3 });
    for (let n = 0; n < 10; n++) datagram.receives('x', from(n));
    await till(() => came(10));
    expect(server.counts.dropped).to.include({ peerFull: 0, serverFull: 7 });
  });

  it('bound its bytes, too, and count something for an empty one', async () => {
    const { server, sessions, datagram, came } = await spoofed({
      unheardLimitPerPeer: 65_600,
      unheardMessagesPerPeer: 5_000,
    });
    datagram.receives('x'.repeat(65_507), from(1));
    datagram.receives('', from(1));
    for (let n = 0; n < 2_000; n++) datagram.receives('', from(2));
    await till(() => came(2_002));
    await till(() => sessions[0]?.texts.length === 1);
    expect(server.counts.dropped.peerFull).to.equal(1 + 2_000 - 65_600 / 64);
    expect(sessions[0]!.texts[0]).to.have.length(65_507);
  });

  it('hear one datagram of each peer in turn, however many one of them sends', async () => {
    const { sessions, datagram, came } = await spoofed();
    const order: string[] = [];
    datagram.receives('a', from(1));
    datagram.receives('b', from(2));
    await till(() => sessions.length === 2 && sessions.every(({ texts }) => texts.length === 1));
    for (const session of sessions) {
      const { push } = session.heard;
      session.heard.push = (name, ...args) => {
        order.push(String(args[0]));
        push.call(session.heard, name, ...args);
      };
    }
    for (const text of ['a1', 'a2', 'a3']) datagram.receives(text, from(1));
    for (const text of ['b1', 'b2']) datagram.receives(text, from(2));
    await till(() => came(7) && order.length === 5);
    expect(order).to.deep.equal(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('let no more new peers in than a rate allows, nor more of one address, nor whom they deny', async () => {
    const { server, datagram, came } = await spoofed({
      acceptRate: { perSecond: 1, burst: 3 },
      maxPeersPerAddress: 2,
      deny: ['10.0.0.9'],
    });
    datagram.receives('x', from(9));
    for (const port of [1, 2, 3]) datagram.receives('x', from(1, port));
    datagram.receives('x', from(2));
    datagram.receives('x', from(3));
    await till(() => came(6));
    expect(server.counts.turnedAway).to.include({ denied: 1, addressLimit: 1, rate: 1 });
    expect(server.counts.accepted).to.equal(3);
  });

  it('count a peer of an address until its session has finished', async () => {
    const { server, sessions, datagram, came } = await spoofed({ maxPeersPerAddress: 1 });
    datagram.receives('x', from(1, 1));
    await till(() => sessions.length === 1);
    sessions[0]!.ttsc__close();
    await sessions[0]!.heard.on('onFinished');
    await till(() => server.counts.open === 0);
    datagram.receives('x', from(1, 2));
    await till(() => came(2));
    expect(server.counts.accepted).to.equal(2);
  });

  it('turn new peers away while it is paused', async () => {
    const { app, server, sessions, datagram, came } = await spoofed();
    datagram.receives('a', from(1));
    await till(() => sessions.length === 1);
    await app.inside(() => server.ttsc__pause());
    await app.settled();
    datagram.receives('b', from(2));
    datagram.receives('c', from(1));
    await till(() => came(3));
    await sessions[0]!.heard.on('onData', 2);
    expect(server.counts.turnedAway.paused).to.equal(1);
    await app.inside(() => server.ttsc__resume());
    await app.settled();
    datagram.receives('d', from(2));
    await till(() => sessions.length === 2);
  });

  it('refuse a send above what may be unsent, and tell when nothing waits any more', async () => {
    const { sessions, datagram } = await spoofed({ unsentMessages: 5 });
    datagram.receives('a', from(1));
    await till(() => sessions.length === 1);
    const [session] = sessions as [RecordedSession];
    datagram.unsentMessages = 5;
    expect(await session.inside(() => session.say('x'))).to.equal('refused');
    expectCode((await session.heard.on('onError'))[0], 'TT_SEND_REFUSED');
    expect(session.heard.names).not.to.include('onDrain');
    datagram.settles();
    await session.heard.on('onDrain');
    expect(await session.inside(() => session.say('x'))).to.equal('sent');
  });

  describe('where what sessions sent has not left, as the server finishes', () => {
    const finishing = async (drainTimeout: number) => {
      const one = await spoofed({ drainTimeout });
      one.datagram.receives('a', from(1));
      await till(() => one.sessions.length === 1);
      one.datagram.settled = false;
      one.server.ttsc__finish();
      await one.sessions[0]!.heard.on('onFinished');
      await one.app.settled();
      expect([one.server.phase, one.server.finished]).to.deep.equal(['draining', false]);
      return one;
    };

    it('wait for it at most drainTimeout', async () => {
      const { server, datagram } = await finishing(20);
      await till(() => server.finished);
      expect([server.phase, datagram.closed]).to.deep.equal(['closed', true]);
    });

    it('end when it has left, and leave no timer', async () => {
      const { server, datagram } = await finishing(600_000);
      datagram.settles();
      await till(() => server.finished);
      expect([datagram.closed, server._ttScheduler.timers.size]).to.deep.equal([true, 0]);
    });
  });
});
