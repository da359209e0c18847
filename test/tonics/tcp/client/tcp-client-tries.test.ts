import { expect } from 'chai';
import { TcpClient, TcpConnection, Tonic } from '../../../../src/index.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { VirtualBench } from '../../../support/bench.js';
import { startNet, tidyUp } from '../../../support/net-app.js';
import { listenOn } from '../../../support/peers.js';
import type { ToPort } from '../../../support/on-port.js';

afterEach(tidyUp);

/** A client whose network, time and chance are in the hands of the test. */
const start = async (options: Partial<ToPort> = {}, chance: number | (() => number) = 1) => {
  const network = new FakeNetwork();
  const clock = new VirtualBench();
  let client!: TcpClient;
  const app = await startNet(() => (client = new TcpClient({ port: 7, host: 'far', ...options })), {
    options: { network },
    bench: clock,
    random: { next: typeof chance === 'number' ? () => chance : chance },
  });
  const codes = (): string[] => app.heard.all('onError').map(([, { code }]) => code as string);
  /** How long it is until the next try. */
  const untilNextTry = async (): Promise<number> => {
    const tries = network.streams.length;
    await clock.settled();
    for (let ms = 0; ms <= 100_000; ms++) {
      if (network.streams.length > tries) return ms;
      await clock.pass(1);
    }
    return Infinity;
  };
  const last = () => network.streams.at(-1)!;
  return { app, network, clock, client, codes, untilNextTry, last };
};

describe('a TcpClient that fails to connect', () => {
  it('tries again after waits that double up to a cap', async () => {
    const { last, untilNextTry, codes, client } = await start({ retries: 5, retryDelay: 10, retryCap: 50 });
    const waits: number[] = [];
    for (let n = 0; n < 5; n++) {
      last().fails('ECONNREFUSED');
      waits.push(await untilNextTry());
    }
    expect(waits).to.deep.equal([10, 20, 40, 50, 50]);
    expect(codes()).to.deep.equal(Array(5).fill('TT_CONNECTION_REFUSED'));
    expect([client.phase, client.finished]).to.deep.equal(['connecting', false]);
  });

  it('waits from a half of that to the whole, by chance', async () => {
    const chances = [0.5, 0.1, 0, 0.75];
    const { last, untilNextTry } = await start({ retries: 4, retryDelay: 100, retryCap: 1_000 }, () =>
      chances.shift()!,
    );
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      last().fails('ECONNREFUSED');
      waits.push(await untilNextTry());
    }
    expect(waits).to.deep.equal([75, 110, 200, 700]);
  });

  it('gives up after so many retries, with onDisconnected, and finishes', async () => {
    const { app, network, clock, last, untilNextTry, codes, client } = await start({ retries: 2, retryDelay: 10 });
    client.ttsc__send('never sent');
    await clock.settled();
    for (let n = 0; n < 2; n++) {
      last().fails('ECONNREFUSED');
      await untilNextTry();
    }
    last().fails('EHOSTUNREACH');
    await clock.pass(60_000);
    expect(network.streams.length).to.equal(3);
    expect(codes()).to.deep.equal(['TT_CONNECTION_REFUSED', 'TT_CONNECTION_REFUSED', 'TT_UNREACHABLE']);
    const [, info] = await app.heard.on('onDisconnected');
    expect(info).to.include({ reason: 'error', discarded: 10 });
    expect(info.error).to.have.property('code', 'TT_UNREACHABLE');
    await app.heard.on('onInfusionFinished');
    expect([client.finished, client.unsentBytes]).to.deep.equal([true, 0]);
  });

  it('does not try again with retries: 0', async () => {
    const { app, network, clock, last } = await start({ retries: 0 });
    last().fails('ECONNREFUSED');
    await clock.pass(60_000);
    expect(network.streams.length).to.equal(1);
    await app.heard.on('onInfusionFinished');
  });

  it('tries for ever with giveUpAfter: Infinity', async () => {
    const { last, untilNextTry } = await start({ giveUpAfter: Infinity, retryDelay: 200, retryCap: 300 });
    for (let n = 0; n < 200; n++) {
      last().fails('ECONNREFUSED');
      expect(await untilNextTry()).to.be.within(200, 300);
    }
  });

  it('finds, by default, a server that comes up within 30 s, and gives up after that', async () => {
    for (const comesUp of [true, false]) {
      const { app, network, clock, codes, client } = await start({}, 0.5);
      let failed = 0;
      for (let ms = 0; ms < 30_000; ms++) {
        while (failed < network.streams.length) network.streams[failed++]!.fails('ECONNREFUSED');
        await clock.pass(1);
      }
      const last = network.streams.at(-1)!;
      expect(last.closed, 'the last try is under way').to.equal(false);
      if (comesUp) last.opens();
      else last.fails('ECONNREFUSED');
      await clock.pass(60_000);
      expect([client.phase, codes().length, network.streams.length]).to.deep.equal(
        comesUp ? ['open', failed, failed + 1] : ['closed', failed + 1, failed + 1],
      );
      expect(failed, 'tries before').to.be.within(8, 15);
      if (!comesUp) await app.heard.on('onInfusionFinished');
    }
  });

  it('gives a try up after connectTimeout', async () => {
    const { clock, codes, last, untilNextTry, client } = await start({
      connectTimeout: 3_000,
      retries: 1,
      retryDelay: 5,
    });
    await clock.pass(2_999);
    expect(codes()).to.deep.equal([]);
    const first = last();
    await clock.pass(1);
    expect(codes()).to.deep.equal(['TT_CONNECT_TIMEOUT']);
    expect(first.closed).to.equal(true);
    expect(await untilNextTry()).to.equal(5);
    last().opens();
    await clock.pass(60_000);
    expect(client.phase).to.equal('open');
    expect(codes().length).to.equal(1);
  });

  it('connects when a later try succeeds', async () => {
    const { app, clock, last, untilNextTry, client } = await start({ retryDelay: 10 });
    last().fails('ECONNREFUSED');
    expect(client.local).to.equal(undefined);
    await untilNextTry();
    last().opens();
    await clock.settled();
    await app.heard.on('onConnected');
    last().receives('hello');
    await clock.settled();
    expect(app.heard.names).to.deep.equal(['onError', 'onConnected', 'onData']);
  });
});

describe('a TcpClient that loses its connection', () => {
  const open = async (options: Partial<ToPort>) => {
    const started = await start(options);
    started.last().opens();
    await started.clock.settled();
    return started;
  };

  it('finishes without reconnect', async () => {
    const { app, network, clock, last } = await open({});
    last().fails('ECONNRESET');
    await clock.pass(60_000);
    expect(network.streams.length).to.equal(1);
    await app.heard.on('onInfusionFinished');
    expect(app.heard.names).to.deep.equal(['onConnected', 'onError', 'onDisconnected', 'onInfusionFinished']);
  });

  for (const [how, lose] of [
    ['is reset', (stream) => stream.fails('ECONNRESET')],
    ['is ended', (stream) => stream.peerEnds()],
    ['fails', (stream) => stream.fails('ETIMEDOUT')],
  ] as readonly [string, (stream: ReturnType<FakeNetwork['peer']>) => void][]) {
    it(`connects again with reconnect where it ${how}`, async () => {
      const { app, clock, last, untilNextTry, client } = await open({ reconnect: true, retryDelay: 10 });
      lose(last());
      expect(await untilNextTry()).to.equal(10);
      expect([client.phase, client.finished]).to.deep.equal(['connecting', false]);
      last().opens();
      await clock.settled();
      expect(app.heard.count('onConnected')).to.equal(2);
      expect(app.heard.count('onDisconnected')).to.equal(1);
      client.ttsc__send('again');
      await clock.settled();
      expect(last().sent).to.equal('again');
    });
  }

  it('has all its retries again, and waits as after a first failure', async () => {
    const { clock, codes, last, untilNextTry, client } = await open({ reconnect: true, retries: 2, retryDelay: 10 });
    for (let round = 0; round < 3; round++) {
      await clock.pass(5_000);
      last().fails('ECONNRESET');
      expect(await untilNextTry()).to.equal(10);
      last().fails('ECONNREFUSED');
      expect(await untilNextTry()).to.equal(10);
      last().fails('ECONNREFUSED');
      expect(await untilNextTry()).to.equal(20);
      last().opens();
      await clock.settled();
    }
    expect(client.phase).to.equal('open');
    expect(codes().length).to.equal(9);
    await clock.pass(5_000);
    last().fails('ECONNRESET');
    for (let n = 0; n < 2; n++) {
      await untilNextTry();
      last().fails('ECONNREFUSED');
    }
    expect(await untilNextTry()).to.equal(20);
    last().fails('ECONNREFUSED');
    await clock.pass(60_000);
    expect(client.finished).to.equal(true);
  });

  it('comes back ever more seldom to a server that accepts and closes, and gives up after so many retries', async () => {
    const { app, clock, client, last, untilNextTry } = await open({ reconnect: true, retries: 3, retryDelay: 10 });
    const waits: number[] = [];
    for (let n = 0; n < 3; n++) {
      last().peerEnds();
      waits.push(await untilNextTry());
      last().opens();
      await clock.settled();
    }
    expect(waits).to.deep.equal([10, 20, 40]);
    last().peerEnds();
    await clock.pass(60_000);
    expect(client.finished).to.equal(true);
    expect(app.heard.count('onDisconnected'), 'one for each connection').to.equal(4);
  });

  it('does not answer its own end with a new connection', async () => {
    for (const end of ['ttsc__close', 'ttsc__abort', 'ttsc__end', 'ttsc__finish'] as const) {
      const { network, clock, client, last } = await open({ reconnect: true });
      client[end]();
      await clock.settled();
      last().peerEnds();
      await clock.pass(60_000);
      expect([end, client.finished, network.streams.length]).to.deep.equal([end, true, 1]);
    }
  });

  it('makes a new Tonic of its protocol for the new connection', async () => {
    const { clock, last, untilNextTry, client } = await open({
      reconnect: true,
      retryDelay: 1,
      protocol: TcpConnection,
    });
    const first = client.protocol;
    expect(first).to.be.instanceOf(TcpConnection);
    last().fails('ECONNRESET');
    await untilNextTry();
    expect(client.protocol).to.equal(undefined);
    last().opens();
    await clock.settled();
    expect(client.protocol).to.be.instanceOf(TcpConnection);
    expect([client.protocol === first, first!.finished]).to.deep.equal([false, true]);
  });
});

describe('what is sent to a TcpClient that is not connected', () => {
  it('waits for the connection, and leaves in order', async () => {
    const { app, clock, client, last } = await start();
    client.ttsc__send('1');
    client.ttsc__send(['2', Buffer.from('3')]);
    await clock.settled();
    expect(client.unsentBytes).to.equal(3);
    last().opens();
    client.ttsc__send('4');
    await clock.settled();
    expect(last().sent).to.equal('1234');
    expect(client.traffic).to.include({ sentBytes: 4, sentMessages: 3 });
    expect(app.heard.names).to.deep.equal(['onConnected', 'onDrain']);
  });

  it('waits through tries that fail, and while it connects again', async () => {
    const { clock, client, last, untilNextTry } = await start({ reconnect: true, retryDelay: 5 });
    client.ttsc__send('a');
    await clock.settled();
    last().fails('ECONNREFUSED');
    await clock.settled();
    client.ttsc__send('b');
    await untilNextTry();
    last().opens();
    await clock.settled();
    expect(last().sent).to.equal('ab');
    last().fails('ECONNRESET');
    await clock.settled();
    client.ttsc__send('c');
    await untilNextTry();
    last().opens();
    await clock.settled();
    expect(last().sent).to.equal('c');
  });

  it('is refused beyond queueLimit, and what waits already still waits', async () => {
    const { clock, client, codes, last } = await start({ queueLimit: 10 });
    client.ttsc__send('1234567890');
    client.ttsc__send('x');
    await clock.settled();
    expect(codes()).to.deep.equal(['TT_SEND_REFUSED']);
    last().opens();
    await clock.settled();
    expect(last().sent).to.equal('1234567890');
  });

  it('is refused with whileDisconnected: fail', async () => {
    const { app, clock, client, codes, last } = await start({ whileDisconnected: 'fail' });
    client.ttsc__send('x');
    await clock.settled();
    expect(codes()).to.deep.equal(['TT_SEND_REFUSED']);
    expect(app.heard.all('onError')[0]![1].details).to.include({ bytes: 1 });
    last().opens();
    await clock.settled();
    client.ttsc__send('y');
    await clock.settled();
    expect(last().sent).to.equal('y');
  });

  it('is told as discarded where it gives up', async () => {
    const { app, clock, client, last } = await start({ retries: 0 });
    client.ttsc__send('12345');
    await clock.settled();
    last().fails('ECONNREFUSED');
    await clock.settled();
    expect((await app.heard.on('onDisconnected'))[1]).to.include({ reason: 'error', discarded: 5 });
  });

  it('is told as discarded once, where the connection was lost before the tries that failed', async () => {
    const { app, clock, client, last, untilNextTry } = await start({
      reconnect: true,
      retries: 0,
      retryDelay: 1,
      stableAfter: 0,
    });
    last().opens();
    last().stuck = true;
    client.ttsc__send('12345');
    await clock.settled();
    last().fails('ECONNRESET');
    await untilNextTry();
    last().fails('ECONNREFUSED');
    await clock.settled();
    expect(app.heard.all('onDisconnected').map(([, { discarded }]) => discarded as number)).to.deep.equal([5, 0]);
  });

  it('is refused where the connection is lost in the same turn, and there will be no other one', async () => {
    const { app, clock, client, codes, last } = await start();
    last().opens();
    await clock.settled();
    last().fails('ECONNRESET');
    client.ttsc__send('12345');
    await clock.settled();
    expect(codes()).to.deep.equal(['TT_PEER_RESET', 'TT_SEND_REFUSED']);
    expect(app.heard.all('onError')[1]![1].details).to.include({ bytes: 5 });
    expect([client.finished, client.unsentBytes]).to.deep.equal([true, 0]);
  });

  it('is refused after ttsc__end, though the peer still sends', async () => {
    const { clock, client, codes, last } = await start({ reconnect: true });
    last().opens();
    client.ttsc__end();
    client.ttsc__send('too late');
    await clock.settled();
    expect(codes()).to.deep.equal(['TT_SEND_REFUSED']);
    expect(client.unsentBytes).to.equal(0);
    last().receives('still');
    await clock.settled();
  });
});

describe('a TcpClient is ended', () => {
  const info = async (app: Awaited<ReturnType<typeof start>>['app']) => (await app.heard.on('onDisconnected'))[1];

  for (const [command, reason] of [
    ['ttsc__close', 'closedHere'],
    ['ttsc__end', 'closedHere'],
    ['ttsc__abort', 'aborted'],
    ['ttsc__finish', 'finished'],
  ] as const) {
    it(`by ${command} while it connects`, async () => {
      const { app, network, clock, client, last } = await start();
      client[command]();
      await clock.settled();
      expect(await info(app)).to.deep.equal({ reason, error: undefined, discarded: 0 });
      await app.heard.on('onInfusionFinished');
      expect([last().closed, client.phase]).to.deep.equal([true, 'closed']);
      await clock.pass(60_000);
      expect(network.streams.length).to.equal(1);
      expect(app.heard.names).to.deep.equal(['onDisconnected', 'onInfusionFinished']);
    });

    it(`by ${command} while it waits before another try`, async () => {
      const { app, network, clock, client, last } = await start({ retryDelay: 1_000 });
      client.ttsc__send('123');
      await clock.settled();
      last().fails('ECONNREFUSED');
      await clock.pass(500);
      client[command]();
      if (command === 'ttsc__end') client.ttsc__abort();
      await clock.settled();
      const { discarded, error, reason: told } = await info(app);
      expect([discarded, error]).to.deep.equal([3, undefined]);
      expect(told).to.equal(command === 'ttsc__end' ? 'aborted' : reason);
      await app.heard.on('onInfusionFinished');
      await clock.pass(60_000);
      expect(network.streams.length).to.equal(1);
      expect(app.heard.names).to.deep.equal(['onError', 'onDisconnected', 'onInfusionFinished']);
    });

    it(`by ${command} while it is open`, async () => {
      const { app, clock, client, last } = await start();
      last().opens();
      client.ttsc__send('bye');
      client[command]();
      await clock.settled();
      last().peerEnds();
      await clock.settled();
      expect(await info(app)).to.include({ reason, error: undefined });
      if (command !== 'ttsc__abort') expect(last().sent).to.equal('bye');
      await app.heard.on('onInfusionFinished');
    });
  }

  it('by ttsc__close only after what waits for the connection has left', async () => {
    const { app, clock, client, last } = await start();
    client.ttsc__send('hello');
    client.ttsc__close();
    client.ttsc__send('too late');
    await clock.settled();
    expect(client.phase).to.equal('connecting');
    last().opens();
    await clock.settled();
    expect([last().sent, last().flushed]).to.deep.equal(['hello', true]);
    last().peerEnds();
    expect(await info(app)).to.include({ reason: 'closedHere', discarded: 0 });
    expect(app.heard.all('onError').map(([, { code }]) => code as string)).to.deep.equal(['TT_SEND_REFUSED']);
  });

  for (const retries of [Infinity, 0])
    it(`by ttsc__close, and tries no more when that try fails, with retries: ${retries}`, async () => {
      const { app, network, clock, client, last } = await start({ retries });
      client.ttsc__send('hello');
      client.ttsc__close();
      await clock.settled();
      last().fails('ECONNREFUSED');
      await clock.pass(60_000);
      expect(network.streams.length).to.equal(1);
      expect(app.heard.all('onDisconnected').length).to.equal(1);
      expect(await info(app)).to.include({ reason: 'error', discarded: 5 });
      expect(client.finished).to.equal(true);
    });

  it('by a throw while it connects, and tells what waited', async () => {
    class Sick extends TcpClient {
      ttsc__fail(): void {
        throw new Error('sick');
      }
    }
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: Sick;
    const app = await startNet(() => (client = new Sick({ port: 7, host: 'far' })), {
      options: { network },
      bench: clock,
    });
    client.ttsc__send('hello');
    client.ttsc__fail();
    await clock.settled();
    expect([client.finished, app.heard.all('onDisconnected').length]).to.deep.equal([true, 1]);
    const told = await info(app);
    expect(told).to.include({ reason: 'error', discarded: 5 });
    expect(told.error).to.have.property('message', 'sick');
  });

  it('by a throw, and opens no connection while it waits for its infusions', async () => {
    class Slow extends Tonic {
      ttse__onDraining(): void {}
    }
    class Sick extends TcpClient {
      ttse__onStart(): void {
        new Slow({ drainTimeout: 1_000 });
        this.ttsc__fail();
      }
      ttsc__fail(): void {
        throw new Error('sick');
      }
    }
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: Sick;
    const app = await startNet(() => (client = new Sick({ port: 7, host: 'far' })), {
      options: { network },
      bench: clock,
    });
    const stream = await network.stream();
    await clock.settled();
    stream.opens();
    await clock.settled();
    expect([client.finished, client.phase, stream.closed]).to.deep.equal([false, 'closed', true]);
    await clock.pass(1_000);
    expect(client.finished).to.equal(true);
    expect(app.heard.count('onConnected')).to.equal(0);
    expect(app.heard.all('onDisconnected').length).to.equal(1);
  });

  it('by ttsc__abort before it connects for real, and nobody hears of a connection', async () => {
    const server = await listenOn();
    const app = await startNet(() => new TcpClient({ port: server.port, host: 'localhost' }).ttsc__abort());
    await app.heard.on('onInfusionFinished');
    expect(app.heard.names).to.deep.equal(['onDisconnected', 'onInfusionFinished']);
  });

  it('by the end of the app', async () => {
    const { app, client } = await start();
    app.main.ttsc__finish();
    await app.end();
    expect(client.finished).to.equal(true);
    expect(app.heard.names).to.include('onDisconnected');
  });
});

/** A protocol whose events go on to the base of its client. */
class Quiet extends TcpConnection {}

describe('a TcpClient that is paused before it is connected', () => {
  for (const [how, options] of [
    ['is the connection itself', {}],
    ['has a protocol', { protocol: Quiet }],
  ] as const) {
    it(`and ${how} connects, and hears nothing until it is resumed`, async () => {
      const { app, clock, client, last } = await start(options);
      client.ttsc__pause();
      await clock.settled();
      last().opens();
      await clock.settled();
      last().receives('held');
      await clock.settled();
      expect(app.heard.names).to.deep.equal(['onConnected']);
      client.ttsc__resume();
      await clock.settled();
      expect(app.heard.names).to.deep.equal(['onConnected', 'onData']);
    });

    it(`and ${how} is so too after a try that failed, and not after a connection that ended`, async () => {
      const { app, clock, client, last, untilNextTry } = await start({ ...options, reconnect: true, retryDelay: 10 });
      client.ttsc__pause();
      await clock.settled();
      last().fails('ECONNREFUSED');
      await untilNextTry();
      last().opens();
      await clock.settled();
      last().receives('held');
      await clock.settled();
      expect(app.heard.names).to.deep.equal(['onError', 'onConnected']);
      last().fails('ECONNRESET');
      await untilNextTry();
      last().opens();
      await clock.settled();
      last().receives('heard');
      await clock.settled();
      expect(app.heard.names.slice(-2)).to.deep.equal(['onConnected', 'onData']);
    });

    it(`and ${how} connects also when it was resumed at once`, async () => {
      const { app, clock, client, last } = await start(options);
      client.ttsc__pause();
      client.ttsc__resume();
      await clock.settled();
      last().opens();
      await clock.settled();
      last().receives('heard');
      await clock.settled();
      expect(app.heard.names).to.deep.equal(['onConnected', 'onData']);
    });
  }
});
