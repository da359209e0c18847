import { expect } from 'chai';
import { type ListenInfo, type SessionEnd, UdpServer, UdpSession } from '../../../../src/index.js';
import { lines } from '../../../../src/framing/index.js';
import { till } from '../../../support/bench.js';
import { WARN } from '../../../support/app.js';
import { codeOf, expectCode, expectThrow } from '../../../support/errors.js';
import { Heard } from '../../../support/heard.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { needsIPv6, udpPeer } from '../../../support/peers.js';
import { RecordedSession, serveUdp } from '../../../support/udp-server.js';

afterEach(tidyUp);

/** A session that sends back what it hears. */
class Echo extends RecordedSession {
  override ttse__onData(data: Buffer): void {
    super.ttse__onData(data);
    this.send(data);
  }
}

describe('a UdpServer', () => {
  it('tells the real address and port where it is bound to port 0', async () => {
    const { server, port, heard } = await serveUdp();
    const [info] = (await heard.on('onListening')) as [ListenInfo];
    expect(info).to.include({ transport: 'udp', address: '127.0.0.1', tonic: server, maxConnections: 10_000 });
    expect(server.local).to.deep.equal({ address: '127.0.0.1', port, family: 'IPv4' });
    expect(server.addresses).to.deep.equal([server.local]);
    expect(server.phase).to.equal('listening');
  });

  it('gives each peer a session of its own, which hears its datagrams in order and answers', async () => {
    const { server, port, made, sessions } = await serveUdp(() => new Echo());
    const [one, two] = [await udpPeer(), await udpPeer()];
    for (const text of ['a', 'b', '', 'c']) one.send(text, port);
    two.send('z', port);
    await one.received(4);
    await two.received();
    expect([one.messages, two.messages]).to.deep.equal([['a', 'b', '', 'c'], ['z']]);
    expect(sessions).to.have.length(2);
    const [first, second] = [await made(1), await made(2)];
    expect([first.texts, second.texts]).to.deep.equal([['a', 'b', '', 'c'], ['z']]);
    expect(first.remote).to.include({ address: '127.0.0.1', port: one.port, family: 'IPv4' });
    expect(first.local).to.deep.equal(server.local);
    expect(first.traffic).to.deep.equal({
      receivedBytes: 3,
      receivedMessages: 4,
      sentBytes: 3,
      sentMessages: 4,
      dropped: 0,
    });
    expect(server.counts).to.deep.include({ accepted: 2, open: 2, receivedMessages: 5, sentMessages: 5, failed: 0 });
  });

  it('starts a session before that hears its first datagram', async () => {
    class Greeter extends RecordedSession<'new' | 'known'> {
      ttse__onStart(): void {
        this.heard.push('onStart');
        this.toState('new');
      }
      ttse_new__onData(data: Buffer): void {
        this.heard.push('onData', `new ${String(data)}`);
        this.toState('known');
      }
    }
    const { port, made } = await serveUdp(() => new Greeter());
    const peer = await udpPeer();
    peer.send('a', port);
    peer.send('b', port);
    const session = await made();
    await session.heard.on('onData', 2);
    expect(session.heard.names).to.deep.equal(['onStart', 'onConnected', 'onData', 'onData']);
    expect(session.texts).to.deep.equal(['new a', 'b']);
  });

  it('has events that a session does not define heard by itself, or by its base with the session first', async () => {
    const app = await startNet(() => void new UdpServer({ host: '127.0.0.1' }));
    const [{ port }] = (await app.heard.on('onListening')) as [ListenInfo];
    const peer = await udpPeer();
    peer.send('hello', port);
    const [session, data] = await app.heard.on('onData');
    expect([session instanceof UdpSession, String(data)]).to.deep.equal([true, 'hello']);
    session.ttsc__send('you too');
    expect(await peer.received()).to.equal('you too');
    session.ttsc__close();
    expect((await app.heard.on('onDisconnected'))[1]).to.include({ reason: 'closedHere' });
  });

  it('serves IPv6', async function () {
    await needsIPv6(this);
    const { port, made } = await serveUdp(() => new Echo(), { family: 6 });
    const peer = await udpPeer('::1');
    peer.send('six', port, '::1');
    expect(await peer.received()).to.equal('six');
    expect((await made()).remote).to.include({ address: '::1', family: 'IPv6' });
  });

  it('frames datagrams where the class or the server says how, and a bad one hurts no other', async () => {
    class Lines extends UdpSession.with({ framing: lines() }) {
      readonly heard = new Heard();
      ttse__onFrame(line: string): void {
        this.heard.push('onFrame', line);
        this.sendFrame(line.toUpperCase());
      }
      ttse__onError(error: unknown): void {
        this.heard.push('onError', error);
      }
    }
    const { port, made } = await serveUdp(() => new Lines());
    const [peer, other] = [await udpPeer(), await udpPeer()];
    peer.send('one\ntwo\n', port);
    peer.send('cut off', port);
    peer.send('three\n', port);
    other.send('also\n', port);
    await peer.received(3);
    await other.received();
    expect(peer.messages).to.deep.equal(['ONE\n', 'TWO\n', 'THREE\n']);
    expect(other.messages).to.deep.equal(['ALSO\n']);
    const [error] = await (await made()).heard.on('onError');
    expect(expectCode(error, 'TT_BAD_DATAGRAM').details).to.include({ address: `127.0.0.1:${peer.port}` });
  });

  describe('a session', () => {
    it('is over when it closes; what its peer sends then begins a new one', async () => {
      const { server, port, made } = await serveUdp();
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      await session.heard.on('onData');
      session.ttsc__close();
      await session.heard.on('onFinished');
      expect(session.heard.names).to.deep.equal(['onConnected', 'onData', 'onDisconnected', 'onFinished']);
      expect(session.heard.all('onDisconnected')).to.deep.equal([
        [{ reason: 'closedHere', error: undefined, unheard: 0 }],
      ]);
      peer.send('b', port);
      const next = await made(2);
      await next.heard.on('onData');
      expect([next.texts, session.texts]).to.deep.equal([['b'], ['a']]);
      expect(server.counts).to.include({ accepted: 2, open: 1 });
    });

    it('sends its last words as it hears that it is over', async () => {
      class Polite extends RecordedSession {
        override ttse__onDisconnected(info: SessionEnd): void {
          super.ttse__onDisconnected(info);
          this.send(`bye: ${info.reason}`);
        }
      }
      const { port, made } = await serveUdp(() => new Polite());
      const peer = await udpPeer();
      peer.send('a', port);
      (await made()).ttsc__close();
      expect(await peer.received()).to.equal('bye: closedHere');
    });

    it('that throws ends alone, and the next datagram of its peer begins a new one', async () => {
      class Brittle extends Echo {
        override ttse__onData(data: Buffer): void {
          if (String(data) === 'boom') throw new Error('boom');
          super.ttse__onData(data);
        }
      }
      const { app, server, port, made } = await serveUdp(() => new Brittle());
      const [bad, good] = [await udpPeer(), await udpPeer()];
      good.send('a', port);
      await good.received();
      bad.send('boom', port);
      const broken = await made(2);
      await broken.heard.on('onFinished');
      expect(broken.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'error' });
      good.send('b', port);
      await good.received(2);
      bad.send('well', port);
      expect(await bad.received()).to.equal('well');
      expect(server.counts).to.include({ accepted: 3, open: 2, failed: 1 });
      expect(app.lines.some(({ msg }) => msg.includes('boom'))).to.equal(true);
    });

    it('that throws before its close was heard is told its end all the same', async () => {
      class Hasty extends RecordedSession {
        override ttse__onData(): void {
          this.ttsc__close();
          throw new Error('boom');
        }
      }
      const { port, made, server } = await serveUdp(() => new Hasty());
      (await udpPeer()).send('x', port);
      const session = await made();
      await session.heard.on('onFinished');
      expect(session.heard.names).to.deep.equal(['onConnected', 'onDisconnected', 'onFinished']);
      expect(server.counts).to.include({ open: 0, failed: 1 });
    });

    it('that throws leaves no datagram that is counted nowhere', async () => {
      class Brittle extends RecordedSession {
        override ttse__onData(): void {
          throw new Error('boom');
        }
      }
      const { app, port, made, server } = await serveUdp(() => new Brittle());
      const peer = await udpPeer();
      await app.inside(() => {
        for (let n = 0; n < 3; n++) peer.send('x', port);
      });
      const session = await made();
      await session.heard.on('onFinished');
      await till(() => server.counts.receivedMessages === 3);
      await till(() => server.counts.open === 0);
      // Each session that throws has heard one.
      expect(server.counts.dropped.ended + server.counts.failed).to.equal(3);
    });

    it('whose constructor throws costs that datagram, is logged and counted', async () => {
      let fails = true;
      class Fussy extends Echo {
        constructor() {
          super();
          if (fails) throw new Error('not in the mood');
        }
      }
      const { server, port } = await serveUdp(() => new Fussy());
      const peer = await udpPeer();
      peer.send('a', port);
      await till(() => server.counts.failed === 1);
      fails = false;
      peer.send('b', port);
      expect(await peer.received()).to.equal('b');
      expect(server.counts).to.include({ accepted: 1, open: 1, failed: 1 });
    });

    it('is made by a UdpServer alone', async () => {
      const app = await startNet(() => {});
      expect(await app.inside(() => codeOf(() => new UdpSession()))).to.equal('TT_NO_PEER');
    });

    it('sends with send() in its own sparkles only, and with ttsc__send for anybody', async () => {
      const { port, made } = await serveUdp();
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      expectThrow(() => session.say('x'), 'TT_NOT_RUNNING');
      session.ttsc__send(['to', ' you']);
      session.ttsc__send('e9', 'hex');
      await peer.received(2);
      expect(peer.messages[0]).to.equal('to you');
    });

    it('refuses what no datagram holds, and goes on', async () => {
      const { port, made } = await serveUdp();
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      expect(await session.inside(() => session.say(Buffer.alloc(65_508)))).to.equal('refused');
      expectCode((await session.heard.on('onError'))[0], 'TT_DATAGRAM_TOO_LARGE');
      expect(await session.inside(() => session.say('small'))).to.equal('sent');
      expect(await peer.received()).to.equal('small');
    });

    it('tells of a send that came when it was over', async () => {
      const { app, port, made } = await serveUdp();
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      session.ttsc__close();
      await session.heard.on('onFinished');
      await app.settled();
      session.ttsc__send('late');
      expect(session.unheardErrors).to.equal(1);
    });

    it('pauses: what comes waits, as much as may, until it goes on', async () => {
      const { server, port, made } = await serveUdp(undefined, { unheardMessagesPerPeer: 2 });
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      await session.heard.on('onData');
      await session.inside(() => session.ttsc__pause());
      await session.inside(() => {});
      for (const text of ['b', 'c', 'd', 'e']) peer.send(text, port);
      await till(() => server.counts.receivedMessages === 5);
      expect(session.texts).to.deep.equal(['a']);
      session.ttsc__resume();
      await session.heard.on('onData', 3);
      expect(session.texts).to.deep.equal(['a', 'b', 'c']);
      expect([session.traffic.dropped, server.counts.dropped.peerFull]).to.deep.equal([2, 2]);
    });
  });

  describe('when it ends', () => {
    it('lets its sessions drain: they hear what comes until then, and what they send leaves', async () => {
      class Slow extends RecordedSession {
        ttse__onDraining(): void {
          this.heard.push('onDraining');
          this.send('one more?');
        }
        override ttse__onData(data: Buffer): void {
          super.ttse__onData(data);
          if (String(data) !== 'last') return;
          this.send('thanks');
          this.drained();
        }
      }
      const { app, server, port, made } = await serveUdp(() => new Slow());
      const [peer, stranger] = [await udpPeer(), await udpPeer()];
      peer.send('a', port);
      const session = await made();
      await session.heard.on('onData');
      server.ttsc__close();
      expect(await peer.received()).to.equal('one more?');
      stranger.send('me too', port);
      peer.send('last', port);
      await peer.received(2);
      expect(peer.messages[1]).to.equal('thanks');
      await app.heard.on('onInfusionFinished');
      expect(session.reason).to.equal('finished');
      expect([server.phase, server.local, server.counts.open]).to.deep.equal(['closed', undefined, 0]);
      expect(server.counts.turnedAway.closing).to.equal(1);
      expect(session.heard.names.slice(-2)).to.deep.equal(['onDisconnected', 'onFinished']);
    });

    it('does not wait for ever for a session that does not drain', async () => {
      class Stubborn extends RecordedSession {
        constructor() {
          super({ drainTimeout: 50 });
        }
        ttse__onDraining(): void {}
      }
      const { app, server, port, made } = await serveUdp(() => new Stubborn());
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      server.ttsc__close();
      await app.heard.on('onInfusionFinished');
      expect(session.heard.names).to.include('onDisconnected');
      expect(app.messages(WARN).some((text) => text.includes('nothing called this.drained()'))).to.equal(true);
    });

    it('tells each session how many datagrams nobody has heard', async () => {
      const { app, server, port, made } = await serveUdp();
      const peer = await udpPeer();
      peer.send('a', port);
      const session = await made();
      await session.heard.on('onData');
      await session.inside(() => session.ttsc__pause());
      for (const text of ['b', 'c']) peer.send(text, port);
      await till(() => server.counts.receivedMessages === 3);
      server.ttsc__close();
      await app.heard.on('onInfusionFinished');
      expect(session.heard.all('onDisconnected')[0]![0]).to.deep.include({ reason: 'finished', unheard: 2 });
      expect(server.counts.dropped.ended).to.equal(2);
    });
  });

  describe('where it cannot open', () => {
    it('tells why, and finishes', async () => {
      const { port } = await serveUdp();
      const app = await startNet(() => void new UdpServer({ host: '127.0.0.1', port }));
      const [server, error] = await app.heard.on('onError');
      expect(server).to.be.instanceOf(UdpServer);
      expectCode(error, 'TT_ADDRESS_IN_USE');
      await app.heard.on('onInfusionFinished');
    });
  });

  describe('with options', () => {
    for (const [what, options, code] of [
      ['a protocol of TCP', { protocol: class Other {} }, 'TT_BAD_PROTOCOL'],
      ['no room for a peer', { maxPeers: 0 }, 'TT_BAD_OPTION'],
      ['an unknown policy', { whenFull: 'panic' }, 'TT_BAD_OPTION'],
      ['a host beside a socket for each address', { host: '127.0.0.1', socketPerAddress: true }, 'TT_BAD_OPTION'],
      ['less room than a datagram needs', { unheardLimit: 1_000 }, 'TT_BAD_OPTION'],
      ['a port beside a descriptor', { port: 7, fd: 3 }, 'TT_BAD_OPTION'],
    ] as const)
      it(`refuses ${what}`, async () => {
        const app = await startNet(() => {});
        expect(await app.inside(() => codeOf(() => new UdpServer(options as never)))).to.equal(code);
      });
  });
});
