import { expect } from 'chai';
import { TcpServer } from '../../../src/index.js';
import { Recorder, tidyUp } from '../../support/net-app.js';
import { expectCode } from '../../support/errors.js';
import { Lab, type ServerThere } from '../../support/simulated.js';
import { turnedAway } from '../../support/turned-away.js';

afterEach(tidyUp);

class Echo extends Recorder {
  override ttse__onData(data: Buffer): void {
    super.ttse__onData(data);
    this.send(data);
  }
}

/** A server that echoes on the host b, which is 10.0.0.1. */
const echoing = async (lab: Lab, options = {}): Promise<ServerThere> => lab.server('b', options, () => new Echo());

/** A client on the host a that is connected to a server on b. */
const pair = async (lab = new Lab(), serverOptions = {}, clientOptions = {}) => {
  const there = await lab.server('b', serverOptions);
  const { client, app } = await lab.client('a', '10.0.0.1', clientOptions);
  await lab.pass(10);
  return { lab, client, app, connection: there.connections[0]!, there };
};

const text = (size: number): string =>
  Array.from({ length: size }, (_, at) => String.fromCharCode(97 + (at % 26))).join('');

describe('TCP on the simulated network', () => {
  describe('in good conditions', () => {
    it('brings bytes there and back after the latency of each way', async () => {
      const lab = new Lab();
      await echoing(lab);
      const { client } = await lab.client('a', '10.0.0.1');
      lab.network.between('a', 'b', { latency: 10 });
      await lab.pass(20);
      expect(client.names).to.deep.equal(['onConnected']);
      client.ttsc__send('hello');
      await lab.pass(19.9);
      expect(client.text).to.equal('');
      await lab.pass(0.1);
      expect(client.text).to.equal('hello');
    });

    it('looks names of hosts up', async () => {
      const lab = new Lab();
      await echoing(lab);
      const { client } = await lab.client('a', 'b');
      await lab.pass(10);
      expect(client.remote).to.deep.equal({ address: '10.0.0.1', port: 80, family: 'IPv4' });
      expect(client.local).to.deep.equal({ address: '10.0.0.2', port: 32_768, family: 'IPv4' });
    });

    it('shows an IPv4 peer to a listener for all addresses in the form that IPv6 has for it', async () => {
      const { connection } = await pair();
      expect(connection.remote).to.deep.equal({ address: '::ffff:10.0.0.2', port: 32_768, family: 'IPv6' });
      expect(connection.local).to.deep.equal({ address: '::ffff:10.0.0.1', port: 80, family: 'IPv6' });
    });

    it('has IPv6 where a host has an address of it', async () => {
      const lab = new Lab();
      lab.network.host('b', { address: ['10.1.1.1', 'fd00::1'] });
      lab.network.host('a', { address: ['10.1.1.2', 'fd00::2'] });
      const { connections } = await lab.server('b', { host: 'fd00::1' });
      const { client } = await lab.client('a', 'b', { family: 6 });
      await lab.pass(10);
      expect(client.remote).to.deep.equal({ address: 'fd00::1', port: 80, family: 'IPv6' });
      expect(connections[0]!.remote?.address).to.equal('fd00::2');
    });

    it('tries the next address of a host when one refuses', async () => {
      const lab = new Lab();
      lab.network.host('b', { address: ['10.1.1.1', '10.1.1.9'] });
      await lab.server('b', { host: '10.1.1.9' });
      const { client } = await lab.client('a', 'b');
      await lab.pass(10);
      expect(client.remote?.address).to.equal('10.1.1.9');
    });

    it('keeps loopback within each host', async () => {
      const lab = new Lab();
      await lab.server('b', { host: '127.0.0.1' });
      const near = await lab.client('b', 'localhost');
      const far = await lab.client('a', '127.0.0.1');
      await lab.pass(10);
      expect(near.client.names).to.deep.equal(['onConnected']);
      expectCode(far.client.all('onError')[0], 'TT_CONNECTION_REFUSED');
    });

    it('gives a server that wants any port a free one, and each its own', async () => {
      const lab = new Lab();
      const servers = [];
      for (let n = 0; n < 3; n++) servers.push(await lab.server('b', { port: 0 }));
      expect(servers.map(({ server }) => server.local?.port)).to.deep.equal([32_768, 32_769, 32_770]);
    });

    it('carries megabytes in order', async () => {
      const { lab, client, connection } = await pair();
      const much = Buffer.from(text(3_000_000));
      client.ttsc__send(much);
      await lab.pass(1_000);
      expect(connection.text === String(much)).to.equal(true);
    });

    it('costs nothing while nobody sends: no timer is set', async () => {
      const { lab, client } = await pair();
      client.ttsc__send('x');
      await lab.pass(1_000);
      const before = lab.events.length;
      await lab.pass(3_600_000);
      expect(lab.events.length).to.equal(before);
    });

    it('needs the time that the bandwidth takes', async () => {
      const { lab, client, connection } = await pair();
      lab.network.towards('a', 'b', { bandwidth: 10_000 });
      client.ttsc__send('x'.repeat(10_000));
      await lab.pass(900);
      expect(connection.text.length).to.be.within(5_000, 9_000);
      await lab.pass(200);
      expect(connection.text.length).to.equal(10_000);
    });
  });

  describe('the end', () => {
    it('is told after all bytes, and the other side may still send', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true }, { halfOpen: true });
      client.ttsc__send(text(100_000));
      client.ttsc__end();
      await lab.pass(100);
      expect(connection.text.length).to.equal(100_000);
      expect(connection.heard.names.at(-1)).to.equal('onEnd');
      connection.ttsc__send('still here');
      await lab.pass(100);
      expect(client.text).to.equal('still here');
      connection.ttsc__close();
      await lab.pass(100);
      expect(client.all('onDisconnected')[0]).to.include({ reason: 'closedHere', discarded: 0 });
      expect(lab.network.connections).to.deep.equal([]);
    });

    it('is an end for one whose peer closes', async () => {
      const { lab, client, connection } = await pair();
      connection.ttsc__send('bye');
      connection.ttsc__close();
      await lab.pass(100);
      expect(client.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected']);
      expect(client.all('onDisconnected')[0]).to.include({ reason: 'peerEnded', error: undefined });
      expect(connection.heard.all('onDisconnected')[0]![0]).to.include({ reason: 'closedHere' });
    });

    it('has a turn of its own after the last bytes, as libuv gives it', async () => {
      const phases: string[] = [];
      class Phases extends Recorder {
        override ttse__onData(): void {
          phases.push(this.phase);
        }
        override ttse__onEnd(): void {
          phases.push(this.phase);
        }
      }
      const lab = new Lab();
      await lab.server('b', { halfOpen: true }, () => new Phases());
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(10);
      client.ttsc__send('last words');
      client.ttsc__close();
      await lab.pass(10);
      expect(phases).to.deep.equal(['open', 'halfClosed']);
    });

    it('comes with the last bytes to one that was paused and has read both ahead', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true }, { halfOpen: true });
      client.ttsc__pause();
      client.ttsc__end();
      await lab.pass(10);
      connection.ttsc__send('last words');
      connection.ttsc__end();
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected']);
      client.ttsc__resume();
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected']);
      expect(client.all('onDisconnected')[0].reason).to.equal('closedHere');
    });

    it('closes one that is paused and has ended itself, since nothing is to be read before it', async () => {
      const { lab, client, connection } = await pair(new Lab(), {}, { halfOpen: true });
      client.ttsc__pause();
      client.ttsc__end();
      await lab.pass(10);
      expect(connection.heard.names.at(-1)).to.equal('onFinished');
      expect(client.names).to.deep.equal(['onConnected', 'onDisconnected']);
    });

    it('is a reset for one whose peer aborts', async () => {
      const { lab, client, connection } = await pair();
      connection.ttsc__abort();
      await lab.pass(100);
      const [{ reason, error }] = client.all('onDisconnected');
      expect(reason).to.equal('peerReset');
      expectCode(error, 'TT_PEER_RESET');
      expect((error as Error).cause).to.include({ code: 'ECONNRESET', syscall: 'read', errno: -104 });
    });

    it('is a reset for one that finds bytes and a reset at once: first the bytes are told, and no end', async () => {
      const { lab, client, connection } = await pair();
      client.ttsc__pause();
      await lab.pass(1);
      connection.ttsc__send(Buffer.alloc(100_000));
      await lab.pass(100);
      connection.ttsc__abort();
      await lab.pass(100);
      expect(client.names).to.deep.equal(['onConnected']);
      client.ttsc__resume();
      await lab.pass(10);
      expect(client.text.length).to.equal(100_000);
      expect(new Set(client.names)).to.deep.equal(new Set(['onConnected', 'onData', 'onError', 'onDisconnected']));
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
    });

    it('is a reset right after the last words, when both are found at once', async () => {
      const { lab, client, connection } = await pair();
      const [stalled] = lab.network.connections;
      stalled!.stall('client');
      connection.ttsc__send('last words');
      await lab.pass(10);
      connection.ttsc__abort();
      await lab.pass(10);
      stalled!.resume();
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected', 'onData', 'onError', 'onDisconnected']);
      expect(client.text).to.equal('last words');
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
    });

    it('is an end for one that has ended itself and finds last words and a reset at once: it has no write that could tell', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true });
      client.ttsc__close();
      await lab.pass(10);
      const [stalled] = lab.network.connections;
      stalled!.stall('client');
      connection.ttsc__send('last words');
      await lab.pass(10);
      connection.ttsc__abort();
      await lab.pass(10);
      stalled!.resume();
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected', 'onDisconnected']);
      expect(client.all('onDisconnected')[0].reason).to.equal('closedHere');
    });

    it('is a reset for one that has ended itself and has taken the last words before', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true });
      client.ttsc__close();
      await lab.pass(10);
      connection.ttsc__send('last words');
      await lab.pass(10);
      connection.ttsc__abort();
      await lab.pass(10);
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
    });

    it('is a reset right after the half-close of the peer, when both are found at once', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true }, { halfOpen: true });
      const [stalled] = lab.network.connections;
      stalled!.stall('client');
      connection.ttsc__end();
      await lab.pass(10);
      connection.ttsc__abort();
      await lab.pass(10);
      stalled!.resume();
      await lab.pass(10);
      const [{ reason, error }] = client.all('onDisconnected');
      expect(client.names).not.to.include('onEnd');
      expect(reason).to.equal('peerReset');
      expect((error as Error).cause).to.include({ code: 'EPIPE', syscall: 'write' });
    });

    it('leaves nothing to happen after a reset', async () => {
      const { lab, client } = await pair();
      client.ttsc__send('x');
      await lab.settled();
      client.ttsc__abort();
      await lab.pass(10);
      const before = lab.events.length;
      await lab.pass(3_600_000);
      expect(lab.events.length).to.equal(before);
    });

    it('is a broken pipe for one that goes on writing to a peer that has closed', async () => {
      const { lab, client, connection } = await pair(new Lab(), { halfOpen: true }, { halfOpen: true });
      await lab.until(connection.inside((self) => self._ttChannel!.close()));
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected', 'onEnd']);
      client.ttsc__send('a');
      await lab.pass(10);
      client.ttsc__send('b');
      await lab.pass(10);
      expect(client.all('onError')[0].cause).to.include({ message: 'write EPIPE', errno: -32 });
    });

    it('is told although its packet is lost at first', async () => {
      const { lab, client, connection } = await pair();
      const partition = lab.network.partition('a', 'b');
      client.ttsc__end();
      await lab.pass(500);
      expect(connection.heard.names).to.deep.equal(['onConnected']);
      partition.heal();
      await lab.pass(2_000);
      expect(connection.heard.names).to.deep.equal(['onConnected', 'onEnd', 'onDisconnected', 'onFinished']);
      expect(lab.network.connections).to.deep.equal([]);
    });

    it('of a peer that never ends is given up by the host after a minute', async () => {
      const { lab, connection } = await pair(new Lab(), { lingerTimeout: 100 }, { halfOpen: true });
      connection.ttsc__close();
      await lab.pass(59_000);
      expect(lab.network.connections.length).to.equal(1);
      await lab.pass(2_000);
      expect(lab.network.connections[0]?.over).to.equal(false);
    });

    it('is a reset for both where something between them resets it', async () => {
      const { lab, client, connection } = await pair();
      lab.network.reset(lab.network.connections[0]!);
      await lab.pass(100);
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
      expect(connection.heard.all('onDisconnected')[0]![0].reason).to.equal('peerReset');
    });
  });

  describe('when the peer does not read', () => {
    it('what is sent fills the buffers, waits here, and leaves with a drain', async () => {
      const { lab, client, connection } = await pair(new Lab(), {}, { highWaterMark: 65_536 });
      connection.ttsc__pause();
      await lab.pass(1);
      client.ttsc__send(Buffer.alloc(1_000_000));
      await lab.pass(60_000);
      // The host of the reader has 64 KiB, its stream reads so much ahead, and the sender's host has 256 KiB.
      expect(client.unsentBytes).to.equal(1_000_000 - 6 * 65_536);
      expect(client.names).not.to.include('onDrain');
      connection.ttsc__resume();
      await lab.pass(1_000);
      expect(connection.text.length).to.equal(1_000_000);
      expect(client.unsentBytes).to.equal(0);
      expect(client.names.at(-1)).to.equal('onDrain');
    });

    it('loses no byte of several sends of one turn that are more than the buffers have room for', async () => {
      const { lab, client, connection } = await pair();
      client.ttsc__do((self) => {
        for (const size of [262_145, 1, 1_459]) self.say(text(size));
      });
      await lab.pass(1_000);
      expect(connection.text === text(262_145) + text(1) + text(1_459)).to.equal(true);
    });

    it('a sender asks again whether there is room, and does not time out', async () => {
      const { lab, client, connection } = await pair(new Lab(), {}, { stallTimeout: false });
      connection.ttsc__pause();
      await lab.pass(1);
      client.ttsc__send(Buffer.alloc(600_000));
      await lab.pass(3_600_000);
      expect(client.names).to.deep.equal(['onConnected']);
      connection.ttsc__resume();
      await lab.pass(130_000);
      expect(connection.text.length).to.equal(600_000);
    });

    it('a sender that was not told of the room asks for it', async () => {
      const { lab, client, connection } = await pair();
      connection.ttsc__pause();
      await lab.pass(1);
      client.ttsc__send(Buffer.alloc(600_000));
      await lab.pass(100);
      const partition = lab.network.partition('a', 'b');
      connection.ttsc__resume();
      await lab.pass(1_000);
      partition.heal();
      await lab.pass(10_000);
      expect(connection.text.length).to.equal(600_000);
    });

    it('a reader that is slow gets what it can take', async () => {
      const { lab, client, connection } = await pair();
      lab.network.towards('a', 'b', { readRate: 1_000 });
      client.ttsc__send('x'.repeat(5_000));
      await lab.pass(2_000);
      expect(connection.text.length).to.be.within(1_900, 2_200);
      await lab.pass(4_000);
      expect(connection.text.length).to.equal(5_000);
    });

    it('one that closes with bytes unread resets the connection', async () => {
      const { lab, client, connection } = await pair(new Lab(), { lingerTimeout: 0 });
      connection.ttsc__pause();
      await lab.pass(1);
      client.ttsc__send(Buffer.alloc(300_000));
      await lab.pass(100);
      await lab.until(connection.inside((self) => self._ttChannel!.close()));
      await lab.pass(100);
      expect(client.all('onDisconnected')[0].reason).to.equal('peerReset');
    });
  });

  describe('opening', () => {
    const failed = async (lab: Lab, to: string, options = {}, within = 10) => {
      const { client } = await lab.client('a', to, options);
      await lab.pass(within);
      const [error] = client.all('onError');
      expect(client.names).to.deep.equal(['onError', 'onDisconnected']);
      return error as Error;
    };

    it('is refused where nobody listens, after the way there and back', async () => {
      const lab = new Lab();
      lab.network.host('b');
      lab.network.conditions({ latency: 50 });
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(99.9);
      expect(client.names).to.deep.equal([]);
      await lab.pass(0.1);
      const [error] = client.all('onError');
      expectCode(error, 'TT_CONNECTION_REFUSED');
      expect(error.cause.message).to.equal('connect ECONNREFUSED 10.0.0.1:80');
      expect(error.cause).to.include({
        errno: -111,
        code: 'ECONNREFUSED',
        syscall: 'connect',
        address: '10.0.0.1',
        port: 80,
      });
    });

    it('is refused at a port that refuses although somebody listens, until it allows again', async () => {
      const lab = new Lab();
      await echoing(lab);
      const b = lab.network.host('b');
      b.refuse(80);
      expectCode(await failed(lab, 'b'), 'TT_CONNECTION_REFUSED');
      b.allow(80);
      const { client } = await lab.client('a', 'b');
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected']);
    });

    it('gets no answer from a port that is a black hole: the client gives up by itself', async () => {
      const lab = new Lab();
      await echoing(lab);
      lab.network.host('b').blackhole(80);
      expectCode(await failed(lab, 'b', { connectTimeout: 5_000 }, 5_001), 'TT_CONNECT_TIMEOUT');
    });

    it('times out after seven attempts in 127 s if the client has a longer timeout', async () => {
      const lab = new Lab();
      await echoing(lab);
      lab.network.host('b').blackhole(80);
      const { client } = await lab.client('a', '10.0.0.1', { connectTimeout: 1_000_000 });
      await lab.pass(126_999);
      expect(client.names).to.deep.equal([]);
      await lab.pass(2);
      expect(client.all('onError')[0].cause).to.include({ code: 'ETIMEDOUT', syscall: 'connect' });
      expect(lab.count('drop')).to.equal(7);
    });

    it('finds no host with an unknown name', async () => {
      const { cause } = await failed(new Lab(), 'nobody');
      expect((cause as Error).message).to.equal('getaddrinfo ENOTFOUND nobody');
      expect(cause).to.include({ errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'nobody' });
    });

    it('finds nobody at an address that no host has, after three seconds', async () => {
      const lab = new Lab();
      expect((await failed(lab, '10.9.9.9', {}, 3_001)).cause).to.include({ code: 'EHOSTUNREACH' });
    });

    it('has no way to an IPv6 address from a host without one', async () => {
      expect((await failed(new Lab(), 'fd00::1')).cause).to.include({ code: 'ENETUNREACH' });
    });

    it('from an address that the host does not have fails', async () => {
      const { cause } = await failed(new Lab(), '10.0.0.1', { localAddress: '10.9.9.9' });
      expect((cause as Error).message).to.equal('bind EADDRNOTAVAIL 10.9.9.9');
    });

    it('from a port that a listener has fails', async () => {
      const lab = new Lab();
      await lab.server('a');
      await lab.server('b');
      const { cause } = await failed(lab, 'b', { localPort: 80, localAddress: '10.0.0.1' });
      expect((cause as Error).message).to.equal('bind EADDRINUSE 10.0.0.1:80');
    });

    it('fails where the host has no descriptor left', async () => {
      const lab = new Lab({ descriptors: 1 });
      await lab.server('a');
      expectCode(await failed(lab, '10.0.0.2'), 'TT_OUT_OF_DESCRIPTORS');
    });

    it('is given up with the client, and the server hears of nothing', async () => {
      const lab = new Lab();
      const { connections } = await echoing(lab);
      lab.network.conditions({ latency: 100 });
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(150);
      client.ttsc__abort();
      await lab.pass(10_000);
      expect(connections).to.deep.equal([]);
      expect(lab.network.connections).to.deep.equal([]);
    });

    it('succeeds with the second try when the first packet was lost', async () => {
      const lab = new Lab();
      await echoing(lab);
      const partition = lab.network.partition('b', lab.network.host('a'));
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(999);
      partition.heal();
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected']);
    });

    it('succeeds when the answer was lost, and the server accepts it once', async () => {
      const lab = new Lab();
      const { connections } = await echoing(lab);
      const partition = lab.network.partition('b', lab.network.host('a'), { oneWay: true });
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(999);
      partition.heal();
      await lab.pass(2_000);
      expect(client.names).to.deep.equal(['onConnected']);
      expect(connections.length).to.equal(1);
    });

    it('succeeds when the last packet of the handshake was lost, although the client is silent', async () => {
      const lab = new Lab();
      const { connections } = await lab.server('b');
      lab.network.conditions({ latency: 10 });
      const { client } = await lab.client('a', '10.0.0.1');
      await lab.pass(15);
      const partition = lab.network.partition('a', 'b', { oneWay: true });
      await lab.pass(500);
      expect(client.names).to.deep.equal(['onConnected']);
      expect(connections.length).to.equal(0);
      partition.heal();
      await lab.pass(1_000);
      expect(connections.length).to.equal(1);
    });
  });

  describe('listening', () => {
    const failure = async (lab: Lab, host: string, options = {}): Promise<Error> => {
      const app = await lab.app(host, (ear) => void new TcpServer({ port: 80, base: ear, ...options }));
      await lab.pass(10);
      return app.heard.all('onError')[0]![1] as Error;
    };

    it('fails on a port that another one of the host has, and not on another host', async () => {
      const lab = new Lab();
      await lab.server('b', { host: '10.0.0.1' });
      const { cause } = await failure(lab, 'b');
      expect((cause as Error).message).to.equal('listen EADDRINUSE: address already in use :::80');
      expect(cause).to.include({ errno: -98, syscall: 'listen', address: '::', port: 80 });
      expect((await lab.server('a')).server.phase).to.equal('listening');
    });

    it('fails on an address that the host does not have', async () => {
      expect(((await failure(new Lab(), 'b', { host: '10.7.7.7' })).cause as Error).message).to.equal(
        'listen EADDRNOTAVAIL: address not available 10.7.7.7:80',
      );
    });

    it('turns away more connections than it may have, which see an end', async () => {
      const lab = new Lab();
      const { server } = await lab.server('b', { maxConnections: 1 });
      const first = await lab.client('a', 'b');
      await lab.pass(10);
      const second = await lab.client('a', 'b');
      await lab.pass(10);
      expect(first.client.names).to.deep.equal(['onConnected']);
      expect(second.client.names).to.deep.equal(['onConnected', 'onEnd', 'onDisconnected']);
      expect(server.counts).to.deep.include({
        accepted: 1,
        turnedAway: turnedAway({ maxConnections: 1 }),
      });
      first.client.ttsc__close();
      await lab.pass(10);
      const third = await lab.client('a', 'b');
      await lab.pass(10);
      expect(third.client.names).to.deep.equal(['onConnected']);
    });

    it('turns everybody away while it is paused', async () => {
      const lab = new Lab();
      const { server } = await lab.server('b');
      server.ttsc__pause();
      await lab.settled();
      const { client } = await lab.client('a', 'b');
      await lab.pass(10);
      expect(client.names).to.deep.equal(['onConnected', 'onEnd', 'onDisconnected']);
      expect(server.counts.turnedAway.paused).to.equal(1);
    });

    it('leaves the port free when it has closed', async () => {
      const lab = new Lab();
      const { app } = await lab.server('b');
      await app.over();
      expect((await lab.server('b')).server.phase).to.equal('listening');
    });

    it('spreads the connections over those that share the port', async () => {
      const lab = new Lab();
      const one = await lab.server('b', { reusePort: true });
      const other = await lab.server('b', { reusePort: true });
      for (let n = 0; n < 4; n++) await lab.client('a', 'b');
      await lab.pass(10);
      expect([one.connections.length, other.connections.length]).to.deep.equal([2, 2]);
    });
  });
});
