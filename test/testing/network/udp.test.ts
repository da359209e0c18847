import { expect } from 'chai';
import { UdpSocket, type UdpSocketOptions } from '../../../src/index.js';
import { tidyUp } from '../../support/net-app.js';
import { expectCode } from '../../support/errors.js';
import { Lab } from '../../support/simulated.js';

afterEach(tidyUp);

/** What a socket on a host heard, in order. */
const heardBy = ({ app }: Awaited<ReturnType<Lab['udp']>>): string[] =>
  app.heard.all('onDatagram').map(([, data]) => String(data));

/** A sender on a, and a receiver on port 9 of b, which is 10.0.0.2. */
const pair = async (lab = new Lab(), options: UdpSocketOptions = {}) => {
  const from = await lab.udp('a');
  const to = await lab.udp('b', { port: 9, ...options });
  const send = (text: string | Buffer): void => from.socket.ttsc__send(text, { address: '10.0.0.2', port: 9 });
  return { lab, from, to, send };
};

const hundred = Array.from({ length: 100 }, (_, n) => String(n));

describe('UDP on the simulated network', () => {
  it('brings each datagram whole, in order, and says from where', async () => {
    const { lab, to, send } = await pair();
    for (const text of hundred) send(text);
    await lab.pass(1);
    expect(heardBy(to)).to.deep.equal(hundred);
    expect(to.app.heard.all('onDatagram')[0]![2]).to.deep.equal({ address: '10.0.0.1', port: 32_768, family: 'IPv4' });
  });

  it('brings them in order although some are late', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { jitter: 50 });
    for (const text of hundred) send(text);
    await lab.pass(25);
    expect(heardBy(to).length).to.be.below(100);
    await lab.pass(100);
    expect(heardBy(to)).to.deep.equal(hundred);
  });

  it('loses some, and never part of one', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { loss: 0.3 });
    for (const text of hundred) send(text);
    await lab.pass(1);
    const heard = heardBy(to);
    expect(heard.length).to.be.within(50, 90);
    expect(heard).to.deep.equal(hundred.filter((text) => heard.includes(text)));
  });

  it('brings some twice', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { duplicate: 0.3 });
    for (const text of hundred) send(text);
    await lab.pass(1);
    expect(heardBy(to).length).to.be.within(110, 150);
    expect([...new Set(heardBy(to))]).to.deep.equal(hundred);
  });

  it('brings nothing of what was sent while hosts were cut off, not even twice', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { latency: 20, duplicate: 1 });
    const partition = lab.network.partition('a', 'b');
    send('lost');
    await lab.pass(5);
    partition.heal();
    await lab.pass(100);
    expect(heardBy(to)).to.deep.equal([]);
  });

  it('draws new random numbers for the losses of a new socket on the same port', async () => {
    const lab = new Lab();
    const to = await lab.udp('b', { port: 9 });
    lab.network.host('a');
    lab.network.towards('a', 'b', { loss: 0.5 });
    for (const text of hundred.slice(0, 30)) {
      const from = await lab.udp('a', { port: 7 });
      from.socket.ttsc__send(text, { address: '10.0.0.1', port: 9 });
      await lab.pass(1);
      await from.app.over();
    }
    await lab.pass(10);
    expect(heardBy(to).length).to.be.within(5, 25);
  });

  it('brings some after later ones', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { reorder: 0.2 });
    for (const text of hundred) send(text);
    await lab.pass(100);
    expect(heardBy(to)).not.to.deep.equal(hundred);
    expect(new Set(heardBy(to))).to.deep.equal(new Set(hundred));
  });

  it('drops what waits too long for the bandwidth', async () => {
    const { lab, to, send } = await pair();
    lab.network.towards('a', 'b', { bandwidth: 10_000, queue: 1_000 });
    for (const text of hundred) send(text.padEnd(100));
    await lab.pass(10_000);
    expect(heardBy(to).length).to.be.within(7, 10);
    expect(lab.count('drop')).to.equal(100 - heardBy(to).length);
  });

  it('drops and counts what a paused socket does not take, and what does not fit', async () => {
    const { lab, to, send } = await pair(new Lab({ inbox: 10 }));
    to.socket.ttsc__pause();
    await lab.settled();
    send('unheard');
    await lab.pass(1);
    expect(to.socket.traffic.dropped).to.equal(1);
    to.socket.ttsc__resume();
    await lab.settled();
    for (const text of hundred) send(text);
    await lab.pass(1);
    expect(heardBy(to).length).to.equal(10);
    expect(to.socket.traffic.dropped).to.equal(91);
  });

  it('sends to hosts by their names, and drops what is sent to an address that no host has', async () => {
    const { lab, from, to } = await pair();
    from.socket.ttsc__send('by name', { address: 'b', port: 9 });
    from.socket.ttsc__send('to nobody', { address: '10.0.0.2', port: 10 });
    await lab.pass(10);
    expect(heardBy(to)).to.deep.equal(['by name']);
    expect(from.app.heard.count('onError')).to.equal(0);
    from.socket.ttsc__send('x', { address: 'nobody', port: 9 });
    await lab.pass(10);
    expectCode(from.app.heard.all('onError')[0]![1], 'TT_NO_SUCH_HOST');
  });

  describe('a socket with one peer', () => {
    it('hears only that one', async () => {
      const lab = new Lab();
      const server = await lab.udp('b', { port: 9 });
      const stranger = await lab.udp('c');
      const { app, socket } = await lab.udp('a', { remote: { host: '10.0.0.1', port: 9 } });
      await lab.pass(10);
      expect(socket.local).to.deep.equal({ address: '10.0.0.3', port: 32_768, family: 'IPv4' });
      stranger.socket.ttsc__send('psst', { address: '10.0.0.3', port: 32_768 });
      server.socket.ttsc__send('hello', { address: '10.0.0.3', port: 32_768 });
      await lab.pass(10);
      expect(app.heard.all('onDatagram').map(([, data]) => String(data))).to.deep.equal(['hello']);
    });

    it('hears that nobody has the port there, and goes on', async () => {
      const lab = new Lab();
      lab.network.host('b');
      const { app, socket } = await lab.udp('a', { remote: { host: 'b', port: 9 } });
      await lab.pass(10);
      socket.ttsc__send('x');
      await lab.pass(10);
      const error = expectCode(app.heard.all('onError')[0]![1], 'TT_CONNECTION_REFUSED');
      expect(error.cause).to.include({ message: 'recvmsg ECONNREFUSED', errno: -111 });
      expect(socket.phase).to.equal('open');
    });

    it('hears nothing of a port that is a black hole', async () => {
      const lab = new Lab();
      lab.network.host('b').blackhole(9);
      const { app, socket } = await lab.udp('a', { remote: { host: 'b', port: 9 } });
      await lab.pass(10);
      socket.ttsc__send('x');
      await lab.pass(10);
      expect(app.heard.count('onError')).to.equal(0);
    });
  });

  describe('opening', () => {
    const failure = async (lab: Lab, options: UdpSocketOptions): Promise<Error> => {
      const app = await lab.app('b', (ear) => void new UdpSocket({ base: ear, ...options }));
      await lab.pass(10);
      return (app.heard.all('onError')[0]![1] as Error).cause as Error;
    };

    it('fails on a port that is taken', async () => {
      const lab = new Lab();
      await lab.udp('b', { port: 9 });
      expect((await failure(lab, { port: 9 })).message).to.equal('bind EADDRINUSE 0.0.0.0:9');
    });

    it('fails on an address of another host', async () => {
      expect((await failure(new Lab(), { host: '10.7.7.7' })).message).to.equal('bind EADDRNOTAVAIL 10.7.7.7');
    });

    it('leaves the port free when it has closed', async () => {
      const lab = new Lab();
      const { app } = await lab.udp('b', { port: 9 });
      await app.over();
      expect((await lab.udp('b', { port: 9 })).socket.phase).to.equal('open');
    });
  });

  describe('a datagram for many', () => {
    const member = async (lab: Lab, host: string) =>
      lab.udp(host, { port: 9, reuseAddress: true, multicast: { groups: [{ group: '239.1.1.1' }] } });

    it("reaches the members of its multicast group, the sender's host among them", async () => {
      const lab = new Lab();
      const [one, two] = [await member(lab, 'a'), await member(lab, 'b')];
      const other = await lab.udp('c', { port: 9 });
      one.socket.ttsc__send('all', { address: '239.1.1.1', port: 9 });
      await lab.pass(10);
      expect([heardBy(one), heardBy(two), heardBy(other)]).to.deep.equal([['all'], ['all'], []]);
    });

    it('reaches several members on one host, and none that has left', async () => {
      const lab = new Lab();
      const [one, two, three] = [await member(lab, 'a'), await member(lab, 'a'), await member(lab, 'b')];
      three.socket.ttsc__setMembership('239.1.1.1', false);
      await lab.settled();
      one.socket.ttsc__send('all', { address: '239.1.1.1', port: 9 });
      await lab.pass(10);
      expect([heardBy(one), heardBy(two), heardBy(three)]).to.deep.equal([['all'], ['all'], []]);
    });

    it('leaves its own host out where the sender says so', async () => {
      const lab = new Lab();
      const multicast = { groups: [{ group: '239.1.1.1' }], loopback: false };
      const one = await lab.udp('a', { port: 9, multicast });
      const two = await member(lab, 'b');
      one.socket.ttsc__send('others', { address: '239.1.1.1', port: 9 });
      await lab.pass(10);
      expect([heardBy(one), heardBy(two)]).to.deep.equal([[], ['others']]);
    });

    it('goes to all hosts as a broadcast, where the sender may', async () => {
      const lab = new Lab();
      const [one, two] = [await lab.udp('a', { port: 9, broadcast: true }), await lab.udp('b', { port: 9 })];
      one.socket.ttsc__send('everybody', { address: '255.255.255.255', port: 9 });
      await lab.pass(10);
      expect([heardBy(one), heardBy(two)]).to.deep.equal([['everybody'], ['everybody']]);
      two.socket.ttsc__send('may not', { address: '255.255.255.255', port: 9 });
      await lab.pass(10);
      const { cause } = two.app.heard.all('onError')[0]![1] as Error;
      expect((cause as Error).message).to.equal('send EACCES 255.255.255.255:9');
    });

    it('is joined and left as on Linux, with its errors', async () => {
      const lab = new Lab();
      const { socket, app } = await member(lab, 'a');
      socket.ttsc__setMembership('239.1.1.1', true);
      socket.ttsc__setMembership('10.0.0.1', true);
      socket.ttsc__setMembership('239.1.1.9', false);
      socket.ttsc__setMembership('239.1.1.2', true, '10.9.9.9');
      socket.ttsc__setMembership('ff02::1', true);
      await lab.pass(1);
      const causes = app.heard.all('onError').map(([, error]) => (error as Error).cause as Error);
      expect(causes.map(({ message }) => message)).to.deep.equal([
        'addMembership EINVAL',
        'dropMembership EADDRNOTAVAIL',
        'addMembership ENODEV',
        'addMembership ENOPROTOOPT',
      ]);
    });

    it('leaves by an interface that the host has, or not at all by it', async () => {
      const lab = new Lab();
      const causes: string[] = [];
      for (const at of ['lo', '10.9.9.9', '127.0.0.1']) {
        const { app } = await lab.udp('a', { multicast: { interface: at } });
        for (const [, error] of app.heard.all('onError')) causes.push(((error as Error).cause as Error).message);
      }
      expect(causes).to.deep.equal(['setMulticastInterface EINVAL', 'setMulticastInterface EADDRNOTAVAIL']);
    });
  });
});
