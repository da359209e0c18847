import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import {
  type DisconnectInfo,
  type ListenInfo,
  type SelectorCatalystOptions,
  type TaskTonicError,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
  UdpSocket,
} from '../../src/index.js';
import { Later, until } from './support/later.js';
import { endApps, startNetworkApp } from './support/network-app.js';
import { Peer, closePeers, connectMany } from './support/peer.js';
import { Program, endPrograms } from './support/program.js';
import { turnedAway } from '../support/turned-away.js';
import type { OnPort } from '../support/on-port.js';

const MOST = 1_000;

/** Answers frames, 4 bytes of length and a body, with the same; a length of more than {@link MOST} is a throw. */
class Frames extends TcpConnection {
  #rest: Buffer = Buffer.alloc(0);

  ttse__onData(data: Buffer): void {
    let rest = Buffer.concat([this.#rest, data]);
    for (; rest.length >= 4; rest = rest.subarray(4 + rest.readUInt32BE())) {
      const length = rest.readUInt32BE();
      if (length > MOST) throw new Error(`a frame of ${length} bytes`);
      if (rest.length < 4 + length) break;
      this.answer(rest.subarray(0, 4 + length));
    }
    this.#rest = rest;
  }
  answer(frame: Buffer): void {
    this.send(frame);
  }
}

function frame(length: number): Buffer {
  const bytes = Buffer.alloc(4 + length, 'x');
  bytes.writeUInt32BE(length);
  return bytes;
}

/** A server in this process, and how its connections ended. */
async function serve(
  protocol: new () => TcpConnection,
  options: Partial<OnPort> = {},
  catalyst: SelectorCatalystOptions = {},
) {
  const port = new Later<number>();
  const ends: DisconnectInfo[] = [];
  let server!: TcpServer;
  class Main extends Tonic {
    ttse__onStart(): void {
      server = new TcpServer({ port: 0, host: '127.0.0.1', ...options, protocol });
    }
    ttse__onListening(info: ListenInfo): void {
      port.resolve(info.port);
    }
    ttse__onDisconnected(_connection: TcpConnection, info: DisconnectInfo): void {
      ends.push(info);
    }
    ttse__onError(): void {}
  }
  const app = await startNetworkApp(() => void new Main(), catalyst);
  const at = await port.value;
  /** How they ended, once so many have, and so many are open. */
  const ended = async (count: number, open: number): Promise<DisconnectInfo[]> => {
    await until(() => ends.length === count && server.counts.open === open, `${count} ends, ${open} open`);
    return ends;
  };
  return { app, server, port: at, ended };
}

const reasons = (ends: readonly DisconnectInfo[]): (string | undefined)[] =>
  ends.map(({ reason, error }) => [reason, (error as TaskTonicError | undefined)?.code].filter(Boolean).join(' '));

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('A server goes on beside peers', function () {
  this.timeout(10_000);

  afterEach(async () => {
    await closePeers();
    await endApps();
    await endPrograms();
  });

  it('that send garbage: a protocol that throws at it closes that connection, and it is counted', async () => {
    const { port, server, ended } = await serve(Frames);
    const other = await Peer.connect(port);
    const peers = await connectMany(port, 30);
    for (const peer of peers) {
      // Half of them are good for a while.
      if (peers.indexOf(peer) % 2 === 0) await peer.echo(frame(10));
      peer.send(Buffer.concat([Buffer.from([0xff]), randomBytes(20_000)]));
    }
    expect(reasons(await ended(30, 1))).to.deep.equal(times(30, 'error'));
    await Promise.all(peers.map(async ({ closed }) => closed));
    expect(server.counts).to.deep.equal({
      accepted: 31,
      open: 1,
      failed: 30,
      turnedAway: turnedAway(),
      handshakes: { full: 0, resumed: 0 },
    });
    await other.echo(frame(10));
    await (await Peer.connect(port)).echo(frame(10));
  });

  it('that send a frame a byte at a time, or many frames at once', async () => {
    const { port } = await serve(Frames);
    const [slow, fast] = await connectMany(port, 2);
    const bytes = frame(50);
    for (const byte of bytes) {
      slow!.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await slow!.take(bytes.length)).equals(bytes)).to.equal(true);
    await fast!.echo(Buffer.concat(times(5_000, bytes)));
  });

  it('that reset, at rest or with replies on their way', async () => {
    class Chatty extends TcpConnection {
      ttse__onData(data: Buffer): void {
        this.send(data.toString() === 'all' ? Buffer.alloc(8_000_000) : data);
      }
    }
    const { port, server, ended } = await serve(Chatty);
    const other = await Peer.connect(port);
    const peers = await connectMany(port, 40);
    await Promise.all(peers.map(async (peer) => peer.echo('hello')));
    const [resting, reading] = [peers.slice(0, 20), peers.slice(20)];
    for (const { socket } of resting) socket.resetAndDestroy();
    expect(reasons(await ended(20, 21))).to.deep.equal(times(20, 'peerReset TT_PEER_RESET'));
    await Promise.all(
      reading.map(async (peer) => {
        peer.send('all');
        await peer.receivedAtLeast(100_000);
        peer.socket.resetAndDestroy();
      }),
    );
    const ends = (await ended(40, 1)).slice(20);
    expect(reasons(ends)).to.deep.equal(times(20, 'peerReset TT_PEER_RESET'));
    for (const { discarded } of ends) expect(discarded).to.be.within(1, 8_000_000);
    expect(server.counts).to.include({ accepted: 41, open: 1, failed: 0 });
    await other.echo('still there?');
  });

  it('that end their side at once after asking: what they asked for is answered, by whomever', async () => {
    class Archive extends Tonic {
      ttsc__find(asker: Archived, key: Buffer): void {
        this.ttsc__found(asker, key);
      }
      ttsc__found(asker: Archived, key: Buffer): void {
        asker.ttsc__send(key);
      }
    }
    class Archived extends Frames {
      override answer(key: Buffer): void {
        archive.ttsc__find(this, key);
      }
    }
    // One order a turn: the end of a peer is seen while the orders that lead to its answers run.
    const { app, port, server, ended } = await serve(Archived, {}, { turnOrders: 1 });
    const archive = new Archive({ base: app.main });
    const peers = await connectMany(port, 40);
    for (const { socket } of peers) socket.end(Buffer.concat(times(20, frame(500))));
    for (const peer of peers) {
      expect((await peer.takeAll()).equals(Buffer.concat(times(20, frame(500))))).to.equal(true);
      expect([peer.ended, peer.error]).to.deep.equal([true, undefined]);
    }
    expect(reasons(await ended(40, 0))).to.deep.equal(times(40, 'peerEnded'));
    expect(server.counts).to.include({ accepted: 40, open: 0, failed: 0 });
  });

  it('that end their side and are sent to for long afterwards, with halfOpen', async () => {
    class Ticker extends TcpConnection {
      #left = 100;
      ttse__onEnd(): void {
        this.ttsc__tick();
      }
      ttsc__tick(): void {
        this.send('tick');
        if (--this.#left > 0) setImmediate(() => this.ttsc__tick());
        else this.ttsc__close();
      }
    }
    const { port, ended } = await serve(Ticker, { halfOpen: true });
    const peers = await connectMany(port, 10);
    for (const { socket } of peers) socket.end();
    for (const peer of peers) expect(String(await peer.takeAll())).to.equal('tick'.repeat(100));
    expect(reasons(await ended(10, 0))).to.deep.equal(times(10, 'closedHere'));
  });

  it('that are killed in the middle of a message', async () => {
    let frames = 0;
    class Counting extends Frames {
      override answer(bytes: Buffer): void {
        frames++;
        super.answer(bytes);
      }
    }
    const { port, server, ended } = await serve(Counting);
    const other = await Peer.connect(port);
    const dying = new Program('vanishing-peer', { args: [String(port), '20'] });
    await dying.heard('sent');
    await until(() => frames === 20, 'each has sent a whole frame, and a half one');
    dying.kill('SIGKILL');
    // The kernel ends for them; with a reply that they had not read, it resets.
    for (const reason of reasons(await ended(20, 1)))
      expect(reason).to.be.oneOf(['peerEnded', 'peerReset TT_PEER_RESET']);
    expect(frames).to.equal(20);
    expect(server.counts).to.include({ accepted: 21, open: 1, failed: 0 });
    await other.echo(frame(10));
  });

  it('that stop to take part, and say nothing: the idle time and the time to linger end them', async () => {
    const { port, server, ended } = await serve(Frames, { idleTimeout: 300, lingerTimeout: 100 });
    const frozen = new Program('vanishing-peer', { args: [String(port), '20'] });
    await frozen.heard('sent');
    frozen.kill('SIGSTOP');
    expect(reasons(await ended(20, 0))).to.deep.equal(times(20, 'idle'));
    expect(server.counts).to.include({ accepted: 20, open: 0, failed: 0 });
    await (await Peer.connect(port)).echo(frame(10));
  });
});

describe('A port in use', () => {
  afterEach(endApps);

  it('is told to each kind of socket that wants it, and hurts no other', async () => {
    const taken = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const told: string[] = [];
    const finished: string[] = [];
    class Main extends Tonic {
      ttse__onStart(): void {
        const to = { port, host: '127.0.0.1' };
        new TcpServer({ name: 'server', ...to });
        new UdpSocket({ name: 'first', ...to });
        new UdpSocket({ name: 'second', ...to });
        // From the port that the other end of the connection has itself.
        new TcpClient({ name: 'client', ...to, localAddress: '127.0.0.1', localPort: port, retries: 0 });
      }
      ttse__onError({ name }: Tonic, { code }: TaskTonicError): void {
        told.push(`${name} ${code}`);
      }
      ttse__onInfusionFinished({ name }: { name: string }): void {
        finished.push(name);
      }
    }
    let main!: Main;
    await startNetworkApp(() => (main = new Main()));
    await until(() => finished.length === 3, `three of them finish: ${finished.join()}`);
    expect(told.sort()).to.deep.equal([
      'client TT_ADDRESS_IN_USE',
      'second TT_ADDRESS_IN_USE',
      'server TT_ADDRESS_IN_USE',
    ]);
    expect([...main.infusions].map(({ name }) => name)).to.deep.equal(['first']);
    taken.close();
  });
});
