import { expect } from 'chai';
import type { Random } from '../../src/core/random.js';
import type { DisconnectInfo } from '../../src/tonics/disconnect.js';
import { TcpClient, type TcpClientOptions } from '../../src/tonics/tcp-client.js';
import { TcpConnection } from '../../src/tonics/tcp-connection.js';
import { expectCode, thrownBy } from '../support/errors.js';
import { FakeNetwork } from '../support/fake-network.js';
import { Heard } from '../support/heard.js';
import { ManualClock } from '../support/manual-clock.js';
import { type NetApp, Recorder, serve, startNet, tidyUp } from '../support/net-app.js';
import { freePort, listenOn, needsIPv6 } from '../support/peers.js';

afterEach(tidyUp);

type Started = { app: NetApp; client: TcpClient };

/** Starts a client whose base is the Ear. */
const startClient = async (options: Partial<TcpClientOptions> & { port: number }, setup = {}): Promise<Started> => {
  let client!: TcpClient;
  const app = await startNet(() => (client = new TcpClient({ host: '127.0.0.1', retries: 0, ...options })), setup);
  return { app, client };
};

/** The same with a network and a clock in the hands of the test; chance is always as large as can be. */
const startFake = async (options: Partial<TcpClientOptions> = {}, chance = 1) => {
  const network = new FakeNetwork();
  const clock = new ManualClock();
  const random: Random = { next: () => chance };
  const started = await startClient({ port: 7, host: 'far', ...options }, { clock, random, options: { network } });
  const settled = () => clock.settled();
  return { ...started, network, clock, settled };
};

const infos = (app: { heard: Heard }): DisconnectInfo[] => app.heard.all('onDisconnected').map((args) => args.at(-1));
const codes = (app: { heard: Heard }): string[] => app.heard.all('onError').map((args) => args.at(-1).code);

describe('a TcpClient', () => {
  it('connects, sends and receives; its base hears its events, the client first', async () => {
    const server = await listenOn();
    const { app, client } = await startClient({ port: server.port });
    expect(client.phase).to.equal('connecting');
    expect(await app.heard.on('onConnected')).to.deep.equal([client]);
    expect(client.phase).to.equal('open');
    expect(client.remote).to.deep.equal({ address: '127.0.0.1', port: server.port, family: 'IPv4' });
    const peer = await server.peer();
    expect(client.local).to.include({ address: '127.0.0.1', port: peer.socket.remotePort });
    client.ttsc__send('ping');
    await peer.received('ping');
    peer.send('pong');
    const [from, data] = await app.heard.on('onData');
    expect([from, String(data)]).to.deep.equal([client, 'pong']);
    peer.end();
    await app.heard.on('onInfusionFinished');
    expect(app.heard.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected', 'onInfusionFinished']);
    expect(infos(app)).to.deep.equal([{ reason: 'peerEnded', error: undefined, discarded: 0 }]);
    expect(client.phase).to.equal('closed');
  });

  it('hears its own events in a subclass', async () => {
    const server = await listenOn();
    const heard = new Heard();
    class Own extends TcpClient {
      ttse__onConnected(): void {
        this.send('hello');
      }
      ttse__onData(data: Buffer): void {
        heard.push('onData', data);
      }
    }
    const app = await startNet(() => void new Own({ host: '127.0.0.1', port: server.port }));
    const peer = await server.peer();
    await peer.received('hello');
    peer.send('x');
    await heard.on('onData');
    peer.end();
    await app.heard.on('onDisconnected');
    expect(app.heard.names).to.not.include('onData');
  });

  it('connects to localhost', async () => {
    const server = await listenOn();
    const { app } = await startClient({ port: server.port, host: 'localhost' });
    await app.heard.on('onConnected');
  });

  it('connects to the default host, which is localhost', async () => {
    const server = await listenOn();
    const app = await startNet(() => void new TcpClient({ port: server.port }));
    await app.heard.on('onConnected');
  });

  it('connects over IPv6', async function () {
    await needsIPv6(this);
    const server = await listenOn('::1');
    const { app, client } = await startClient({ port: server.port, host: '::1', family: 6 });
    await app.heard.on('onConnected');
    expect([client.local?.family, client.remote?.address]).to.deep.equal(['IPv6', '::1']);
  });

  it('connects from the address and the port that it is given', async () => {
    const server = await listenOn();
    const localPort = await freePort();
    const { app, client } = await startClient({ port: server.port, localAddress: '127.0.0.1', localPort });
    await app.heard.on('onConnected');
    expect(client.local).to.include({ address: '127.0.0.1', port: localPort });
  });

  it('hands its options to the network', async () => {
    const { network } = await startFake({ family: 4, noDelay: false, keepAlive: 5, localAddress: '10.0.0.9' });
    expect((await network.stream()).settings).to.deep.equal({
      host: 'far',
      port: 7,
      family: 4,
      localAddress: '10.0.0.9',
      localPort: undefined,
      stream: { noDelay: false, keepAlive: 5 },
    });
  });

  it('says who refuses, and why it gave up', async () => {
    const port = await freePort();
    const { app } = await startClient({ port });
    const [, error] = await app.heard.on('onError');
    expect(expectCode(error, 'TT_CONNECTION_REFUSED').details).to.include({ address: `127.0.0.1:${port}` });
    await app.heard.on('onInfusionFinished');
    expect(infos(app)).to.deep.equal([{ reason: 'error', error, discarded: 0 }]);
    expect(app.heard.names).to.deep.equal(['onError', 'onDisconnected', 'onInfusionFinished']);
    expect((await app.over()).result.exitCode).to.equal(0);
  });

  for (const [system, ours] of [
    ['ENOTFOUND', 'TT_NO_SUCH_HOST'],
    ['EAI_AGAIN', 'TT_NO_SUCH_HOST'],
    ['EHOSTUNREACH', 'TT_UNREACHABLE'],
    ['ENETUNREACH', 'TT_UNREACHABLE'],
    ['ETIMEDOUT', 'TT_TIMED_OUT'],
    ['EMFILE', 'TT_OUT_OF_DESCRIPTORS'],
  ] as const) {
    it(`reports ${system} as ${ours}, with host and port`, async () => {
      const { app, network } = await startFake();
      (await network.stream()).fails(system);
      const [, error] = await app.heard.on('onError');
      expect(expectCode(error, ours).message).to.include('far:7');
      await app.heard.on('onInfusionFinished');
    });
  }

  it('reports an address that is not here, and does not fail', async () => {
    const server = await listenOn();
    const { app } = await startClient({ port: server.port, localAddress: '192.0.2.1' });
    expectCode((await app.heard.on('onError'))[1], 'TT_ADDRESS_NOT_AVAILABLE');
    await app.heard.on('onInfusionFinished');
  });

  it('gives a try up that takes longer than connectTimeout', async () => {
    const { app, network, clock } = await startFake({ connectTimeout: 300 });
    const stream = await network.stream();
    await clock.pass(299);
    expect(codes(app)).to.deep.equal([]);
    await clock.pass(1);
    expectCode((await app.heard.on('onError'))[1], 'TT_CONNECT_TIMEOUT');
    expect(stream.closed).to.equal(true);
    await app.heard.on('onInfusionFinished');
    expect(infos(app).map(({ reason }) => reason)).to.deep.equal(['error']);
    expect(codes(app)).to.deep.equal(['TT_CONNECT_TIMEOUT']);
  });

  it('forgets connectTimeout when it is connected', async () => {
    const { app, network, clock, client } = await startFake({ connectTimeout: 300 });
    (await network.stream()).opens();
    await app.heard.on('onConnected');
    await clock.pass(10_000);
    expect([client.phase, codes(app)]).to.deep.equal(['open', []]);
  });

  describe('tries again', () => {
    /** When the n-th try began, in ms since the first. */
    const tries = async (count: number, options: Partial<TcpClientOptions>, chance = 1): Promise<number[]> => {
      const { network, clock } = await startFake(options, chance);
      const begin = clock.now();
      const times: number[] = [];
      for (let n = 1; n <= count; n++) {
        const began = network.stream(n);
        (await clock.passUntil(began)).fails('ECONNREFUSED');
        times.push(clock.now() - begin);
      }
      return times;
    };

    it('after a wait that doubles, up to its cap', async () => {
      const times = await tries(7, { retries: Infinity, retryDelay: 100, retryCap: 1_000 });
      expect(times).to.deep.equal([0, 100, 300, 700, 1_500, 2_500, 3_500]);
    });

    it('after any part of that wait, by chance', async () => {
      expect(await tries(4, { retries: 9, retryDelay: 100 }, 0.25)).to.deep.equal([0, 25, 75, 175]);
      expect(await tries(4, { retries: 9, retryDelay: 100 }, 0)).to.deep.equal([0, 0, 0, 0]);
    });

    it('as often as "retries" says, each failure an onError, and gives up then', async () => {
      const { app, network, clock, client } = await startFake({ retries: 2, retryDelay: 100 });
      for (let n = 1; n <= 3; n++) {
        (await clock.passUntil(network.stream(n))).fails('ECONNREFUSED');
        await app.heard.on('onError', n);
      }
      await app.heard.on('onInfusionFinished');
      await clock.pass(60_000);
      expect(network.streams).to.have.length(3);
      expect(app.heard.names).to.deep.equal([...Array(3).fill('onError'), 'onDisconnected', 'onInfusionFinished']);
      expect(infos(app)[0]).to.include({ reason: 'error', error: app.heard.all('onError')[2]![1] });
      expect(client.phase).to.equal('closed');
    });

    it('and is connected when that succeeds', async () => {
      const port = await freePort();
      const { app } = await startClient({ port, retries: Infinity, retryDelay: 5, retryCap: 20 });
      await app.heard.on('onError', 2);
      const server = await listenOn('127.0.0.1', port);
      await app.heard.on('onConnected');
      await server.peer();
      expect(infos(app)).to.deep.equal([]);
    });

    it('when an open connection was lost, with "reconnect", and has all its retries then', async () => {
      const { app, network, clock } = await startFake({ reconnect: true, retries: 1, retryDelay: 100 });
      const first = await network.stream();
      first.opens();
      await app.heard.on('onConnected');
      first.fails('ECONNRESET');
      await app.heard.on('onDisconnected');
      const lost = clock.now();
      const second = await clock.passUntil(network.stream(2));
      expect(clock.now() - lost).to.equal(100);
      second.fails('ECONNREFUSED');
      const third = await clock.passUntil(network.stream(3));
      third.opens();
      await app.heard.on('onConnected', 2);
      third.peerEnds();
      await app.heard.on('onDisconnected', 2);
      expect(infos(app).map(({ reason }) => reason)).to.deep.equal(['peerReset', 'peerEnded']);
      await clock.passUntil(network.stream(4));
    });

    it('never without "reconnect" when an open connection was lost', async () => {
      const { app, network, clock } = await startFake({ retries: 5 });
      const stream = await network.stream();
      stream.opens();
      await app.heard.on('onConnected');
      stream.fails('ECONNRESET');
      await app.heard.on('onInfusionFinished');
      await clock.pass(60_000);
      expect(network.streams).to.have.length(1);
      expect(infos(app)).to.have.length(1);
    });

    for (const command of ['ttsc__close', 'ttsc__abort', 'ttsc__end'] as const) {
      it(`never after ${command}`, async () => {
        const { app, network, client, clock } = await startFake({ reconnect: true });
        const stream = await network.stream();
        stream.opens();
        await app.heard.on('onConnected');
        client[command]();
        await clock.settled();
        if (!stream.closed) stream.peerEnds();
        await app.heard.on('onInfusionFinished');
        await clock.pass(60_000);
        expect(network.streams).to.have.length(1);
        expect(infos(app).map(({ reason }) => reason)).to.deep.equal([
          command === 'ttsc__abort' ? 'aborted' : 'closedHere',
        ]);
      });
    }
  });

  describe('while it is not connected', () => {
    it('keeps what is sent, and sends it in order when it is', async () => {
      const server = await listenOn();
      const app = await startNet(() => {
        const client = new TcpClient({ host: '127.0.0.1', port: server.port });
        for (const text of ['a', 'b', ['c', Buffer.from('d')], 'e']) client.ttsc__send(text);
      });
      const peer = await server.peer();
      await peer.received('abcde');
      // Whoever was told to wait hears that it has left.
      await app.heard.on('onDrain');
    });

    it('counts it as unsent', async () => {
      const { client, network, clock, app } = await startFake();
      const stream = await network.stream();
      client.ttsc__send('12345');
      expect(client.unsentBytes).to.equal(5);
      await clock.settled();
      expect(client.unsentBytes).to.equal(5);
      stream.opens();
      await app.heard.on('onDrain');
      expect([client.unsentBytes, stream.sent]).to.deep.equal([0, '12345']);
    });

    it('keeps it over failed tries', async () => {
      const { client, network, clock } = await startFake({ retries: 3 });
      client.ttsc__send('1');
      (await network.stream()).fails('ECONNREFUSED');
      await clock.settled();
      client.ttsc__send('2');
      const stream = await clock.passUntil(network.stream(2));
      client.ttsc__send('3');
      stream.opens();
      await network.heard.until(() => stream.sent === '123');
    });

    it('keeps what is sent between two connections, orders and all, and tells nothing of it as lost', async () => {
      const { client, network, clock, app } = await startFake({ reconnect: true });
      const stream = await network.stream();
      stream.opens();
      await app.heard.on('onConnected');
      stream.fails('ECONNRESET');
      client.ttsc__send('order');
      await app.heard.on('onDisconnected');
      client.ttsc__send(' and more');
      const next = await clock.passUntil(network.stream(2));
      next.opens();
      await network.heard.until(() => next.sent === 'order and more');
      expect(infos(app)[0]).to.include({ discarded: 0 });
    });

    it('refuses what is beyond queueLimit, with an error, and keeps the rest', async () => {
      const { client, network, app } = await startFake({ queueLimit: 10 });
      const stream = await network.stream();
      client.ttsc__send('12345678');
      client.ttsc__send('abc');
      client.ttsc__send('90');
      const [, error] = await app.heard.on('onError');
      expect(expectCode(error, 'TT_SEND_REFUSED').message).to.include('"queueLimit" is 10');
      stream.opens();
      await network.heard.until(() => stream.sent === '1234567890');
    });

    it('refuses everything with whileDisconnected fail', async () => {
      const { client, network, app } = await startFake({ whileDisconnected: 'fail' });
      const stream = await network.stream();
      client.ttsc__send('x');
      expect(expectCode((await app.heard.on('onError'))[1], 'TT_SEND_REFUSED').message).to.include('whileDisconnected');
      stream.opens();
      await app.heard.on('onConnected');
      client.ttsc__send('y');
      await network.heard.until(() => stream.sent === 'y');
    });

    it('tells how much was discarded when it gives up', async () => {
      const { client, network, app } = await startFake();
      client.ttsc__send('12345');
      const stream = await network.stream();
      await app.inside(() => {});
      stream.fails('ECONNREFUSED');
      await app.heard.on('onDisconnected');
      expect(infos(app)[0]).to.include({ reason: 'error', discarded: 5 });
    });

    it('ends and closes after what was sent, when it is connected', async () => {
      for (const command of ['ttsc__end', 'ttsc__close'] as const) {
        const server = await listenOn();
        const app = await startNet(() => {
          const client = new TcpClient({ host: '127.0.0.1', port: server.port });
          client.ttsc__send('request');
          client[command]();
          client.ttsc__send('too late');
        });
        const peer = await server.peer();
        await peer.ended();
        expect(peer.text).to.equal('request');
        await app.heard.on('onInfusionFinished');
        expect(codes(app)).to.deep.equal(['TT_SEND_REFUSED']);
        expect(infos(app)).to.deep.equal([{ reason: 'closedHere', error: undefined, discarded: 0 }]);
      }
    });

    it('hears the answer after ttsc__end', async () => {
      const server = await listenOn('127.0.0.1', 0, true);
      const { app, client } = await startClient({ port: server.port });
      client.ttsc__send('request');
      client.ttsc__end();
      const peer = await server.peer();
      await peer.ended();
      peer.end('answer');
      const [, data] = await app.heard.on('onData');
      expect(String(data)).to.equal('answer');
    });

    it('holds back who relays to it, and lets that go on when it is connected', async () => {
      const target = await listenOn();
      class Proxy extends Recorder {
        client!: TcpClient;
        ttse__onStart(): void {
          this.client = new TcpClient({ host: '127.0.0.1', port: target.port });
        }
        override ttse__onData(data: Buffer): void {
          super.ttse__onData(data);
          this.client.ttsc__send(data);
        }
      }
      const app = await serve(() => new Proxy());
      const { peer } = await app.pair();
      let sent = '';
      for (let n = 0; n < 20; n++) {
        await peer.sends(`${n} `);
        sent += `${n} `;
      }
      const other = await target.peer();
      await other.received(sent);
      peer.send('more');
      await other.received(`${sent}more`);
    });
  });

  describe('with a protocol', () => {
    it('makes one for each connection, of a class that a server could share', async () => {
      const made: Recorder[] = [];
      class Proto extends Recorder {
        constructor() {
          super();
          made.push(this);
        }
      }
      const server = await listenOn();
      const { app, client } = await startClient({ port: server.port, protocol: Proto, reconnect: true, retryDelay: 1 });
      const first = await server.peer();
      first.send('one');
      await first.heard.until(() => true);
      while (made.length === 0) await app.inside(() => {});
      await made[0]!.heard.on('onData');
      expect([client.protocol, made[0]!.base, client.phase]).to.deep.equal([made[0], client, 'open']);
      expect(client.remote).to.deep.equal(made[0]!.remote);
      first.end();
      const second = await server.peer(2);
      second.send('two');
      while (made.length === 1) await app.inside(() => {});
      await made[1]!.heard.on('onData');
      expect(made.map(({ text }) => text)).to.deep.equal(['one', 'two']);
      expect(client.protocol).to.equal(made[1]);
      expect(made[0]!.heard.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected', 'onFinished']);
      // Its protocol hears all of these, so the base hears none.
      expect(app.heard.names).to.deep.equal([]);
    });

    it('has events that the protocol does not hear heard by its own base, the protocol first', async () => {
      class Mute extends TcpConnection {}
      const server = await listenOn();
      const { app, client } = await startClient({ port: server.port, protocol: Mute });
      const [protocol] = await app.heard.on('onConnected');
      expect(protocol).to.be.instanceOf(Mute);
      (await server.peer()).end('x');
      await app.heard.on('onInfusionFinished');
      expect(app.heard.names).to.deep.equal(['onConnected', 'onData', 'onEnd', 'onDisconnected', 'onInfusionFinished']);
      expect(app.heard.all('onDisconnected')[0]![0]).to.equal(protocol);
      expect(app.heard.all('onInfusionFinished')[0]![0]).to.equal(client);
    });

    it('hands on what is sent to it, before and after it is connected, in order', async () => {
      const server = await listenOn();
      const { client } = await startClient({ port: server.port, protocol: Recorder });
      client.ttsc__send('before ');
      const peer = await server.peer();
      await peer.received('before ');
      client.ttsc__send('after');
      await peer.received('before after');
    });

    it('hands its commands on to it', async () => {
      const server = await listenOn();
      const { app, client } = await startClient({ port: server.port, protocol: Recorder });
      const peer = await server.peer();
      while (client.protocol === undefined) await app.inside(() => {});
      const protocol = client.protocol as Recorder;
      client.ttsc__pause();
      await protocol.heard.on('onConnected');
      await app.inside(() => {});
      await peer.sends('held');
      for (let n = 0; n < 20; n++) await app.inside(() => {});
      expect(protocol.text).to.equal('');
      client.ttsc__resume();
      await protocol.heard.on('onData');
      client.ttsc__send('the ');
      client.ttsc__send('end');
      client.ttsc__end();
      await peer.ended();
      expect(peer.text).to.equal('the end');
      await app.heard.on('onInfusionFinished');
    });

    for (const [command, reason] of [
      ['ttsc__close', 'closedHere'],
      ['ttsc__abort', 'aborted'],
      ['ttsc__finish', 'finished'],
    ] as const) {
      it(`ends it with ${command}, and finishes`, async () => {
        const server = await listenOn();
        const { app, client } = await startClient({ port: server.port, protocol: Recorder, reconnect: true });
        const peer = await server.peer();
        while (client.protocol === undefined) await app.inside(() => {});
        const protocol = client.protocol as Recorder;
        await protocol.heard.on('onConnected');
        client[command]();
        await peer.closed();
        await app.heard.on('onInfusionFinished');
        expect(protocol.heard.all('onDisconnected').map(([info]) => info.reason)).to.deep.equal([reason]);
        expect(client.finished).to.equal(true);
      });
    }

    it('fails with its protocol: the base hears of it', async () => {
      class Sick extends Recorder {
        override ttse__onConnected(): void {
          throw new Error('sick');
        }
      }
      const server = await listenOn();
      const { app } = await startClient({ port: server.port, protocol: Sick });
      const [{ error }] = await app.heard.on('onInfusionFailed');
      expect((error.cause as Error).message).to.equal('sick');
      await (await server.peer()).closed();
    });

    it('fails where the constructor of its protocol throws, and closes the socket', async () => {
      class Sick extends Recorder {
        constructor() {
          super();
          throw new Error('born sick');
        }
      }
      const server = await listenOn();
      const { app } = await startClient({ port: server.port, protocol: Sick });
      const [{ error }] = await app.heard.on('onInfusionFailed');
      expect(error.message).to.equal('born sick');
      await (await server.peer()).closed();
    });

    it('refuses a protocol that is none, at once', async () => {
      const app = await startNet(() => {});
      const thrown = await app.inside(() => thrownBy(() => new TcpClient({ port: 1, protocol: class {} as never })));
      expectCode(thrown, 'TT_BAD_PROTOCOL');
    });
  });

  describe('is told to stop', () => {
    for (const [command, reason] of [
      ['ttsc__close', 'closedHere'],
      ['ttsc__end', 'closedHere'],
      ['ttsc__abort', 'aborted'],
      ['ttsc__finish', 'finished'],
    ] as const) {
      it(`with ${command} while it connects`, async () => {
        const { app, network, client, clock } = await startFake({ retries: 5 });
        const stream = await network.stream();
        client[command]();
        await app.heard.on('onInfusionFinished');
        await clock.pass(60_000);
        expect([stream.closed, network.streams.length]).to.deep.equal([true, 1]);
        expect(infos(app)).to.deep.equal([{ reason, error: undefined, discarded: 0 }]);
        expect(clock.holding, 'nothing but the loop itself').to.equal(1);
      });

      it(`with ${command} while it waits for another try`, async () => {
        const { app, network, client, clock } = await startFake({ retries: 5, retryDelay: 1_000 });
        (await network.stream()).fails('ECONNREFUSED');
        await app.heard.on('onError');
        await clock.settled();
        client[command]();
        await app.heard.on('onInfusionFinished');
        await clock.pass(60_000);
        expect(network.streams).to.have.length(1);
        expect(infos(app)).to.deep.equal([{ reason, error: undefined, discarded: 0 }]);
      });

      it(`with ${command} when it is connected`, async () => {
        const server = await listenOn();
        const { app, client } = await startClient({ port: server.port });
        await app.heard.on('onConnected');
        client[command]();
        await (await server.peer()).closed();
        await app.heard.on('onInfusionFinished');
        expect(infos(app)).to.deep.equal([{ reason, error: undefined, discarded: 0 }]);
      });
    }

    for (const [command, discarded] of [
      ['ttsc__abort', 5],
      ['ttsc__finish', 5],
    ] as const) {
      it(`with ${command} while it connects and keeps bytes: they are told`, async () => {
        const { app, network, client } = await startFake();
        await network.stream();
        client.ttsc__send('12345');
        client[command]();
        await app.heard.on('onDisconnected');
        expect(infos(app).map((info) => info.discarded)).to.deep.equal([discarded]);
      });
    }

    it('with ttsc__close and bytes kept: the try that is under way is the last', async () => {
      const { app, network, client, clock } = await startFake({ retries: 5 });
      const stream = await network.stream();
      client.ttsc__send('12345');
      client.ttsc__close();
      await app.inside(() => {});
      stream.fails('ECONNREFUSED');
      await app.heard.on('onInfusionFinished');
      await clock.pass(60_000);
      expect(network.streams).to.have.length(1);
      expect(infos(app).map(({ discarded }) => discarded)).to.deep.equal([5]);
    });

    it('with ttsc__close while it waits for another try with bytes kept: they are told', async () => {
      const { app, network, client, clock } = await startFake({ retries: 5 });
      client.ttsc__send('12345');
      (await network.stream()).fails('ECONNREFUSED');
      await app.heard.on('onError');
      await clock.settled();
      client.ttsc__close();
      await app.heard.on('onInfusionFinished');
      expect(infos(app)).to.deep.equal([{ reason: 'closedHere', error: undefined, discarded: 5 }]);
    });

    it('with ttsc__end and bytes kept: it goes on trying until they are sent', async () => {
      const { app, network, client, clock } = await startFake({ retries: 5 });
      client.ttsc__send('12345');
      client.ttsc__end();
      (await network.stream()).fails('ECONNREFUSED');
      const stream = await clock.passUntil(network.stream(2));
      stream.opens();
      await network.heard.until(() => stream.flushed);
      expect(stream.sent).to.equal('12345');
      stream.peerEnds();
      await app.heard.on('onInfusionFinished');
      expect(infos(app).map(({ reason, discarded }) => [reason, discarded])).to.deep.equal([['closedHere', 0]]);
    });

    it('twice: it tells and finishes once', async () => {
      const { app, network, client } = await startFake();
      await network.stream();
      client.ttsc__close();
      client.ttsc__close();
      client.ttsc__abort();
      client.ttsc__finish();
      await app.heard.on('onInfusionFinished');
      expect(infos(app)).to.have.length(1);
    });
  });

  it('that could not be made leaves no socket to be taken by another connection', async () => {
    const app = await startNet(() => {});
    expectCode(
      thrownBy(() => new TcpClient({ port: 1 })),
      'TT_NO_BASE',
    );
    expectCode(await app.inside(() => thrownBy(() => new TcpConnection())), 'TT_NO_SOCKET');
  });
});
