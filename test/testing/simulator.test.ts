import { expect } from 'chai';
import {
  type Catalyst,
  type DisconnectInfo,
  type ListenInfo,
  nodeNetwork,
  TcpClient,
  TcpConnection,
  TcpServer,
  TimerRepeat,
  Tonic,
  UdpSocket,
} from '../../src/index.js';
import { Distiller, explore, type NetworkParts, SimulatedNetwork } from '../../src/testing/index.js';
import { expectRejection, thrownBy } from '../support/errors.js';

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

/** Sends a number each second, once the one before was answered, and writes the answers down. */
class Pinger extends Tonic {
  readonly heard: string[] = [];
  readonly ended: string[] = [];
  connects = 0;
  #sent = 0;
  client!: TcpClient;
  ttse__onStart(): void {
    this.client = new TcpClient({ host: 'server', port: 7, reconnect: true, giveUpAfter: Infinity });
    new TimerRepeat({ seconds: 1 });
  }
  ttse__onConnected(): void {
    this.connects++;
  }
  ttse__onTimer(): void {
    if (this.client.phase === 'open' && this.heard.length === this.#sent) this.client.ttsc__send(`${++this.#sent} `);
  }
  ttse__onData(_client: TcpClient, data: Buffer): void {
    this.heard.push(...data.toString().trim().split(' '));
  }
  ttse__onDisconnected(_client: TcpClient, { reason }: DisconnectInfo): void {
    this.ended.push(reason);
  }
  ttse__onError(): void {}
}

class Asker extends Tonic {
  readonly answers: string[] = [];
  #socket!: UdpSocket;
  ttse__onStart(): void {
    this.#socket = new UdpSocket({ host: '0.0.0.0' });
  }
  ttse__onListening(): void {
    for (let nr = 0; nr < 50; nr++) this.#socket.ttsc__send(`${nr}`, { address: '10.0.0.1', port: 9 });
  }
  ttse__onDatagram(_socket: UdpSocket, data: Buffer): void {
    this.answers.push(data.toString());
  }
}

class Answerer extends Tonic {
  ttse__onStart(): void {
    new UdpSocket({ port: 9, host: '0.0.0.0' });
  }
  ttse__onDatagram(socket: UdpSocket, data: Buffer, from: { address: string; port: number }): void {
    socket.ttsc__send(data, from);
  }
}

const slow = (parts: NetworkParts): SimulatedNetwork =>
  new SimulatedNetwork(parts).conditions({ latency: 20, jitter: 5 });

async function echoWorld(seed: number): Promise<{ distiller: Distiller; pinger: Pinger }> {
  const distiller = await Distiller.start(() => void new TcpServer({ port: 7, protocol: Echo }), {
    seed,
    host: 'server',
    network: slow,
  });
  const client = await distiller.join(() => void new Pinger({ name: 'pinger' }), { host: 'client' });
  return { distiller, pinger: client.find<Pinger>('pinger')! };
}

describe('a world with a network', () => {
  it('has server and client talk to each other, in virtual time', async () => {
    const { distiller, pinger } = await echoWorld(1);
    await distiller.advance('10s');
    await distiller.advance(100);
    expect(pinger.heard).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('gives the same trace for the same seed, and another one for another', async () => {
    const traces: string[] = [];
    for (const seed of [5, 5, 6]) {
      const { distiller } = await echoWorld(seed);
      await distiller.advance('1m');
      await distiller.finish();
      traces.push(JSON.stringify(distiller.trace) + String(distiller));
    }
    expect(traces[0]).to.equal(traces[1]);
    expect(traces[0]).to.not.equal(traces[2]);
  });

  it('may be cut in two, and healed', async () => {
    const { distiller, pinger } = await echoWorld(2);
    await distiller.advance('2500ms');
    const partition = distiller.network.partition('server', 'client');
    await distiller.advance('10s');
    expect(pinger.heard).to.deep.equal(['1', '2']);
    partition.heal();
    await distiller.advance('1m');
    expect(pinger.heard.slice(0, 12)).to.deep.equal(Array.from({ length: 12 }, (_, at) => String(at + 1)));
    await distiller.finish();
  });

  it('gets through what was sent while it was cut, although more is sent all the time', async () => {
    class Talker extends Pinger {
      override ttse__onTimer(): void {
        this.client.ttsc__send('x ');
      }
    }
    const distiller = await Distiller.start(() => void new TcpServer({ port: 7, protocol: Echo }), { host: 'server' });
    const client = await distiller.join(() => void new Talker({ name: 'talker' }), { host: 'client' });
    await distiller.advance('2500ms');
    const partition = distiller.network.partition('server', 'client');
    await distiller.advance('10s');
    partition.heal();
    await distiller.advance('1m');
    expect(client.find<Talker>('talker')!.heard).to.have.length(72);
    await distiller.finish();
  });

  it('may reset a connection, and the client comes back', async () => {
    const { distiller, pinger } = await echoWorld(3);
    await distiller.advance('2s');
    for (const connection of distiller.network.connections) distiller.network.reset(connection);
    await distiller.advance('1m');
    expect(pinger.connects).to.be.at.least(2);
    expect(pinger.client.phase).to.equal('open');
    await distiller.finish();
  });

  describe('may lose an app', () => {
    const server = (): void => void new TcpServer({ port: 7, protocol: Echo });
    const endings: Record<string, (distiller: Distiller) => unknown> = {
      'that finishes': async (distiller) => {
        distiller.apps[0]!.main.ttsc__finish();
        await distiller.advance('10s');
      },
      'that is killed': (distiller) => distiller.apps[0]!.kill(),
      'whose host loses its power': (distiller) => {
        distiller.network.host('server').crash();
        distiller.apps[0]!.kill();
        distiller.network.host('server').restart();
      },
    };
    for (const [what, end] of Object.entries(endings)) {
      it(`${what}, and start it again on its host: the client comes back`, async () => {
        const { distiller, pinger } = await echoWorld(3);
        await distiller.advance('2500ms');
        await end(distiller);
        expect(distiller.apps[0]!.finished).to.be.true;
        await distiller.advance('3s');
        const ran = distiller.trace.filter(({ host }) => host === 'server').length;
        await distiller.advance('7s');
        expect(distiller.trace.filter(({ host }) => host === 'server').length, 'it runs no more').to.equal(ran);
        expect(pinger.heard).to.deep.equal(['1', '2']);

        const again = await distiller.join(server, { host: 'server' });
        await distiller.advance('2m');
        expect(pinger.connects).to.equal(2);
        expect(pinger.client.phase).to.equal('open');
        expect(again.ledger.size).to.be.above(1);
        expect((await distiller.finish()).leftOpen).to.deep.equal([]);
      });
    }

    it('that is killed: its peers hear at once, as from a system that closes its sockets', async () => {
      const { distiller, pinger } = await echoWorld(3);
      await distiller.advance('2500ms');
      distiller.apps[0]!.kill();
      await distiller.advance('100ms');
      expect(pinger.ended.length).to.equal(1);
      await distiller.finish();
    });

    it('whose host loses its power: its peers hear nothing until they send', async () => {
      const { distiller, pinger } = await echoWorld(3);
      await distiller.advance('2500ms');
      distiller.network.host('server').crash();
      distiller.apps[0]!.kill();
      await distiller.advance('400ms');
      expect(pinger.ended).to.deep.equal([]);
      expect(pinger.client.phase).to.equal('open');
      await distiller.finish();
    });

    it('that is killed with its threads and timers, and finds none of its Tonics any more', async () => {
      const distiller = await Distiller.start(() => void new Pinger({ name: 'pinger' }), { host: 'client' });
      await distiller.advance('3s');
      const [app] = distiller.apps;
      app!.kill();
      const { length } = distiller.trace;
      await distiller.advance('1h');
      expect(distiller.trace.length).to.equal(length);
      expect(distiller.find('pinger')).to.equal(undefined);
      expect(await distiller.finish()).to.deep.include({ signal: 'SIGKILL', leftOpen: [] });
    });

    it('in the middle of a turn: nothing runs after the sparkle that runs then', async () => {
      const ran: number[] = [];
      class Fatal extends Tonic {
        ttsc__step(nr: number): void {
          ran.push(nr);
          if (nr === 2) distiller.apps[0]!.kill();
        }
      }
      const distiller = await Distiller.start(() => void new Fatal({ name: 'fatal' }));
      for (const nr of [1, 2, 3, 4]) distiller.find<Fatal>('fatal')!.ttsc__step(nr);
      await distiller.settle();
      expect(ran).to.deep.equal([1, 2]);
      await distiller.finish();
    });

    it('and starts it again with other random numbers', async () => {
      const numbers: number[] = [];
      class Lot extends Tonic {
        ttse__onStart(): void {
          numbers.push((this._ttScheduler as Catalyst).runtime.random.next());
        }
      }
      const distiller = await Distiller.start(() => void new Lot());
      await distiller.settle();
      distiller.apps[0]!.kill();
      await distiller.join(() => void new Lot(), { host: 'main' });
      await distiller.settle();
      expect(numbers.length).to.equal(2);
      expect(numbers[0]).not.to.equal(numbers[1]);
      await distiller.finish();
    });

    it('and not start another one beside it', async () => {
      const { distiller } = await echoWorld(3);
      await expectRejection(distiller.join(server, { host: 'server' }), 'TT_BAD_OPTION');
      await distiller.finish();
    });
  });

  it('may be stepped through, one sparkle at a time, across its apps', async () => {
    const { distiller } = await echoWorld(4);
    const { sparkleTrace, stopCondition } = await distiller.sparkle({ tillSparkleIn: ['ttse__onData'] });
    expect(stopCondition).to.deep.equal(['sparkleTrigger: [ttse__onData]']);
    expect(sparkleTrace.at(-1)?.host).to.equal('server');
    const next = await distiller.sparkle({ tillSparkleIn: ['ttse__onData'] });
    expect(next.sparkleTrace.at(-1)).to.deep.include({ host: 'client', tonic: 'pinger' });
    await distiller.finish();
  });

  it('has no simulated network where the test gives another one', async () => {
    const distiller = await Distiller.start(undefined, { network: nodeNetwork });
    expect(thrownBy(() => distiller.network)).to.have.property('code', 'TT_BAD_OPTION');
    await distiller.finish();
  });

  it('may have real sockets, in real time', async () => {
    class Caller extends Tonic {
      readonly heard: string[] = [];
      ttse__onStart(): void {
        new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
      }
      ttse__onListening({ port }: ListenInfo): void {
        new TcpClient({ host: '127.0.0.1', port });
      }
      ttse__onConnected(socket: TcpConnection): void {
        if (socket instanceof TcpClient) socket.ttsc__send('hello');
      }
      ttse__onData(_client: TcpClient, data: Buffer): void {
        this.heard.push(data.toString());
      }
    }
    const distiller = await Distiller.start(() => void new Caller({ name: 'caller' }), { network: nodeNetwork });
    const caller = distiller.find<Caller>('caller')!;
    for (let tries = 0; caller.heard.length === 0 && tries < 2_000; tries++) await distiller.realTime('1ms');
    expect(caller.heard.join('')).to.equal('hello');
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });
});

describe('explore() with a network', () => {
  it('finds the seed that loses an answer, and names the one loss that it takes', async () => {
    const lossy = (parts: NetworkParts): SimulatedNetwork =>
      new SimulatedNetwork(parts).conditions({ latency: 5, loss: 0.01 });
    const error = await expectRejection(
      explore({ runs: 50, seed: 1, network: lossy }, async (distiller) => {
        await distiller.join(() => void new Answerer(), { host: 'server' });
        await distiller.join(() => void new Asker({ name: 'asker' }), { host: 'client' });
        await distiller.advance('10s');
        expect(distiller.find<Asker>('asker')!.answers).to.have.length(50);
      }),
      'TT_EXPLORE_FAILED',
    );
    const { faults } = error.details as { faults: { kind: string; what: string }[] };
    expect(faults.map(({ kind }) => kind)).to.deep.equal(['loss']);
    expect(faults[0]!.what).to.match(/^udp 10\.0\.0\.\d:\d+>10\.0\.0\.\d:\d+$/);
  });

  it('passes where the network does its worst to TCP, which loses nothing', async function () {
    this.timeout(60_000);
    const bad = (parts: NetworkParts): SimulatedNetwork =>
      new SimulatedNetwork(parts).conditions({ latency: 20, jitter: 30, loss: 0.05 });
    await explore({ runs: 20, seed: 1, network: bad, trace: false }, async (distiller) => {
      await distiller.join(() => void new TcpServer({ port: 7, protocol: Echo }), { host: 'server' });
      const client = await distiller.join(() => void new Pinger({ name: 'pinger' }), { host: 'client' });
      await distiller.advance('30s');
      const { heard } = client.find<Pinger>('pinger')!;
      expect(heard).to.deep.equal(heard.map((_, at) => String(at + 1)));
      expect(heard.length).to.be.above(15);
    });
  });
});
