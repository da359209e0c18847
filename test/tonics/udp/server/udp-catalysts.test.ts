import os from 'node:os';
import { expect } from 'chai';
import { lines } from '../../../../src/framing/index.js';
import { type ListenInfo, UdpServer, type UdpServerOptions, UdpSession } from '../../../../src/index.js';
import { WARN, stall } from '../../../support/app.js';
import type { VirtualBench } from '../../../support/bench.js';
import { expectCode, expectThrow } from '../../../support/errors.js';
import { type FakeDatagram, FakeNetwork } from '../../../support/fake-network.js';
import { type NetApp, startNet, tidyUp } from '../../../support/net-app.js';
import { type UdpPeer, closePeers, udpPeer } from '../../../support/peers.js';
import { howMany } from '../../../support/how-many.js';
import { Lab } from '../../../support/simulated.js';
import { stage } from '../../../support/stage.js';
import { SpreadFailure, SpreadFrames, SpreadSession } from '../../programs/spread-sessions.js';

describe('the option catalysts of a UdpServer', () => {
  let app: NetApp;
  let server: UdpServer;
  let port: number;

  const serve = async (options: UdpServerOptions = {}): Promise<void> => {
    app = await startNet(() => {
      server = new UdpServer({ host: '127.0.0.1', protocol: SpreadSession, catalysts: 2, ...options });
    });
    const [info] = (await app.heard.on('onListening')) as [ListenInfo];
    ({ port } = info);
  };
  const till = async (holds: () => boolean): Promise<void> => app.bench.till(holds);
  const answerOf = async (peer: UdpPeer, text = 'hello'): Promise<string> => {
    const before = peer.messages.length;
    peer.send(text, port);
    return peer.received(before + 1);
  };
  /** The thread that has the session of a peer. */
  const threadOf = async (peer: UdpPeer): Promise<string> => (await answerOf(peer)).split(' ')[0]!;
  const peers = async (count: number): Promise<UdpPeer[]> => {
    const all: UdpPeer[] = [];
    for (let n = 0; n < count; n++) all.push(await udpPeer());
    return all;
  };
  const threadsOf = async (all: readonly UdpPeer[]): Promise<string[]> => {
    const threads: string[] = [];
    for (const peer of all) threads.push(await threadOf(peer));
    return threads;
  };
  const catalysts = (): number => [...app.ledger].filter(({ name }) => name.endsWith('ServerCatalyst')).length;
  /** A thread crashes. */
  const dies = (thread: string): void => {
    const { threads } = (app.bench as VirtualBench).distiller.apps[0]!;
    threads.find(({ number }) => `${number}` === thread)!.terminate();
  };

  const { availableParallelism } = os;
  before(function () {
    // udp-threads.test.ts has real threads; each costs a second.
    if (stage().isReal) this.skip();
  });
  afterEach(async function () {
    os.availableParallelism = availableParallelism;
    closePeers();
    await tidyUp.call(this);
  });

  describe('with threads', () => {
    it('gives somebody new to the one with the fewest sessions, and keeps each peer where it is', async () => {
      await serve();
      const all = await peers(4);
      const threads = await threadsOf(all);
      expect(new Set(threads).size).to.equal(2);
      expect(threads).not.to.include('0');
      expect(threads.filter((thread) => thread === threads[0])).to.have.length(2);
      expect(await threadsOf(all)).to.deep.equal(threads);
      await answerOf(all[0]!, 'close');
      await till(() => server.counts.open === 3);
      const [another] = await peers(1);
      expect(await threadOf(another!)).to.equal(threads[0]);
      expect(server.counts).to.deep.include({ accepted: 5, open: 4, failed: 0, receivedMessages: 10 });
      expect(app.messages(WARN)).to.deep.equal([]);
    });

    it('brings each peer its own answers, in the order in which it has asked', async () => {
      await serve();
      const all = await peers(6);
      await threadsOf(all);
      const count = howMany(10, 40);
      const texts = Array.from({ length: count }, (_, n) => `${n}`);
      for (const text of texts) for (const peer of all) peer.send(`${peer.port}-${text}`, port);
      for (const peer of all) {
        await peer.received(1 + texts.length);
        const answers = peer.messages.slice(1).map((answer) => answer.split(' ')[1]);
        expect(answers).to.deep.equal(texts.map((text) => `${peer.port}-${text}`));
      }
      expect(server.counts).to.deep.include({ sentMessages: 6 * (1 + count), failedMessages: 0 });
    });

    it('tells a session who its peer is, where it is bound, and what has passed, as without threads', async () => {
      await serve();
      const [peer] = await peers(1);
      await answerOf(peer!, 'a');
      const [remote, local, traffic] = JSON.parse(await answerOf(peer!, 'who')) as unknown[];
      expect(remote).to.deep.equal({ address: '127.0.0.1', port: peer!.port, family: 'IPv4' });
      expect(local).to.deep.equal({ address: '127.0.0.1', port, family: 'IPv4' });
      expect(traffic).to.deep.equal({
        receivedBytes: 4,
        receivedMessages: 2,
        sentBytes: 3,
        sentMessages: 1,
        dropped: 0,
      });
    });

    it('carries empty datagrams, and the largest', async () => {
      await serve();
      const [peer] = await peers(1);
      expect(await answerOf(peer!, '')).to.match(/^\d $/);
      const large = 'x'.repeat(60_000);
      expect((await answerOf(peer!, large)).slice(2)).to.equal(large);
    });

    it('frames datagrams as the class says; a bad one hurts nobody, and what no session hears the server does', async () => {
      await serve({ protocol: SpreadFrames });
      const [one, other] = (await peers(2)) as [UdpPeer, UdpPeer];
      one.send('cut off', port);
      const [of, error] = await app.heard.on('onError');
      expect(of).to.equal(server);
      expectCode(error, 'TT_BAD_DATAGRAM');
      one.send('one\ntwo\n', port);
      other.send('three\n', port);
      await one.received(2);
      await other.received();
      expect([...one.messages, ...other.messages].map((text) => text.slice(2))).to.deep.equal([
        'one\n',
        'two\n',
        'three\n',
      ]);
    });

    it('logs and counts a session that throws or cannot be made; its next datagram begins a new one', async () => {
      await serve();
      const [bad, good] = (await peers(2)) as [UdpPeer, UdpPeer];
      await threadOf(good);
      bad.send('throw', port);
      expect(await bad.received()).to.equal('over: error, 0 unheard');
      await till(() => server.counts.open === 1);
      await threadOf(bad);
      await threadOf(good);
      expect(server.counts).to.include({ accepted: 3, open: 2, failed: 1 });
    });

    it('forgets a peer whose session cannot be made', async () => {
      await serve({ protocol: SpreadFailure, maxPeersPerAddress: 1 });
      const [peer] = await peers(1);
      for (let n = 1; n <= 3; n++) {
        peer!.send('x', port);
        await till(() => server.counts.failed === n && server.counts.open === 0);
      }
      expect(server.counts).to.deep.nested.include({ accepted: 0, 'turnedAway.addressLimit': 0 });
    });

    it('ends with its sessions: they hear what comes until they have drained, and their last words leave', async () => {
      await serve();
      const [staying, leaving, stranger] = (await peers(3)) as [UdpPeer, UdpPeer, UdpPeer];
      await answerOf(staying, 'stay');
      await threadOf(leaving);
      server.ttsc__close();
      expect(await staying.received(2)).to.equal('draining');
      expect(await leaving.received(2)).to.equal('over: finished, 0 unheard');
      stranger.send('me too', port);
      await till(() => server.counts.turnedAway.closing === 1);
      expect(await answerOf(staying, 'leave')).to.match(/ leave$/);
      expect(await staying.received(4)).to.equal('over: finished, 0 unheard');
      await app.heard.on('onInfusionFinished');
      expect([server.phase, server.local, server.counts.open]).to.deep.equal(['closed', undefined, 0]);
      expect(server.counts).to.include({ failed: 0, failedMessages: 0 });
      expect(app.messages(WARN)).to.deep.equal([]);
    });
  });

  describe('with a limit', () => {
    it('refuses who is one too many over all threads', async () => {
      await serve({ maxPeers: 3 });
      await threadsOf(await peers(3));
      const [late] = await peers(1);
      late!.send('x', port);
      await app.heard.on('onTurnedAway');
      expect(server.counts).to.deep.nested.include({ accepted: 3, open: 3, 'turnedAway.maxPeers': 1 });
    });

    it('drops the idlest of all threads for somebody new', async () => {
      await serve({ maxPeers: 3, whenFull: 'dropIdlest' });
      const all = (await peers(4)) as [UdpPeer, UdpPeer, UdpPeer, UdpPeer];
      await threadsOf(all.slice(0, 3));
      await threadOf(all[0]);
      await threadOf(all[3]);
      expect(await all[1].received(2)).to.equal('over: replaced, 0 unheard');
      await till(() => server.counts.open === 3);
      expect(server.counts).to.include({ accepted: 4, replaced: 1 });
      for (const peer of [all[0], all[2], all[3]]) await threadOf(peer);
      expect(server.counts).to.include({ accepted: 4, replaced: 1 });
    });

    it('counts an address until its session has finished, holds a rate, and denies', async () => {
      await serve({ maxPeersPerAddress: 2, acceptRate: { perSecond: 0.001, burst: 3 } });
      const all = (await peers(5)) as [UdpPeer, ...UdpPeer[]];
      await threadsOf(all.slice(0, 2));
      all[2]!.send('x', port);
      await till(() => server.counts.turnedAway.addressLimit === 1);
      await answerOf(all[0], 'close');
      await till(() => server.counts.open === 1);
      await threadOf(all[3]!);
      await answerOf(all[3]!, 'close');
      await till(() => server.counts.open === 1);
      all[4]!.send('x', port);
      await till(() => server.counts.turnedAway.rate === 1);
      expect(server.counts).to.include({ accepted: 3 });
    });

    it('turns somebody new away while it is paused; who is there goes on', async () => {
      await serve();
      const [known, fresh] = (await peers(2)) as [UdpPeer, UdpPeer];
      await threadOf(known);
      server.ttsc__pause();
      await app.settled();
      fresh.send('x', port);
      await till(() => server.counts.turnedAway.paused === 1);
      await threadOf(known);
      server.ttsc__resume();
      await threadOf(fresh);
    });
  });

  describe('and silence', () => {
    it('ends who has been silent for too long; what comes then begins a new session', async () => {
      await serve({ idleTimeout: 1_000 });
      const [quiet, busy] = (await peers(2)) as [UdpPeer, UdpPeer];
      await threadsOf([quiet, busy]);
      await app.pass(900);
      await threadOf(busy);
      await app.pass(200);
      expect(await quiet.received(2)).to.equal('over: idle, 0 unheard');
      await till(() => server.counts.open === 1);
      await threadsOf([quiet, busy]);
      expect(server.counts).to.include({ accepted: 3, open: 2, expired: 1 });
    });

    it('loses no datagram that comes as its session is about to be idle', async () => {
      for (const early of [0, 0.01, 0.1, 1].slice(0, howMany(2, 4))) {
        await serve({ idleTimeout: 100 });
        const [peer] = await peers(1);
        await threadOf(peer!);
        for (let n = 0; n < howMany(3, 10); n++) {
          await app.pass(100 - early);
          const before = peer!.messages.length;
          peer!.send(`late ${n}`, port);
          const isAnswer = (text: string): boolean => text.endsWith(`late ${n}`);
          await peer!.heard.until(() => peer!.messages.slice(before).some(isAnswer), `an answer to ${n}`);
        }
        expect(server.counts.dropped.ended).to.equal(0);
        await tidyUp();
      }
    });

    it('lets a session have a time of its own, and none while it is paused', async () => {
      await serve({ idleTimeout: 1_000 });
      const [patient, paused] = (await peers(2)) as [UdpPeer, UdpPeer];
      await answerOf(patient, 'patience 5000');
      paused.send('pause', port);
      await till(() => server.counts.open === 2);
      await app.pass(4_900);
      expect(server.counts).to.include({ open: 2, expired: 0 });
      await app.pass(200);
      expect(server.counts).to.include({ open: 1, expired: 1 });
    });

    it('costs nothing: no loop turns while nothing comes', async () => {
      await serve({ idleTimeout: false });
      await threadsOf(await peers(4));
      await app.settled();
      const loops = (): number[] =>
        [app.main, ...(app.bench as VirtualBench).distiller.apps[0]!.threads.map(({ runtime }) => runtime.main!)].map(
          (main) => (main as unknown as { selector: { wakeups: number } }).selector.wakeups,
        );
      const before = loops();
      await app.pass(3_600_000);
      expect(loops()).to.deep.equal(before);
    });
  });

  describe('when a thread dies', () => {
    it('counts its sessions as failed; its peers get new ones, and those of others stay', async () => {
      await serve();
      const all = await peers(4);
      const threads = await threadsOf(all);
      const doomed = threads[0]!;
      dies(doomed);
      await till(() => server.counts.open === 2);
      expect(server.counts).to.include({ accepted: 4, failed: 2 });
      const after = await threadsOf(all);
      expect(after.filter((_, n) => threads[n] !== doomed)).to.deep.equal(threads.filter((one) => one !== doomed));
      expect(after).not.to.include(doomed);
      expect(server.counts).to.include({ accepted: 6, open: 4, failed: 2 });
      const more = await threadsOf(await peers(4));
      expect(new Set(more).size, 'another thread runs in its place').to.equal(2);
      expect(app.messages(WARN).join()).to.include('2 sessions ended with the thread');
    });

    it('brings nobody what is of another, whenever that is', async () => {
      await serve();
      const all = await peers(6);
      let last = 0;
      for (let round = 0; round < howMany(2, 3); round++) {
        const threads = await threadsOf(all);
        for (let n = 0; n < howMany(5, 20); n++) for (const peer of all) peer.send(`${peer.port} ${last++}`, port);
        await app.pass(round * 0.01);
        dies(threads[round % 2]!);
        await app.pass(20_000);
      }
      for (const peer of all) {
        const own = peer.messages.filter((text) => !text.endsWith('hello'));
        expect(own.every((text) => text.split(' ')[1] === `${peer.port}`)).to.equal(true);
        const order = own.map((text) => Number(text.split(' ')[2]));
        expect(order).to.deep.equal([...order].sort((a, b) => a - b));
      }
      expect(await threadsOf(all)).to.have.length(6);
      expect(server.counts.open).to.equal(6);
    });
  });

  describe('where much waits', () => {
    let datagram: FakeDatagram;
    const from = (n: number): { address: string; port: number } => ({ address: `10.0.0.${n}`, port: 7 });
    /** A server on a network in the hands of the test. */
    const spoofed = async (options: UdpServerOptions = {}): Promise<void> => {
      const network = new FakeNetwork();
      app = await startNet(
        () => {
          server = new UdpServer({ port: 9, protocol: SpreadSession, catalysts: 2, ...options });
        },
        { options: { network } },
      );
      datagram = await network.datagram();
      datagram.opens();
      await app.heard.on('onListening');
    };
    /** What was sent to somebody. */
    const to = (n: number): string[] =>
      datagram.sent.filter(({ to: address }) => address?.address === from(n).address).map(({ bytes }) => String(bytes));

    it('drops what comes for a thread that does not look, and nothing of another one', async () => {
      await spoofed();
      for (const n of [1, 2]) datagram.receives('hello', from(n));
      await till(() => to(1).length + to(2).length === 2);
      for (let n = 0; n < 5_000; n++) datagram.receives('x', from(1));
      datagram.receives('still here', from(2));
      await till(() => to(2).length === 2);
      await till(() => server.counts.dropped.threadFull + server.counts.dropped.peerFull + to(1).length === 5_001);
      expect(server.counts.dropped.threadFull).to.equal(5_000 - 4_096);
      expect(server.counts.dropped.peerFull).to.equal(4_096 - 256);
      datagram.receives('again', from(1));
      await till(() => to(1).at(-1)!.endsWith('again'));
    });

    it('bounds what waits unheard over all threads', async () => {
      await spoofed({ unheardMessages: 3 });
      for (const n of [1, 2, 3, 4]) datagram.receives('pause', from(n));
      await till(() => server.counts.accepted === 4);
      await app.settled();
      for (const n of [1, 2, 3, 4, 1, 2]) datagram.receives('x', from(n));
      await till(() => server.counts.dropped.serverFull === 3);
      server.ttsc__close();
      await app.heard.on('onInfusionFinished');
      expect(server.counts.dropped).to.include({ serverFull: 3, peerFull: 0, ended: 3 });
    });

    it('refuses a send above what may be unsent, over all threads, and tells when nothing waits any more', async () => {
      await spoofed({ unsentMessages: 5 });
      datagram.receives('many 8', from(1));
      await till(() => to(1).includes('drain'));
      expect(to(1)).to.deep.equal(['0', '1', '2', '3', '4', 'drain']);
      datagram.unsentMessages = 5;
      datagram.settled = false;
      datagram.receives('x', from(1));
      datagram.receives('x', from(2));
      await app.pass(100);
      expect([to(1).length, to(2).length], 'the kernel takes no more').to.deep.equal([7, 1]);
      for (const n of [1, 2]) datagram.receives('y', from(n));
      await app.pass(100);
      expect([to(1).length, to(2).length]).to.deep.equal([7, 1]);
      datagram.settles();
      await till(() => [1, 2].every((n) => to(n).at(-1) === 'drain'));
    });

    it('ends no session to which something is under way, though nothing has come there for too long', async () => {
      for (const late of [1.5, 5, 20]) {
        await spoofed({ idleTimeout: 100 });
        datagram.receives('hello', from(1));
        await till(() => to(1).length === 1);
        await app.pass(98);
        datagram.receives('late', from(1));
        // The thread's own time goes on meanwhile, and its patience ends.
        await app.inside(() => stall(late));
        await till(() => to(1).length === 2);
        expect(to(1)[1]).to.match(/ late$/);
        expect(server.counts).to.deep.nested.include({ accepted: 1, expired: 0, 'dropped.ended': 0 });
        await tidyUp();
      }
    });

    it('makes a session for each of very many that come at once', async () => {
      await spoofed();
      for (let n = 0; n < 700; n++) datagram.receives('x', { address: '10.1.0.1', port: 1 + n });
      await till(() => datagram.sent.length === 700);
      const threads = datagram.sent.map(({ bytes }) => String(bytes).split(' ')[0]);
      expect(threads.filter((thread) => thread === threads[0])).to.have.length(350);
      expect(server.counts).to.deep.include({ accepted: 700, open: 700 });
    });

    it('tells a session that what it sent did not leave', async () => {
      await spoofed();
      for (const n of [1, 2]) datagram.receives('x', from(n));
      await till(() => to(1).length + to(2).length === 2);
      datagram.loses(from(2));
      await till(() => to(2).length === 2);
      expect(to(2)[1]).to.match(/^TT_/);
      expect(to(1)).to.have.length(1);
    });
  });

  it('answers from the address that a peer has sent to, with a socket for each', async () => {
    const lab = new Lab();
    lab.network.host('many', { address: ['10.1.0.1', '10.1.0.2', '10.1.0.3'] });
    app = await lab.app('many', () => {
      server = new UdpServer({ protocol: SpreadSession, socketPerAddress: true, port: 9, catalysts: 2 });
    });
    const client = await lab.udp('client');
    const addresses = ['10.1.0.3', '10.1.0.1', '10.1.0.2'];
    for (const address of addresses) client.socket.ttsc__send('who', { address, port: 9 });
    await lab.pass(100);
    const answers = client.app.heard.all('onDatagram').map(([, data, of]) => {
      const [, local] = JSON.parse(String(data)) as [unknown, { address: string }];
      return [of.address, local.address] as string[];
    });
    expect(answers.sort()).to.deep.equal(addresses.sort().map((address) => [address, address]));
  });

  describe('as it is given', () => {
    it("makes as many threads for 'all' as the process can run at once, and none on one core", async () => {
      for (const [cores, threads] of [
        [3, 3],
        [1, 0],
      ] as const) {
        os.availableParallelism = () => cores;
        await serve({ catalysts: 'all' });
        expect(catalysts()).to.equal(threads);
        const found = new Set(await threadsOf(await peers(3)));
        expect(found.size).to.equal(Math.max(threads, 1));
        expect(found.has('0')).to.equal(threads === 0);
        await tidyUp();
      }
    });

    it('refuses a protocol that threads could not load, on a machine with one core as well', async () => {
      os.availableParallelism = () => 1;
      class Local extends UdpSession {}
      class Heir extends SpreadSession {}
      app = await startNet(() => {
        for (const protocol of [undefined, Local, Heir, () => new Local()]) {
          const options = { catalysts: 'all' as const, ...(protocol && { protocol }) };
          const error = expectThrow(() => new UdpServer(options), 'TT_BAD_OPTION');
          expect(error.details['option']).to.equal('protocol');
        }
      });
      expect(
        [...app.ledger].map(({ name }) => name),
        'nothing of them stays',
      ).to.deep.equal(['tt_main_catalyst', 'ear']);
    });

    it('refuses a framing that threads cannot be given, and says where to give it', async () => {
      await startNet(() => {
        const options = { protocol: SpreadSession, catalysts: 2, framing: lines() };
        const error = expectThrow(() => new UdpServer(options), 'TT_BAD_OPTION');
        expect(error.details['option']).to.equal('framing');
        expect(error.message).to.include('UdpSession.with({ framing })');
      });
    });

    it('finishes with its threads where it cannot open', async () => {
      await serve();
      const other = await startNet(() => {
        new UdpServer({ host: '127.0.0.1', port, protocol: SpreadSession, catalysts: 2 });
      });
      expectCode((await other.heard.on('onError'))[1], 'TT_ADDRESS_IN_USE');
      await other.heard.on('onInfusionFinished');
      expect([...other.ledger].map(({ name }) => name)).to.deep.equal(['tt_main_catalyst', 'ear']);
    });

    it('refuses what is no number of threads', async () => {
      await startNet(() => {
        for (const catalysts of [0, -1, 1.5, NaN, '4', 'ALL', true, null, []]) {
          const refused = (): UdpServer => new UdpServer({ protocol: SpreadSession, catalysts } as never);
          expect(expectThrow(refused, 'TT_BAD_OPTION').details['option']).to.equal('catalysts');
        }
      });
    });
  });
});
