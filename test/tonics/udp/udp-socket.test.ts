import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { SelectorCatalyst, type Address, type ListenInfo, Tonic, UdpSocket } from '../../../src/index.js';
import { till } from '../../support/bench.js';
import { App, WARN } from '../../support/app.js';
import { expectCode, expectThrow, thrownBy } from '../../support/errors.js';
import { FakeNetwork } from '../../support/fake-network.js';
import { Heard } from '../../support/heard.js';
import { startNet, tidyUp } from '../../support/net-app.js';
import { needsIPv6, udpPeer } from '../../support/peers.js';
import { stage } from '../../support/stage.js';
import { Teller, at, codes, startUdp, texts } from '../../support/udp.js';

afterEach(tidyUp);

describe('a UdpSocket', () => {
  it('tells the real address and port where it is bound to port 0', async () => {
    let socket!: UdpSocket;
    let before: unknown[] = [];
    const app = await startNet(() => {
      socket = new UdpSocket({ host: '127.0.0.1' });
      before = [socket.phase, socket.local];
    });
    expect(before).to.deep.equal(['opening', undefined]);
    const [info] = (await app.heard.on('onListening')) as [ListenInfo];
    expect(info).to.include({
      transport: 'udp',
      address: '127.0.0.1',
      family: 'IPv4',
      tonic: socket,
      maxConnections: Infinity,
    });
    expect(info.port).to.be.within(1, 65_535);
    expect(socket.local).to.deep.equal({ address: '127.0.0.1', port: info.port, family: 'IPv4' });
    expect(socket.phase).to.equal('open');
  });

  it('has its datagrams heard by its base, with itself first, and sends the answers', async () => {
    const { app, socket, port } = await startUdp();
    const peer = await udpPeer();
    peer.send('question', port);
    const [from, data, address] = await app.heard.on('onDatagram');
    expect([from, data instanceof Buffer, String(data)]).to.deep.equal([socket, true, 'question']);
    expect(address).to.include({ address: '127.0.0.1', port: peer.port, family: 'IPv4' });
    socket.ttsc__send('answer', address);
    expect(await peer.received()).to.equal('answer');
    expect(socket.traffic).to.deep.equal({
      receivedBytes: 8,
      receivedMessages: 1,
      sentBytes: 6,
      sentMessages: 1,
      failed: 0,
      dropped: 0,
      skippedFrames: 0,
    });
    expect(socket.unsentBytes).to.equal(0);
  });

  it('hears them itself in a subclass, and answers with send()', async () => {
    const heard = new Heard();
    class Echo extends UdpSocket {
      ttse__onListening({ port }: ListenInfo): void {
        heard.push('onListening', port);
      }
      ttse__onDatagram(data: Buffer, from: Address): void {
        heard.push('sent', this.send(data, from));
      }
    }
    const app = await startNet(() => void new Echo({ host: '127.0.0.1' }));
    const [port] = await heard.on('onListening');
    const peer = await udpPeer();
    for (const text of ['a', 'b', '', 'c']) peer.send(text, port as number);
    await peer.received(4);
    expect(peer.messages).to.deep.equal(['a', 'b', '', 'c']);
    expect(heard.all('sent')).to.deep.equal(Array(4).fill(['sent']));
    expect(app.heard.names).to.deep.equal([]);
  });

  it('sends with send() in its own sparkles only', async () => {
    const { socket } = await startUdp({}, Teller as typeof UdpSocket);
    expectThrow(() => (socket as Teller).say('x', at(9)), 'TT_NOT_RUNNING');
  });

  it('sends text, Buffers and Uint8Arrays; a list is one datagram', async () => {
    const { socket } = await startUdp();
    const peer = await udpPeer();
    const to = at(peer.port);
    for (const data of [
      '\u20ac',
      Buffer.from('b'),
      new Uint8Array([99]),
      ['d', Buffer.from('e'), new Uint8Array([102])],
      [],
    ])
      socket.ttsc__send(data, to);
    await peer.received(5);
    expect(peer.messages).to.deep.equal(['\u20ac', 'b', 'c', 'def', '']);
    expect(socket.traffic).to.include({ sentBytes: 8, sentMessages: 5 });
  });

  it('works over IPv6', async function () {
    await needsIPv6(this);
    const { app, socket, port, info } = await startUdp({ family: 6 });
    expect([info.family, info.address]).to.deep.equal(['IPv6', '::1']);
    const peer = await udpPeer('::1');
    peer.send('x', port, '::1');
    const [, , from] = await app.heard.on('onDatagram');
    expect(from).to.include({ address: '::1', family: 'IPv6' });
    socket.ttsc__send('y', from);
    expect(await peer.received()).to.equal('y');
  });

  it('takes its family from its host', async function () {
    await needsIPv6(this);
    const { info } = await startUdp({ host: '::1' });
    expect(info.family).to.equal('IPv6');
  });

  describe('refuses', () => {
    it('what is no data, at the call', async () => {
      const { socket } = await startUdp();
      for (const bad of [undefined, null, 5, {}, [5], [['x']]])
        expectThrow(() => socket.ttsc__send(bad as never, at(9)), 'TT_BAD_DATA');
    });

    for (const [family, largest] of [
      [4, 65_507],
      [6, 65_527],
    ] as const) {
      it(`a datagram of more than ${largest} bytes with IPv${family}, before the kernel does`, async function () {
        if (family === 6) await needsIPv6(this);
        const { app, socket } = await startUdp({ family, sendBuffer: 300_000 }, Teller as typeof UdpSocket);
        const peer = await udpPeer(family === 6 ? '::1' : '127.0.0.1');
        const to = at(peer.port, family === 6 ? '::1' : '127.0.0.1');
        const teller = socket as Teller;
        expect(await teller.inside(() => teller.say(Buffer.alloc(largest + 1), to))).to.equal('refused');
        const [, error] = await app.heard.on('onError');
        expect(expectCode(error, 'TT_DATAGRAM_TOO_LARGE').details).to.deep.equal({ bytes: largest + 1, max: largest });
        expect(await teller.inside(() => teller.say(['x', Buffer.alloc(largest - 1)], to))).to.equal('sent');
        expect((await peer.received()).length).to.equal(largest);
        expect(codes(app).length).to.equal(1);
      });
    }

    const bad: unknown[] = [
      undefined,
      {},
      { address: '127.0.0.1' },
      { port: 9 },
      { address: '', port: 9 },
      { address: '127.0.0.1', port: 0 },
      { address: '127.0.0.1', port: 65_536 },
      { address: '127.0.0.1', port: 1.5 },
      { address: '127.0.0.1', port: '9' },
      { address: 1n, port: 9 },
      { address: '127.0.0.1', port: 9n },
      Object.create(null),
      Symbol('nowhere'),
      new Proxy({}, { get: () => assert.fail('looked at') }),
    ];
    for (const to of bad) {
      it(`to send to ${inspect(to)}, and sends the others`, async () => {
        const { app, socket } = await startUdp({}, Teller as typeof UdpSocket);
        const peer = await udpPeer();
        const results = await (socket as Teller).inside((self) => [
          self.say('a', at(peer.port)),
          self.say('bad', to as Address),
          self.say('b', at(peer.port)),
        ]);
        expect(results).to.deep.equal(['sent', 'refused', 'sent']);
        expectCode((await app.heard.on('onError'))[1], 'TT_BAD_ADDRESS');
        await peer.received(2);
        expect(peer.messages).to.deep.equal(['a', 'b']);
      });
    }
  });

  describe('with a remote peer', () => {
    it('needs no address to send, and hears that peer alone', async () => {
      const peer = await udpPeer();
      const stranger = await udpPeer();
      const { app, socket, port } = await startUdp({ remote: { host: '127.0.0.1', port: peer.port } });
      socket.ttsc__send('to you');
      expect(await peer.received()).to.equal('to you');
      stranger.send('not for you', port);
      peer.send('for you', port);
      await app.heard.on('onDatagram');
      expect(texts(app)).to.deep.equal(['for you']);
    });

    it('may be told its address all the same', async () => {
      const peer = await udpPeer();
      const { socket } = await startUdp({ remote: { host: '127.0.0.1', port: peer.port } });
      socket.ttsc__send('x', at(peer.port));
      expect(await peer.received()).to.equal('x');
    });

    it('takes a name for a host', async () => {
      const peer = await udpPeer();
      const { socket } = await startUdp({ remote: { host: 'localhost', port: peer.port } });
      socket.ttsc__send('x');
      expect(await peer.received()).to.equal('x');
    });

    it('hears that nobody listens there, and works when somebody does', async () => {
      const gone = await udpPeer();
      const remotePort = gone.port;
      await gone.close();
      const { app, socket } = await startUdp({ remote: { host: '127.0.0.1', port: remotePort } });
      socket.ttsc__send('anybody there?');
      const [from, error] = await app.heard.on('onError');
      expect(from).to.equal(socket);
      expect(expectCode(error, 'TT_CONNECTION_REFUSED').details).to.include({ address: `127.0.0.1:${remotePort}` });
      expect([socket.phase, socket.finished]).to.deep.equal(['open', false]);
    });
  });

  it('is not ended by sending to a port where nobody listens', async () => {
    const { app, socket, port } = await startUdp();
    const gone = await udpPeer();
    const peer = await udpPeer();
    const closed = gone.port;
    await gone.close();
    for (let n = 0; n < 3; n++) socket.ttsc__send('x', at(closed));
    peer.send('y', port);
    await app.heard.on('onDatagram');
    expect(socket.phase).to.equal('open');
  });

  it('drops and counts what comes while it is paused', async () => {
    const { app, socket, port } = await startUdp();
    const peer = await udpPeer();
    socket.ttsc__pause();
    await app.inside(() => {});
    for (const text of ['1', '2', '3']) peer.send(text, port);
    await till(() => socket.traffic.dropped >= 3);
    socket.ttsc__resume();
    await app.inside(() => {});
    peer.send('4', port);
    await app.heard.on('onDatagram');
    expect(texts(app)).to.deep.equal(['4']);
    expect(socket.traffic).to.include({ receivedMessages: 1, dropped: 3 });
    socket.ttsc__close();
    await app.heard.on('onInfusionFinished');
    expect(socket.traffic).to.include({ receivedMessages: 1, dropped: 3 });
  });

  describe('with multicast', () => {
    const GROUP = '239.255.77.7';
    const onLoopback = {
      groups: [{ group: GROUP, interface: '127.0.0.1' }],
      interface: '127.0.0.1',
      loopback: true,
      ttl: 0,
    };

    it('receives what members of its group send, and what it sends itself, until it leaves', async function () {
      const { app, socket, port } = await startUdp({ host: '0.0.0.0', reuseAddress: true, multicast: onLoopback });
      await app.inside(() => {});
      if (codes(app).length > 0) {
        console.log(`      skipped: this machine refuses multicast on its loopback interface (${codes(app).join()})`);
        return this.skip();
      }
      const second = await app.inside(
        () => new UdpSocket({ host: '0.0.0.0', port, reuseAddress: true, multicast: onLoopback }),
      );
      await app.heard.on('onListening', 2);
      socket.ttsc__send('to all', at(port, GROUP));
      await app.heard.on('onDatagram', 2);
      expect(new Set(app.heard.all('onDatagram').map(([from]) => from as unknown))).to.deep.equal(
        new Set([socket, second]),
      );
      second.ttsc__setMembership(GROUP, false, '127.0.0.1');
      socket.ttsc__setMembership(GROUP, false, '127.0.0.1');
      await app.inside(() => {});
      expect(codes(app)).to.deep.equal([]);
      socket.ttsc__send('nobody is there', at(port, GROUP));
      socket.ttsc__send('to myself', at(port));
      second.ttsc__send('to myself', at(port));
      await app.heard.on('onDatagram', 4);
      expect(texts(app)).to.not.include('nobody is there');
      return undefined;
    });
  });

  it('may send to a broadcast address with the option only', async () => {
    const { app, socket } = await startUdp({ host: '0.0.0.0' });
    socket.ttsc__send('x', at(9, '255.255.255.255'));
    expectCode((await app.heard.on('onError'))[1], 'TT_PERMISSION_DENIED');
    const other = await startUdp({ host: '0.0.0.0', broadcast: true });
    other.socket.ttsc__send('x', at(9, '127.255.255.255'));
    await other.app.inside(() => {});
    await other.app.inside(() => {});
    expect(codes(other.app)).to.not.include('TT_PERMISSION_DENIED');
  });

  it('hands its settings to the network', async () => {
    const network = new FakeNetwork();
    await startNet(
      () => {
        new UdpSocket();
        new UdpSocket({
          port: 5,
          host: '::1',
          receiveBuffer: 1_000,
          sendBuffer: 2_000,
          ipv6Only: true,
          broadcast: true,
        });
        new UdpSocket({ remote: { host: '::1', port: 9 }, reuseAddress: true });
      },
      { options: { network } },
    );
    await network.datagram(3);
    const [first, second, third] = network.datagrams.map(({ settings }) => settings);
    expect(first).to.include({ family: 4, port: 0, receiveBuffer: 8_388_608, sendBuffer: undefined, broadcast: false });
    expect(second).to.include({
      family: 6,
      port: 5,
      receiveBuffer: 1_000,
      sendBuffer: 2_000,
      ipv6Only: true,
      broadcast: true,
    });
    expect(third).to.deep.include({ family: 6, remote: { host: '::1', port: 9 }, reuseAddress: true });
  });

  it('keeps a burst that comes while its loop is busy', async () => {
    const { app, port } = await startUdp();
    const peer = await udpPeer();
    await app.inside(() => {
      for (let n = 0; n < 1_000; n++) peer.send(`${n}`.padEnd(400, '.'), port);
    });
    await app.heard.on('onDatagram', 1_000);
    expect(texts(app).map((text) => parseInt(text))).to.deep.equal([...Array(1_000).keys()]);
  });

  it('keeps what its queue has no room for, until that has room again', async () => {
    let socket!: UdpSocket;
    const options = { queueLimit: 100, highWaterMark: 50, network: stage().network };
    const app = await startNet(() => (socket = new UdpSocket({ host: '127.0.0.1' })), { options });
    const [{ port }] = await app.heard.on('onListening');
    const peer = await udpPeer();
    await app.inside(() => {
      for (let n = 0; n < 1_000; n++) peer.send(n % 2 === 0 ? `${n}` : '', port);
    });
    await app.heard.on('onDatagram', 1_000);
    expect(texts(app)).to.deep.equal(Array.from({ length: 1_000 }, (_, n) => (n % 2 === 0 ? `${n}` : '')));
    expect(socket.traffic).to.include({ receivedMessages: 1_000, dropped: 0 });
  });

  describe('whose address is in use', () => {
    it('says so, and finishes', async () => {
      const other = await udpPeer();
      let socket!: UdpSocket;
      const app = await startNet(() => {
        socket = new UdpSocket({ host: '127.0.0.1', port: other.port });
      });
      const [from, error] = await app.heard.on('onError');
      expect(from).to.equal(socket);
      expect(expectCode(error, 'TT_ADDRESS_IN_USE').details).to.include({ address: `127.0.0.1:${other.port}` });
      await app.heard.on('onInfusionFinished');
      expect([socket.phase, socket.finished]).to.deep.equal(['closed', true]);
      const { result } = await app.over();
      expect(result.exitCode).to.equal(0);
    });

    it('fails where nobody hears of it, with exit code 1', async () => {
      const other = await udpPeer();
      class Deaf extends Tonic {
        ttse__onStart(): void {
          new UdpSocket({ host: '127.0.0.1', port: other.port });
        }
      }
      const { bench, network } = stage();
      const main = (): SelectorCatalyst => new SelectorCatalyst({ network });
      const app = new App(bench, await bench.start(() => void new Deaf(), { main }));
      const { result } = await app.end();
      expect(result.exitCode).to.equal(1);
      expect(app.lines.some(({ err }) => err?.code === 'TT_ADDRESS_IN_USE')).to.equal(true);
    });
  });

  it('sends what it was given before it closes, and hears nothing after that', async () => {
    const { app, socket, port } = await startUdp({}, Teller as typeof UdpSocket);
    const peer = await udpPeer();
    await (socket as Teller).inside((self) => {
      for (let n = 0; n < 20; n++) self.say(`${n}`, at(peer.port));
      self.ttsc__send('last', at(peer.port));
      self.ttsc__close();
      self.ttsc__send('too late', at(peer.port));
    });
    await app.heard.on('onInfusionFinished');
    expect(codes(app)).to.deep.equal(['TT_SEND_REFUSED']);
    await peer.received(21);
    expect(peer.messages).to.deep.equal([...Array.from({ length: 20 }, (_, n) => `${n}`), 'last']);
    expect([socket.phase, socket.local, socket.unsentBytes]).to.deep.equal(['closed', undefined, 0]);
    const again = await udpPeer();
    again.send('x', port);
    await app.inside(() => {});
    expect(texts(app)).to.deep.equal([]);
  });

  it('leaves its port free when it has closed', async () => {
    const { app, socket, port } = await startUdp();
    socket.ttsc__close();
    await app.heard.on('onInfusionFinished');
    await app.inside(() => new UdpSocket({ host: '127.0.0.1', port }));
    expect((await app.heard.on('onListening', 2))[0]).to.include({ port });
    const { lines } = await app.over();
    expect(lines.filter(({ level }) => level >= WARN)).to.deep.equal([]);
  });

  it('needs a SelectorCatalyst', async () => {
    const { startApp } = await import('../../support/app.js');
    let thrown: unknown;
    class Main extends Tonic {
      ttse__onStart(): void {
        thrown = thrownBy(() => new UdpSocket());
        this.ttsc__finish();
      }
    }
    await (await startApp(() => void new Main())).end();
    expect(expectCode(thrown, 'TT_NEEDS_SELECTOR').details).to.include({ class: 'UdpSocket' });
  });
});
