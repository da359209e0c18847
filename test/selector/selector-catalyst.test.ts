import { expect } from 'chai';
import {
  Catalyst,
  type CatalystQueue,
  Interest,
  OrderQueue,
  type Selector,
  SelectorCatalyst,
  TcpServer,
  TimerSingleShot,
  Tonic,
  UdpSocket,
} from '../../src/index.js';
import { ERROR, runApp } from '../support/app.js';
import { expectCode } from '../support/errors.js';
import { FakeNetwork } from '../support/fake-network.js';
import { till, VirtualBench } from '../support/bench.js';
import { type NetApp, Recorder, serve, startNet, tidyUp } from '../support/net-app.js';
import { ProbeChannel } from '../support/probe-channel.js';
import { onRealSockets, stage } from '../support/stage.js';

afterEach(tidyUp);

const selectorOf = (app: NetApp) => (app.main as SelectorCatalyst).selector;
/** Lets the loop turn so often. */
const polls = async (count: number): Promise<void> => {
  let turns = 0;
  await till(() => turns++ >= count).catch(() => {});
};

describe('a SelectorCatalyst', () => {
  for (const options of [
    { highWaterMark: 0 },
    { highWaterMark: '9' },
    { lowWaterMark: 11, highWaterMark: 10 },
    { highWaterMark: 11, queueLimit: 10 },
  ]) {
    it(`refuses ${JSON.stringify(options)} and names the option`, async () => {
      const reason = await runApp(() => {}, { main: () => new SelectorCatalyst(options as never) }).catch(
        (error: unknown) => error,
      );
      const option = 'lowWaterMark' in options ? 'lowWaterMark' : 'highWaterMark';
      expect(expectCode(reason, 'TT_BAD_OPTION').details).to.include({ option });
    });
  }

  it('stops reading before its queue is full: its high-water mark is half of a small limit', async () => {
    class Burst extends Tonic {
      left = 0;
      ttsc__one(): void {
        this.left--;
      }
      ttsc__fill(count: number): void {
        for (let n = 0; n < count; n++, this.left++) this.ttsc__one();
      }
    }
    let flood!: Burst;
    const app = await startNet(() => (flood = new Burst()), { options: { queueLimit: 100, turnOrders: 1 } });
    const { selector } = app.main as SelectorCatalyst;
    const fullAt = async (orders: number): Promise<number[]> => {
      const seen: number[] = [];
      let began = false;
      flood.ttsc__fill(orders);
      for (; !began || flood.left > 0; await polls(1)) {
        began ||= flood.left > 0;
        if (selector.full) seen.push(flood.left);
      }
      return seen;
    };
    expect(await fullAt(49)).to.deep.equal([]);
    const seen = await fullAt(52);
    // And it reads again at a fifth of that.
    expect([seen[0], seen.at(-1)! >= 10], seen.join()).to.deep.equal([52, true]);
  });

  it('queues what is due and what is ready in one loop, and ends with its last Tonic', async () => {
    const words: string[] = [];
    class Main extends Tonic {
      ttse__onStart(): void {
        new TimerSingleShot({ seconds: 5, name: 'late' });
        words.push('start');
      }
      ttse__onLate(): void {
        words.push('late');
        this.ttsc__finish();
      }
    }
    const { result } = await runApp(() => void new Main(), { main: () => new SelectorCatalyst() });
    expect(words).to.deep.equal(['start', 'late']);
    expect(result.exitCode).to.equal(0);
  });

  it('closes what is registered when it has finished, and holds no timer', async () => {
    const bench = new VirtualBench();
    const app = await startNet(() => {}, { bench });
    const channel = new ProbeChannel();
    const selector = selectorOf(app);
    selector.register(channel, Interest.READ, () => {});
    await app.over();
    expect([channel.detached, selector.keys.size, bench.clock.timers]).to.deep.equal([1, 0, 0]);
  });

  it('logs what a handler throws, and goes on', async () => {
    const app = await startNet(() => {});
    const channel = new ProbeChannel();
    selectorOf(app).register(channel, Interest.READ, () => {
      throw new Error('handler');
    });
    channel.is(Interest.READ);
    await polls(3);
    await app.inside(() => {});
    const { result } = await app.over();
    expect(app.messages(ERROR)).to.deep.equal(['handler']);
    expect(result.exitCode).to.equal(0);
  });

  it('logs what a flush throws, and goes on', async () => {
    const app = await startNet(() => {});
    const channel = new ProbeChannel();
    channel.flush = () => {
      throw new Error('flush');
    };
    const key = selectorOf(app).register(channel, Interest.READ, () => {});
    await app.inside(() => key.flushAfterTurn());
    await polls(2);
    await app.inside(() => {});
    await app.over();
    expect(app.messages(ERROR)).to.deep.equal(['flush']);
  });

  it('takes another queue from newCatalystQueue(), which a subclass may make its own', async () => {
    const put: string[] = [];
    class Watching extends OrderQueue {
      override put(...args: Parameters<OrderQueue['put']>): void {
        put.push(args[1].key);
        super.put(...args);
      }
    }
    class Own extends SelectorCatalyst {
      protected override newCatalystQueue(): CatalystQueue {
        return new Watching('Own');
      }
    }
    class Main extends Tonic {
      ttse__onStart(): void {
        this.ttsc__end();
      }
      ttsc__end(): void {
        this.ttsc__finish();
      }
    }
    await runApp(() => void new Main(), { main: () => new Own() });
    expect(put).to.include('ttsc__end');
  });

  it('takes another loop from sparkle(), made of the same steps', async () => {
    let turns = 0;
    class Own extends SelectorCatalyst {
      override async sparkle(): Promise<void> {
        while (this.sparkling) {
          const wait = this.queueDueTimers();
          const ready = await this.selector.select(this.queue.isEmpty ? wait : 0);
          for (const key of ready) key.dispatch();
          this.executeOrders();
          this.selector.flush();
          turns++;
        }
      }
    }
    const app = await serve(() => new Recorder(), {}, { main: () => new Own({ network: stage().network }) });
    const { peer, connection } = await app.pair();
    peer.send('over its own loop');
    await connection.heard.on('onData');
    connection.ttsc__send('yes');
    await peer.received('yes');
    const { result } = await app.over();
    expect(turns).to.be.greaterThan(3);
    expect(result.exitCode).to.equal(0);
  });

  it('opens its sockets with the network that it is given', async () => {
    const network = new FakeNetwork();
    const app = await startNet(
      () => {
        new TcpServer({ port: 7, host: '10.0.0.1', backlog: 3, maxConnections: 9 });
        new UdpSocket({ port: 9 });
      },
      { options: { network } },
    );
    (await network.listener()).listens();
    const [info] = await app.heard.on('onListening');
    expect(info).to.include({ transport: 'tcp', address: '10.0.0.1', port: 7, maxConnections: 9 });
    expect(network.listeners[0]!.settings).to.deep.include({ backlog: 3, ipv6Only: false, maxConnections: 9 });
    (await network.datagram()).opens();
    const [udp] = await app.heard.on('onListening', 2);
    expect(udp).to.include({ transport: 'udp', port: 9 });

    const peer = network.peer();
    network.listeners[0]!.accepts(peer);
    await app.heard.on('onConnected');
    peer.receives('ping');
    const [connection, data] = await app.heard.on('onData');
    expect(String(data)).to.equal('ping');
    connection.ttsc__send('pong');
    await network.heard.until(() => peer.sent === 'pong');
    peer.peerEnds();
    await app.heard.on('onDisconnected');
    expect(peer.closed).to.equal(true);
  });

  it('is the default main Catalyst', async () => {
    const { Formula } = await import('../../src/index.js');
    let main: unknown;
    class Main extends Tonic {
      ttse__onStart(): void {
        main = this.base;
        this.ttsc__finish();
      }
    }
    class App extends Formula {
      protected override creatingFormula() {
        return { log: { to: 'off' as const } };
      }
      protected override creatingStartingTonics(): void {
        new Main();
      }
    }
    await App.run();
    expect(main).to.be.instanceOf(SelectorCatalyst);
  });

  it('is what sockets need: on a plain Catalyst they say so', async () => {
    let thrown: unknown;
    class Main extends Tonic {
      ttse__onStart(): void {
        try {
          new TcpServer({ port: 0 });
        } catch (error) {
          thrown = error;
        }
        this.ttsc__finish();
      }
    }
    await runApp(() => void new Main(), { main: () => new Catalyst() });
    expect(expectCode(thrown, 'TT_NEEDS_SELECTOR').details).to.include({ class: 'TcpServer' });
  });
});

describe('a SelectorCatalyst with more orders than its high-water mark', () => {
  /** Puts so many orders at once, each of which does nothing. */
  class Flood extends Tonic {
    left = 0;
    turns: number[] = [];
    ttsc__drop(): void {
      this.left--;
    }
    ttsc__pour(count: number): void {
      this.left += count;
      for (let n = 0; n < count; n++) this.ttsc__drop();
    }
  }

  const OPTIONS = { highWaterMark: 100, lowWaterMark: 10, turnOrders: 50 };
  /** Writes down at how many orders it is served; it has more each time. */
  const greedy = (selector: Selector, flood: Flood): number[] => {
    const served: number[] = [];
    const channel = new ProbeChannel();
    selector.register(channel, Interest.READ, (key) => {
      served.push(flood.left);
      key.again(Interest.READ);
    });
    channel.is(Interest.READ);
    return served;
  };

  it('lets those that have more read on when what waits has passed, and loses nothing', async () => {
    let flood!: Flood;
    const app = await startNet(() => (flood = new Flood()), { options: OPTIONS });
    const served = greedy(selectorOf(app), flood);
    flood.ttsc__pour(500);
    while (flood.left > 0 || served.length === 0) await polls(1);
    const during = served.filter((left) => left > 0);
    // Once while the mark was found, once when those that waited then had run.
    expect(during.length, during.join()).to.be.within(1, 2);
    await polls(2);
    expect(flood.left).to.equal(0);
  });

  it('lets others read at most when their turn has come, too', async () => {
    let flood!: Flood;
    const app = await startNet(() => (flood = new Flood()), { options: OPTIONS });
    const heard: number[] = [];
    const channel = new ProbeChannel();
    selectorOf(app).register(channel, Interest.READ, () => heard.push(flood.left));
    flood.ttsc__pour(500);
    while (flood.left !== 451) await polls(1);
    for (; flood.left > 0; await polls(1)) channel.is(Interest.READ);
    await polls(2);
    expect(heard.filter((left) => left > 10).length, heard.join()).to.be.at.most(2);
    expect(heard.at(-1)).to.be.at.most(10);
  });

  describe('that feed themselves for ever', () => {
    onRealSockets('at one instant of virtual time nothing may go on for ever');

    it('serves a peer all the same', async () => {
      class Endless extends Tonic {
        ttsc__again(): void {
          this.ttsc__again();
        }
      }
      const app = await serve(
        () => new Recorder(),
        {},
        { options: { highWaterMark: 50, lowWaterMark: 5, turnOrders: 100 } },
      );
      await app.app.inside(() => {
        for (let n = 0; n < 200; n++) new Endless().ttsc__again();
      });
      const { peer, connection } = await app.pair();
      for (const text of ['one', 'two', 'three']) {
        peer.send(text);
        await connection.heard.until(() => connection.text.endsWith(text), text);
        connection.ttsc__send(text);
      }
      await peer.received('onetwothree');
    });
  });
});
