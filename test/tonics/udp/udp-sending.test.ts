import dns from 'node:dns';
import { expect } from 'chai';
import { type TaskTonicError, Tonic, type TonicOptions, UdpSocket, type UdpSocketOptions } from '../../../src/index.js';
import { till } from '../../support/bench.js';
import { expectCode } from '../../support/errors.js';
import { FakeNetwork } from '../../support/fake-network.js';
import type { Heard } from '../../support/heard.js';
import { type NetApp, startNet, tidyUp } from '../../support/net-app.js';
import { needsIPv6, udpPeer } from '../../support/peers.js';
import { onRealSockets } from '../../support/stage.js';
import { Lab } from '../../support/simulated.js';
import { Teller, at, codes, startTeller } from '../../support/udp.js';

afterEach(tidyUp);

const errors = (app: { readonly heard: Heard }): TaskTonicError[] =>
  app.heard.all('onError').map(([, error]) => error as TaskTonicError);
/** What was told of datagrams, as `CODE address count`. */
const losses = (app: { readonly heard: Heard }): string[] =>
  errors(app).map(({ code, details }) => `${code} ${String(details['address'])} ${String(details['count'])}`);

const NAME = 'localhost';

/** A socket that is told things in the sparkle that makes it. */
const startEarly = async (
  begin: (socket: UdpSocket) => void,
  options: ConstructorParameters<typeof UdpSocket>[0] = {},
): Promise<{ app: NetApp; socket: UdpSocket }> => {
  let socket!: UdpSocket;
  const app = await startNet(() => begin((socket = new UdpSocket({ host: '127.0.0.1', ...options }))));
  return { app, socket };
};

describe('a UdpSocket that is not open yet', () => {
  it('keeps what it is given, and sends it in order when it is open', async () => {
    const peer = await udpPeer();
    const { app, socket } = await startEarly((early) => {
      for (let n = 0; n < 50; n++) early.ttsc__send(`${n}`, at(peer.port));
    });
    await peer.received(50);
    expect(peer.messages).to.deep.equal(Array.from({ length: 50 }, (_, n) => `${n}`));
    await app.heard.on('onDrain');
    expect(codes(app)).to.deep.equal([]);
    expect(socket.traffic).to.include({ sentMessages: 50, failed: 0 });
  });

  it('says that it waits, and tells when that is over', async () => {
    const network = new FakeNetwork();
    let teller!: Teller;
    const app = await startNet(() => (teller = new Teller()), { options: { network } });
    expect(await teller.inside((self) => [self.say('early', at(9)), self.say('', at(9))])).to.deep.equal([
      'waiting',
      'waiting',
    ]);
    expect([teller.unsentBytes, teller.traffic.sentMessages, app.heard.names]).to.deep.equal([5, 0, []]);
    const channel = await network.datagram();
    channel.opens();
    await app.heard.on('onDrain');
    expect(app.heard.names).to.deep.equal(['onListening', 'onDrain']);
    expect(channel.sent.map(({ bytes }) => bytes)).to.deep.equal(['early', '']);
    expect(await teller.inside((self) => [self.say('late', at(9)), self.unsentBytes])).to.deep.equal(['sent', 0]);
  });

  it('keeps no more bytes than unsentLimit, and no more datagrams than unsentMessages, empty ones too', async () => {
    const network = new FakeNetwork();
    let few!: Teller;
    let small!: Teller;
    const app = await startNet(
      () => {
        few = new Teller({ unsentMessages: 3 });
        small = new Teller({ unsentLimit: 2_500 });
      },
      { options: { network } },
    );
    const empty = await few.inside((self) => [1, 2, 3, 4].map(() => self.say('', at(9))));
    expect(empty).to.deep.equal(['waiting', 'waiting', 'waiting', 'refused']);
    expect(errors(app)[0]!.details).to.deep.equal({
      bytes: 0,
      why: '3 datagrams wait to be sent, as many as "unsentMessages" allows',
    });
    const large = await small.inside((self) => [1, 2, 3].map(() => self.say(Buffer.alloc(1_000), at(9))));
    expect(large).to.deep.equal(['waiting', 'waiting', 'refused']);
    expect(expectCode(errors(app)[1], 'TT_UNSENT_LIMIT').details).to.deep.equal({ bytes: 3_000 });
    for (let n = 0; n < 3; n++) few.ttsc__setMembership('239.1.1.1', true);
    await app.heard.on('onError', 5);
    expect(errors(app)[4]!.message).to.include('239.1.1.1: too much waits for it to open');
  });

  it('lets what it was given leave where it is closed at once', async () => {
    const peer = await udpPeer();
    const { app, socket } = await startEarly((early) => {
      early.ttsc__send('first', at(peer.port));
      early.ttsc__send('by name', at(peer.port, NAME));
      early.ttsc__close();
      early.ttsc__send('too late', at(peer.port));
    });
    await app.heard.on('onInfusionFinished');
    expect(codes(app)).to.deep.equal(['TT_SEND_REFUSED']);
    await peer.received(2);
    expect(peer.messages).to.deep.equal(['first', 'by name']);
    expect([socket.phase, socket.traffic.sentMessages]).to.deep.equal(['closed', 2]);
  });

  it('tells what is lost where it cannot open', async () => {
    const other = await udpPeer();
    const { app, socket } = await startEarly(
      (early) => {
        early.ttsc__send('1', at(7));
        early.ttsc__send('22', at(8));
        early.ttsc__send('333', at(7));
      },
      { port: other.port },
    );
    await app.heard.on('onInfusionFinished');
    expect(losses(app).slice(1)).to.deep.equal(['TT_DATAGRAM_LOST 127.0.0.1:7 2', 'TT_DATAGRAM_LOST 127.0.0.1:8 1']);
    expect(errors(app)[1]!.details).to.include({ bytes: 4, why: 'the socket could not open' });
    expectCode(errors(app)[0], 'TT_ADDRESS_IN_USE');
    expect(socket.traffic).to.include({ sentMessages: 0, failed: 3 });
  });

  it('gives up after drainTimeout where it is closed and never opens', async () => {
    const network = new FakeNetwork();
    let socket!: UdpSocket;
    const app = await startNet(
      () => {
        socket = new UdpSocket({ drainTimeout: 20 });
        socket.ttsc__send('x', at(9));
        socket.ttsc__close();
      },
      { options: { network } },
    );
    await app.heard.on('onInfusionFinished');
    expect(losses(app)).to.deep.equal(['TT_DATAGRAM_LOST 127.0.0.1:9 1']);
    expect([socket.traffic.failed, socket.finished]).to.deep.equal([1, true]);
  });
});

describe('a datagram to a name', () => {
  it('leaves when the name is known: until then it waits', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller();
    const told = await teller.inside((self) => [
      self.say('first', at(peer.port, NAME)),
      self.say('second', at(peer.port, NAME)),
      self.unsentBytes,
    ]);
    expect(told).to.deep.equal(['waiting', 'waiting', 11]);
    await app.heard.on('onDrain');
    await peer.received(2);
    expect(peer.messages).to.deep.equal(['first', 'second']);
    expect([teller.unsentBytes, teller.traffic.sentMessages, codes(app)]).to.deep.equal([0, 2, []]);
  });

  const ends: [string, (socket: Teller) => void][] = [
    ['closes', (socket) => socket.ttsc__close()],
    ['finishes', (socket) => socket.ttsc__finish()],
    [
      'throws',
      () => {
        throw new Error('on purpose');
      },
    ],
  ];
  for (const [how, end] of ends) {
    it(`leaves where the socket ${how} at once`, async () => {
      const peer = await udpPeer();
      const { app, teller } = await startTeller();
      teller.ttsc__do((self) => {
        self.say('by number', at(peer.port));
        self.say('last word', at(peer.port, NAME));
        end(self);
      });
      await app.heard.on('onInfusionFinished');
      await peer.received(2);
      expect(peer.messages).to.deep.equal(['by number', 'last word']);
      expect(codes(app)).to.deep.equal([]);
      expect(teller.traffic).to.include({ sentMessages: 2, failed: 0 });
    });
  }

  it('leaves where the app finishes at once', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller();
    await teller.inside((self) => self.say('last word', at(peer.port, NAME)));
    await app.over();
    expect(await peer.received()).to.equal('last word');
  });

  it('whose name nobody knows is told and counted, also while the socket closes', async () => {
    const { app, teller } = await startTeller();
    await teller.inside((self) => {
      self.say('abc', at(514, 'no-such-host.invalid'));
      self.say('de', at(514, 'no-such-host.invalid'));
      self.ttsc__close();
    });
    await app.heard.on('onInfusionFinished');
    expect(losses(app)).to.deep.equal(['TT_NO_SUCH_HOST no-such-host.invalid:514 2']);
    expect(errors(app)[0]!.details).to.include({ bytes: 5 });
    expect(teller.traffic).to.include({ sentMessages: 0, sentBytes: 0, failed: 2 });
  });

  describe('on a network whose look-ups take a minute', () => {
    const start = async (options: UdpSocketOptions = {}, under = (): TonicOptions => ({})) => {
      const lab = new Lab({ lookup: 60_000 });
      let teller!: Teller;
      const app = await lab.app('a', () => (teller = new Teller({ ...options, ...under() })));
      await lab.settled();
      const peer = await lab.udp('b', { port: 9 });
      const say = (...sends: [string, string][]): Promise<unknown> =>
        lab.until(teller.inside((self) => sends.map(([text, address]) => self.say(text, at(9, address)))));
      return { lab, app, teller, peer, say };
    };

    it('is lost after drainTimeout, and told and counted, while the others have left', async () => {
      const { lab, app, teller, peer, say } = await start({ drainTimeout: 3_000 });
      await say(['quick', '10.0.0.2'], ['slow', 'b'], ['slower', 'c']);
      teller.ttsc__close();
      await lab.pass(2_999);
      expect([teller.phase, teller.finished, codes(app)]).to.deep.equal(['draining', false, []]);
      expect(peer.app.heard.count('onDatagram')).to.equal(1);
      await lab.pass(2);
      expect(losses(app)).to.deep.equal(['TT_DATAGRAM_LOST b:9 1', 'TT_DATAGRAM_LOST c:9 1']);
      expect(errors(app)[0]!.message).to.equal(
        'Not sent to b:9: 1 datagram(s) of 4 bytes in all, since the socket closed after 3000 ms (drainTimeout).',
      );
      expect([teller.phase, teller.finished, teller.unsentBytes]).to.deep.equal(['closed', true, 0]);
      expect(teller.traffic).to.include({ sentMessages: 1, failed: 2 });
      await lab.pass(120_000);
      expect(peer.app.heard.count('onDatagram')).to.equal(1);
    });

    it('is told to the socket itself, where it hears its errors', async () => {
      const lab = new Lab({ lookup: 60_000 });
      const heard: string[] = [];
      class Own extends UdpSocket {
        override ttse__onListening(): void {
          this.send('x', at(9, 'b'));
          this.ttsc__close();
        }
        override ttse__onError({ code }: TaskTonicError): void {
          heard.push(code);
        }
        ttse__onFinished(): void {
          heard.push('finished');
        }
      }
      await lab.app('a', () => void new Own());
      await lab.pass(6_000);
      expect(heard).to.deep.equal(['TT_DATAGRAM_LOST', 'finished']);
    });

    it('counts among what is unsent, and is refused where that is too much', async () => {
      const { app, teller, say } = await start({ unsentMessages: 3, unsentLimit: 1_000 });
      expect(await say(['', 'b'], ['', 'b'], ['', 'c'], ['', 'b'])).to.deep.equal([
        'waiting',
        'waiting',
        'waiting',
        'refused',
      ]);
      expect(await say(['a number is no way around', '10.0.0.2'])).to.deep.equal(['refused']);
      expect(codes(app)).to.deep.equal(['TT_SEND_REFUSED', 'TT_SEND_REFUSED']);
      expect(teller.unsentBytes).to.equal(0);
      const other = await start({ unsentLimit: 1_000 });
      expect(await other.say(['x'.repeat(600), 'b'], ['x'.repeat(600), 'c'])).to.deep.equal(['waiting', 'refused']);
      expect(codes(other.app)).to.deep.equal(['TT_UNSENT_LIMIT']);
    });

    it('holds the end, and nothing is heard meanwhile: what comes is dropped and counted', async () => {
      const { lab, app, teller, peer, say } = await start();
      await say(['slow', 'b']);
      teller.ttsc__close();
      await lab.pass(1);
      peer.socket.ttsc__send('too late', { address: '10.0.0.1', port: teller.local!.port });
      await lab.pass(10);
      expect([teller.phase, app.heard.count('onDatagram'), teller.traffic.dropped]).to.deep.equal(['draining', 0, 1]);
    });

    it('leaves no timer behind where it has left in time', async () => {
      const { lab, teller, say } = await start({ drainTimeout: 600_000 });
      const { timers } = teller._ttScheduler;
      await say(['slow', 'b']);
      teller.ttsc__close();
      await lab.pass(1);
      expect(timers.size).to.equal(1);
      await lab.pass(60_000);
      expect([teller.finished, teller.traffic.sentMessages, timers.size]).to.deep.equal([true, 1, 0]);
    });

    describe('and whose base has less time', () => {
      const finish = async (options: UdpSocketOptions) => {
        let base!: Tonic;
        const under = (): TonicOptions => ({ base: (base = new Tonic({ drainTimeout: 300 })) });
        const { lab, app, teller, peer, say } = await start(options, under);
        await say(['slow', 'b']);
        base.ttsc__finish();
        const told = (): (string | undefined)[] => app.lines.flatMap(({ code }) => code ?? []);
        return { lab, base, teller, peer, told };
      };

      it('is waited for as long as its socket would', async () => {
        const { lab, base, teller, peer, told } = await finish({ drainTimeout: 90_000 });
        await lab.pass(59_999);
        expect([teller.phase, base.finished]).to.deep.equal(['draining', false]);
        await lab.pass(10);
        expect(peer.app.heard.count('onDatagram')).to.equal(1);
        expect([base.finished, teller.traffic.sentMessages, told()]).to.deep.equal([true, 1, []]);
      });

      it('is given up at the deadline of its socket, which tells of it', async () => {
        const { lab, base, teller, told } = await finish({ drainTimeout: 20_000 });
        await lab.pass(19_999);
        expect([teller.phase, base.finished]).to.deep.equal(['draining', false]);
        await lab.pass(1);
        expect([base.finished, teller.traffic.failed, told()]).to.deep.equal([true, 1, ['TT_DATAGRAM_LOST']]);
      });

      it('is given up at the deadline of that base where the socket has none', async () => {
        const { lab, base, teller, told } = await finish({ drainTimeout: Infinity });
        await lab.pass(299);
        expect([teller.phase, base.finished]).to.deep.equal(['draining', false]);
        await lab.pass(1);
        expect([base.finished, teller.traffic.failed, told()]).to.deep.equal([
          true,
          1,
          ['TT_ABORTED', 'TT_DATAGRAM_LOST'],
        ]);
      });
    });

    it('is told to the log where it would wait for ever and the base has cut everything off', async () => {
      const { app, teller, say } = await start({ drainTimeout: Infinity });
      await say(['x', 'b']);
      await app.over();
      expect(app.lines.some(({ err }) => err?.code === 'TT_DATAGRAM_LOST') || losses(app).length > 0).to.equal(true);
      expect(teller.traffic.failed).to.equal(1);
    });
  });
});

describe('datagrams that fail', () => {
  it('are each told once, with the address that they were for, and counted', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller({ host: '0.0.0.0' });
    await teller.inside((self) => {
      for (const port of [1, 2, 2, 3]) self.say('x', at(port, '255.255.255.255'));
      self.say('y', at(peer.port));
    });
    expect(await peer.received()).to.equal('y');
    await app.heard.on('onError', 3);
    expect(losses(app)).to.deep.equal([
      'TT_PERMISSION_DENIED 255.255.255.255:1 1',
      'TT_PERMISSION_DENIED 255.255.255.255:2 2',
      'TT_PERMISSION_DENIED 255.255.255.255:3 1',
    ]);
    expect(teller.traffic).to.include({ sentMessages: 1, sentBytes: 1, failed: 4 });
    expect([teller.phase, teller.unsentBytes]).to.deep.equal(['open', 0]);
  });

  it('are at most a hundred errors a turn and one for the rest, and all are counted', async () => {
    const { app, teller } = await startTeller({ host: '0.0.0.0' });
    await teller.inside((self) => {
      for (let port = 1; port <= 300; port++) self.say('x', at(port, '255.255.255.255'));
    });
    await app.heard.on('onError', 101);
    expect(losses(app)[100]).to.equal('TT_PERMISSION_DENIED several addresses 200');
    expect([teller.traffic.failed, app.heard.count('onError')]).to.deep.equal([300, 101]);
  });

  it('are told before the end of a socket that closes at once', async () => {
    const { app, teller } = await startTeller({ host: '0.0.0.0' });
    await teller.inside((self) => {
      self.say('x', at(1, '255.255.255.255'));
      self.ttsc__close();
    });
    await app.heard.on('onInfusionFinished');
    expect(losses(app)).to.deep.equal(['TT_PERMISSION_DENIED 255.255.255.255:1 1']);
  });

  it('do not take their neighbours along where one buffer was moved away', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller();
    await teller.inside((self) => {
      const bytes = new Uint8Array(8);
      self.say('A', at(peer.port));
      self.say(bytes, at(peer.port));
      self.say(['B', bytes], at(peer.port));
      self.say('C', at(peer.port));
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    });
    await peer.received(2);
    expect(peer.messages).to.deep.equal(['A', 'C']);
    await app.heard.on('onError');
    expect(losses(app)).to.deep.equal([`TT_DATAGRAM_LOST 127.0.0.1:${peer.port} 2`]);
    expect(teller.traffic).to.include({ sentMessages: 2, sentBytes: 2, failed: 2 });
  });
});

describe('a datagram', () => {
  it('is one, whatever the length of its list', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller();
    const told = await teller.inside((self) =>
      [1_024, 1_025, 20_000].map((length) =>
        self.say(
          Array.from({ length }, () => 'x'),
          at(peer.port),
        ),
      ),
    );
    expect(told).to.deep.equal(['sent', 'sent', 'sent']);
    await peer.received(3);
    expect(peer.messages.map(({ length }) => length)).to.deep.equal([1_024, 1_025, 20_000]);
    expect(codes(app)).to.deep.equal([]);
  });

  it('is not refused for others of its turn that the kernel takes', async () => {
    const peer = await udpPeer();
    const { teller } = await startTeller({ unsentLimit: 2_500, unsentMessages: 3 });
    const told = await teller.inside((self) => [
      ...[1, 2, 3, 4, 5].map(() => self.say(Buffer.alloc(1_000), at(peer.port))),
      self.say(Buffer.alloc(2_501), at(peer.port)),
    ]);
    expect(told).to.deep.equal(['sent', 'sent', 'sent', 'sent', 'sent', 'refused']);
    await peer.received(5);
    expect(teller.traffic).to.include({ sentMessages: 5, failed: 0 });
  });

  it('to a socket that has finished is told to the base, for nobody else hears of it', async () => {
    const { app, teller } = await startTeller();
    teller.ttsc__close();
    await app.heard.on('onInfusionFinished');
    teller.ttsc__send('x', at(9));
    await app.heard.on('onError');
    expect(expectCode(errors(app)[0], 'TT_SEND_REFUSED').details).to.deep.equal({
      bytes: 1,
      why: 'the socket is closed',
    });
  });

  it('that is ordered while the socket is on its way out is refused, and told', async () => {
    const { app, teller } = await startTeller();
    await app.inside((ear) => {
      teller.ttsc__finish();
      ear.ttsc__do(() => teller.ttsc__send('x', at(9)));
    });
    await app.heard.on('onInfusionFinished');
    expect(codes(app)).to.deep.equal(['TT_SEND_REFUSED']);
    expect(teller.traffic).to.include({ sentMessages: 0, failed: 0 });
  });

  it('of another family is refused at once, and both are named', async function () {
    await needsIPv6(this);
    const four = await startTeller();
    expect(await four.teller.inside((self) => self.say('x', at(514, '::1')))).to.equal('refused');
    expect(expectCode(errors(four.app)[0], 'TT_WRONG_FAMILY').message).to.equal(
      'A socket for IPv4 (127.0.0.1) cannot send to [::1]:514, which is IPv6: use one with "family: 6".',
    );
    const six = await startTeller({ family: 6 });
    expect(await six.teller.inside((self) => self.say('x', at(514)))).to.equal('refused');
    expect(expectCode(errors(six.app)[0], 'TT_WRONG_FAMILY').message).to.equal(
      'A socket for IPv6 (::1) cannot send to 127.0.0.1:514, which is IPv4: use one with "family: 4".',
    );
  });

  it('from a socket for both families goes to an IPv4 address as it is shown there', async function () {
    await needsIPv6(this);
    const peer = await udpPeer();
    const { app, teller } = await startTeller({ host: '::' });
    peer.send('question', teller.local!.port);
    const [, , from] = await app.heard.on('onDatagram');
    expect(from.address).to.equal('::ffff:127.0.0.1');
    teller.ttsc__send('answer', from);
    expect(await peer.received()).to.equal('answer');
  });
});

describe('a UdpSocket with one peer', () => {
  it('refuses another address, and sends to its own in whatever way it is written', async function () {
    await needsIPv6(this);
    const peer = await udpPeer('::1');
    const { app, teller } = await startTeller({ family: 6, remote: { host: '::1', port: peer.port } });
    const told = await teller.inside((self) =>
      [at(peer.port, '::1'), at(peer.port, '0:0:0:0:0:0:0:1'), at(peer.port, '::2'), at(peer.port + 1, '::1')].map(
        (to) => self.say('x', to),
      ),
    );
    expect(told).to.deep.equal(['sent', 'sent', 'refused', 'refused']);
    await app.heard.on('onError', 2);
    expect(expectCode(errors(app)[0], 'TT_OTHER_PEER').details).to.deep.equal({
      remote: `[::1]:${peer.port}`,
      address: `[::2]:${peer.port}`,
    });
    expectCode(errors(app)[1], 'TT_OTHER_PEER');
    await peer.received(2);
    expect(peer.messages).to.deep.equal(['x', 'x']);
  });

  it('that is known by name takes its address too, and tells of another one when it knows', async () => {
    const peer = await udpPeer();
    const { app, socket } = await startEarly(
      (early) => {
        early.ttsc__send('number', at(peer.port));
        early.ttsc__send('name', at(peer.port, NAME));
        early.ttsc__send('other', at(peer.port, '127.0.0.7'));
      },
      { remote: { host: NAME, port: peer.port } },
    );
    await peer.received(2);
    expect(peer.messages).to.deep.equal(['number', 'name']);
    await app.heard.on('onError');
    expect(codes(app)).to.deep.equal(['TT_OTHER_PEER']);
    expect(socket.traffic).to.include({ sentMessages: 2, failed: 1 });
  });

  it('is told of an address that is none', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller({ remote: { host: '127.0.0.1', port: peer.port } });
    expect(await teller.inside((self) => self.say('x', { address: '', port: 9 }))).to.equal('refused');
    expect(codes(app)).to.deep.equal(['TT_BAD_ADDRESS']);
  });
});

describe('a datagram to a name, on real sockets', () => {
  onRealSockets('the resolver of the system is slow, and Node forgets datagrams that wait for it');

  const { lookup } = dns;
  afterEach(() => Object.assign(dns, { lookup }));

  it('leaves before its socket closes, however long its look-up takes, and the app waits for it', async () => {
    const peer = await udpPeer();
    const { app, teller } = await startTeller();
    let answer!: () => void;
    const asked = new Promise<void>((resolve) =>
      Object.assign(dns, {
        lookup: (...args: Parameters<typeof lookup>) => {
          answer = () => lookup(...args);
          resolve();
        },
      }),
    );
    await teller.inside((self) => self.say('last word', at(peer.port, NAME)));
    await asked;
    const over = app.over();
    await till(() => teller.phase === 'draining');
    answer();
    await over;
    expect(await peer.received()).to.equal('last word');
    expect(teller.traffic).to.include({ sentMessages: 1, failed: 0 });
  });
});
