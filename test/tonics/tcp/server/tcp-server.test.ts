import { expect } from 'chai';
import {
  Formula,
  type ListenInfo,
  SelectorCatalyst,
  TcpClient,
  TcpConnection,
  TcpServer,
  TimerRepeat,
  Tonic,
} from '../../../../src/index.js';
import { till } from '../../../support/bench.js';
import { ERROR, WARN, stall } from '../../../support/app.js';
import { expectCode, thrownBy } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { Heard } from '../../../support/heard.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo, freePort, listenOn, needsIPv6 } from '../../../support/peers.js';
import { stage } from '../../../support/stage.js';
import { turnedAway } from '../../../support/turned-away.js';

afterEach(tidyUp);

const codeOf = async (options: object): Promise<unknown> =>
  connectTo(options as never).then(
    () => 'connected',
    () => 'refused',
  );

describe('a TcpServer', () => {
  it('tells the real address and port where it listens on port 0', async () => {
    let server!: TcpServer;
    const app = await startNet(() => {
      server = new TcpServer({ port: 0, host: '127.0.0.1', maxConnections: 12 });
      expect(server.phase).to.equal('opening');
    });
    const [info] = (await app.heard.on('onListening')) as [ListenInfo];
    expect(info).to.include({
      transport: 'tcp',
      address: '127.0.0.1',
      family: 'IPv4',
      tonic: server,
      maxConnections: 12,
    });
    expect(info.port).to.be.within(1, 65_535);
    expect(server.local).to.deep.equal({ address: '127.0.0.1', port: info.port, family: 'IPv4' });
    expect(server.phase).to.equal('listening');
    await connectTo(info.port);
    await app.heard.on('onConnected');
  });

  it('may have as many connections as the process has descriptors for, less a reserve, and tells it', async () => {
    const app = await startNet(() => void new TcpServer({ port: 0 }));
    const [info] = await app.heard.on('onListening');
    expect(info.maxConnections).to.be.greaterThan(0);
  });

  it('listens on IPv6', async function () {
    await needsIPv6(this);
    const app = await startNet(() => void new TcpServer({ port: 0, host: '::1' }));
    const [{ port, family, address }] = await app.heard.on('onListening');
    expect([family, address]).to.deep.equal(['IPv6', '::1']);
    await connectTo({ port, host: '::1' });
    const [connection] = await app.heard.on('onConnected');
    expect(connection.remote).to.include({ address: '::1', family: 'IPv6' });
  });

  it('listens on IPv6 and IPv4 where no host is given', async function () {
    await needsIPv6(this);
    const app = await startNet(() => void new TcpServer({ port: 0 }));
    const [{ port }] = await app.heard.on('onListening');
    await connectTo({ port, host: '::1' });
    await connectTo({ port, host: '127.0.0.1' });
    await app.heard.on('onConnected', 2);
  });

  it('leaves IPv4 alone with ipv6Only', async function () {
    await needsIPv6(this);
    const app = await startNet(() => void new TcpServer({ port: 0, host: '::', ipv6Only: true }));
    const [{ port }] = await app.heard.on('onListening');
    expect(await codeOf({ port, host: '::1' })).to.equal('connected');
    expect(await codeOf({ port, host: '127.0.0.1' })).to.equal('refused');
  });

  it('hears its own events in a subclass, and those of connections without a protocol, the connection first', async () => {
    const heard = new Heard();
    class Own extends TcpServer {
      ttse__onListening(info: ListenInfo): void {
        heard.push('onListening', info);
      }
      ttse__onConnected(...args: unknown[]): void {
        heard.push('onConnected', ...args);
      }
      ttse__onData(connection: TcpConnection, data: Buffer): void {
        heard.push('onData', connection, data);
        connection.ttsc__send(data);
      }
    }
    const app = await startNet(() => void new Own({ port: 0, host: '127.0.0.1' }));
    const [{ port }] = await heard.on('onListening');
    const peer = await connectTo(port);
    peer.send('x');
    const [connection, data] = await heard.on('onData');
    expect(heard.all('onConnected')).to.deep.equal([[connection]]);
    expect([connection instanceof TcpConnection, String(data)]).to.deep.equal([true, 'x']);
    await peer.received('x');
    peer.end();
    // What the subclass does not hear, its base does.
    expect(await app.heard.on('onDisconnected')).to.include(connection);
    expect(app.heard.names).to.deep.equal(['onEnd', 'onDisconnected']);
  });

  it('has the errors of its connections heard by its base, since its own onError is for itself', async () => {
    const own = new Heard();
    class Own extends TcpServer {
      ttse__onError(...args: unknown[]): void {
        own.push('onError', ...args);
      }
    }
    const app = await startNet(() => void new Own({ port: 0, host: '127.0.0.1' }));
    const [{ port }] = await app.heard.on('onListening');
    const peer = await connectTo(port);
    await app.heard.on('onConnected');
    peer.reset();
    const [connection, error] = await app.heard.on('onError');
    expect(connection).to.be.instanceOf(TcpConnection);
    expectCode(error, 'TT_PEER_RESET');
    expect(own.names).to.deep.equal([]);
  });

  describe('makes the Tonic of a connection', () => {
    it('of a class, one for each', async () => {
      const made: Recorder[] = [];
      class Proto extends Recorder {
        constructor() {
          super();
          made.push(this);
        }
      }
      let server!: TcpServer;
      const app = await startNet(() => (server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: Proto })));
      const [{ port }] = await app.heard.on('onListening');
      const peers = [await connectTo(port), await connectTo(port)];
      peers[0]!.send('first');
      peers[1]!.send('second');
      await till(() => made.length >= 2);
      await made[0]!.heard.on('onData');
      await made[1]!.heard.on('onData');
      expect(made.map((proto) => proto.text).sort()).to.deep.equal(['first', 'second']);
      expect(made[0]!.base).to.equal(server);
      expect([...server.infusions]).to.deep.equal(made);
      expect(server.counts).to.deep.include({ accepted: 2, open: 2, failed: 0 });
    });

    it('with a function that gives it arguments', async () => {
      const app = await serve(
        () =>
          new (class extends Recorder {
            constructor(readonly greeting: string) {
              super();
            }
            override ttse__onConnected(): void {
              this.send(this.greeting);
            }
          })('hello'),
      );
      const peer = await app.connect();
      await peer.received('hello');
    });

    it('and refuses a class that is not one of connections, at once', async () => {
      let thrown: unknown;
      await startNet(() => {
        thrown = thrownBy(() => new TcpServer({ port: 0, protocol: class Foo {} as never }));
      });
      expect(expectCode(thrown, 'TT_BAD_PROTOCOL').details).to.include({ class: 'TcpServer' });
    });

    it('and closes the connection where the function makes something else; the server goes on', async () => {
      let good = false;
      const app = await serve((() => (good ? new Recorder() : new Tonic({ name: 'no connection' }))) as () => Recorder);
      const bad = await app.connect();
      await bad.closed();
      expect(app.server.counts).to.deep.include({ accepted: 0, open: 0, failed: 1 });
      good = true;
      const { peer, connection } = await app.pair();
      peer.send('fine');
      await connection.heard.on('onData');
      expect(app.server.counts).to.deep.include({ accepted: 1, open: 1, failed: 1 });
      const { lines, result } = await app.over();
      expect(lines.filter(({ level }) => level >= ERROR).map(({ err }) => err?.code)).to.deep.equal([
        'TT_BAD_PROTOCOL',
      ]);
      expect(result.exitCode).to.equal(0);
    });

    it('and closes the connection where its constructor throws; the server goes on', async () => {
      let left = 2;
      class Sick extends Recorder {
        constructor() {
          super();
          new TimerRepeat({ seconds: 60, name: 'helper', base: this });
          if (left-- > 0) throw new Error('sick');
        }
      }
      const app = await serve(() => new Sick());
      const size = app.app.ledger.size;
      for (let n = 0; n < 2; n++) await (await app.connect()).closed();
      const { peer, connection } = await app.pair();
      peer.send('fine');
      await connection.heard.on('onData');
      expect(app.server.counts).to.deep.include({ accepted: 1, open: 1, failed: 2 });
      expect(app.app.messages(ERROR)).to.deep.equal(['sick', 'sick']);
      // The connection that is there, and its helper.
      expect(app.app.ledger.size - size).to.equal(2);
    });
  });

  describe('closes the connection where its function gives', () => {
    let only: Recorder | undefined;
    for (const [what, make] of [
      ['one that it made before', () => (only ??= new Recorder())],
      ['a client, which opens its own', () => new TcpClient({ port: 1, host: '127.0.0.1' })],
    ] as const)
      it(what, async () => {
        const app = await serve(make as () => Recorder);
        await app.connect();
        await (await app.connect()).closed();
        const { failed, accepted } = app.server.counts;
        expect([failed > 0, failed + accepted]).to.deep.equal([true, 2]);
        const { lines } = await app.over();
        expect(lines.filter(({ err }) => err?.code === 'TT_BAD_PROTOCOL')).to.have.length(failed);
      });
  });

  it('counts what is open, also beside infusions of its own', async () => {
    class Own extends TcpServer {
      ttse__onStart(): void {
        new TimerRepeat({ seconds: 60 });
      }
    }
    let server!: Own;
    const app = await startNet(() => (server = new Own({ port: 0, host: '127.0.0.1' })));
    const [{ port }] = await app.heard.on('onListening');
    const peer = await connectTo(port);
    await app.heard.on('onConnected');
    expect(server.counts.open).to.equal(1);
    peer.end();
    await app.heard.on('onDisconnected');
    await app.inside(() => {});
    await app.inside(() => {});
    expect(server.counts).to.deep.equal({
      accepted: 1,
      open: 0,
      failed: 0,
      turnedAway: turnedAway(),
      handshakes: { full: 0, resumed: 0 },
    });
  });

  describe('turns away', () => {
    it('more than maxConnections, with an event, and takes others when one has ended', async () => {
      const app = await serve(() => new Recorder(), { maxConnections: 2 });
      const first = await app.pair();
      await app.pair();
      const third = await app.connect();
      const [server, away] = await app.heard.on('onTurnedAway');
      expect(server).to.equal(app.server);
      expect(away).to.deep.equal({
        reason: 'maxConnections',
        remote: { address: '127.0.0.1', port: away.remote.port, family: 'IPv4' },
      });
      await third.closed();
      expect(app.server.counts.turnedAway.maxConnections).to.equal(1);
      first.peer.end();
      await first.connection.heard.on('onFinished');
      const { connection } = await app.pair();
      await connection.heard.on('onConnected');
      expect(app.server.counts).to.deep.include({ accepted: 3, open: 2 });
    });

    it('everybody with a maxConnections of 0', async () => {
      const app = await serve(() => new Recorder(), { maxConnections: 0 });
      const peer = await app.connect();
      await app.heard.on('onTurnedAway');
      await peer.closed();
      expect(app.server.counts).to.deep.include({ accepted: 0, open: 0 });
    });

    it('everybody while it is paused, and takes them again after that', async () => {
      const app = await serve(() => new Recorder());
      const before = await app.pair();
      app.server.ttsc__pause();
      await app.app.inside(() => {});
      const peer = await app.connect();
      const [, { reason }] = await app.heard.on('onTurnedAway');
      expect(reason).to.equal('paused');
      await peer.closed();
      before.peer.send('still served');
      await before.connection.heard.on('onData');
      app.server.ttsc__resume();
      await app.app.inside(() => {});
      const { connection } = await app.pair();
      await connection.heard.on('onConnected');
      expect(app.server.counts.turnedAway).to.deep.equal(turnedAway({ paused: 1 }));
    });
  });

  it('that was paused before it listens turns everybody away', async () => {
    let server!: TcpServer;
    const app = await startNet(() => {
      server = new TcpServer({ port: 0, host: '127.0.0.1' });
      server.ttsc__pause();
    });
    const [{ port }] = await app.heard.on('onListening');
    const peer = await connectTo(port);
    const [, { reason }] = await app.heard.on('onTurnedAway');
    expect(reason).to.equal('paused');
    await peer.closed();
  });

  describe('that cannot listen', () => {
    const listening = async (options: object, network?: FakeNetwork) => {
      let server!: TcpServer;
      const app = await startNet(
        () => (server = new TcpServer({ port: 0, ...options })),
        network && { options: { network } },
      );
      return { app, server };
    };

    it('says that the address is in use, and finishes', async () => {
      const other = await listenOn();
      const { app, server } = await listening({ port: other.port, host: '127.0.0.1' });
      const [from, error] = await app.heard.on('onError');
      expect(from).to.equal(server);
      expect(expectCode(error, 'TT_ADDRESS_IN_USE').details).to.include({ address: `127.0.0.1:${other.port}` });
      await app.heard.on('onInfusionFinished');
      expect([server.phase, server.finished]).to.deep.equal(['closed', true]);
      expect(app.heard.names).to.deep.equal(['onError', 'onInfusionFinished']);
      expect((await app.over()).result.exitCode).to.equal(0);
    });

    it('says that the address is not one of this machine', async () => {
      const { app } = await listening({ host: '192.0.2.1' });
      expectCode((await app.heard.on('onError'))[1], 'TT_ADDRESS_NOT_AVAILABLE');
    });

    it('says that there is no such host', async function () {
      this.timeout(20_000);
      const network = new FakeNetwork();
      const { app } = await listening({ host: 'no.such.host.invalid' }, network);
      (await network.listener()).fails('ENOTFOUND');
      expectCode((await app.heard.on('onError'))[1], 'TT_NO_SUCH_HOST');
    });

    it('says that it is not permitted', async () => {
      const network = new FakeNetwork();
      const { app } = await listening({ port: 1 }, network);
      (await network.listener()).fails('EACCES');
      expect(expectCode((await app.heard.on('onError'))[1], 'TT_PERMISSION_DENIED').details).to.include({
        address: '*:1',
      });
      await app.heard.on('onInfusionFinished');
    });

    it('fails where nobody hears of it, with exit code 1', async () => {
      const other = await listenOn();
      class Deaf extends Tonic {
        ttse__onStart(): void {
          new TcpServer({ port: other.port, host: '127.0.0.1' });
        }
      }
      const app = await startNet(() => void new Deaf());
      // The Ear is the base of its base: it hears of the failure.
      const [{ error }] = await app.heard.on('onInfusionFailed');
      expectCode(error, 'TT_INFUSION_FAILED');
      expectCode(error.cause, 'TT_ADDRESS_IN_USE');

      class App extends Formula {
        protected override creatingFormula() {
          return { log: { to: 'off' as const } };
        }
        protected override creatingMainCatalyst(): SelectorCatalyst {
          return new SelectorCatalyst({ network: stage().network });
        }
        protected override creatingStartingTonics(): void {
          new Deaf();
        }
      }
      const before = process.exitCode;
      const result = await App.run();
      expect([result.exitCode, process.exitCode]).to.deep.equal([1, 1]);
      process.exitCode = before;
    });

    it('may hear of it itself', async () => {
      const other = await listenOn();
      const heard = new Heard();
      class Own extends TcpServer {
        ttse__onError(error: Error): void {
          heard.push('onError', error);
        }
        ttse__onFinished(): void {
          heard.push('onFinished');
        }
      }
      const app = await startNet(() => void new Own({ port: other.port, host: '127.0.0.1' }));
      expectCode((await heard.on('onError'))[0], 'TT_ADDRESS_IN_USE');
      await heard.on('onFinished');
      expect((await app.over()).result.exitCode).to.equal(0);
    });
  });

  it('tells of a later error of its socket, and goes on', async () => {
    const network = new FakeNetwork();
    let server!: TcpServer;
    const app = await startNet(() => (server = new TcpServer({ port: 9 })), { options: { network } });
    const listener = await network.listener();
    listener.listens();
    await app.heard.on('onListening');
    listener.fails('EMFILE', true);
    expectCode((await app.heard.on('onError'))[1], 'TT_OUT_OF_DESCRIPTORS');
    expect([server.phase, server.finished]).to.deep.equal(['listening', false]);
    listener.accepts(network.peer());
    await app.heard.on('onConnected');
  });

  it('takes backlog, noDelay and keepAlive, and hands them to the network', async () => {
    const network = new FakeNetwork();
    const app = await startNet(
      () => {
        new TcpServer({ port: 1, backlog: 5, noDelay: false, keepAlive: 1_000 });
        new TcpServer({ port: 2, keepAlive: false });
        new TcpServer({ port: 3 });
      },
      { options: { network } },
    );
    await network.listener(3);
    expect(network.listeners.map(({ settings }) => [settings.backlog, settings.stream])).to.deep.equal([
      [5, { noDelay: false, keepAlive: 1_000 }],
      [511, { noDelay: true, keepAlive: undefined }],
      [511, { noDelay: true, keepAlive: 60_000 }],
    ]);
    await app.over();
  });

  it('works with each of these on a real socket', async () => {
    const app = await serve(() => new Recorder(), { backlog: 5, noDelay: false, keepAlive: 1_000 });
    const { peer, connection } = await app.pair();
    peer.send('x');
    await connection.heard.on('onData');
  });

  describe('that closes', () => {
    it('refuses new peers, and lets its connections send what they were given before they end', async () => {
      const app = await serve(() => new Recorder());
      const { peer, connection } = await app.pair();
      await connection.heard.on('onConnected');
      connection.ttsc__do((self) => {
        self.say('a'.repeat(3_000_000));
        app.server.ttsc__close();
        self.ttsc__send('the end');
      });
      await peer.received(3_000_007);
      await peer.ended();
      expect(peer.text.endsWith('athe end')).to.equal(true);
      const [info] = await connection.heard.on('onDisconnected');
      expect(info).to.deep.equal({ reason: 'finished', error: undefined, discarded: 0 });
      await app.heard.on('onInfusionFinished');
      expect([app.server.phase, app.server.local, app.server.counts.open]).to.deep.equal(['closed', undefined, 0]);
      expect(await codeOf({ port: app.port, host: '127.0.0.1' })).to.equal('refused');
    });

    it('answers what a peer had sent by then', async () => {
      const app = await serve(
        () =>
          new (class extends Recorder {
            override ttse__onData(data: Buffer): void {
              this.ttsc__send(data);
            }
          })(),
      );
      const { peer } = await app.pair();
      await peer.sends('asked');
      // It comes before the loop has its turn.
      stall(1);
      app.server.ttsc__close();
      await peer.ended();
      expect(peer.text).to.equal('asked');
      await app.heard.on('onInfusionFinished');
    });

    it('before it listens ends without an error', async () => {
      const app = await startNet(() => new TcpServer({ port: 0 }).ttsc__close());
      await app.heard.on('onInfusionFinished');
      expect(app.heard.names).to.deep.equal(['onInfusionFinished']);
    });

    it('leaves its port free', async () => {
      const port = await freePort();
      for (let n = 0; n < 2; n++) {
        const app = await serve(() => new Recorder(), { port });
        const { peer } = await app.pair();
        app.server.ttsc__close();
        await peer.ended();
        await app.over();
        expect(app.app.messages(WARN)).to.deep.equal([]);
      }
    });
  });

  it('refuses a connection that somebody makes by hand', async () => {
    const app = await startNet(() => {});
    const thrown = await app.inside(() => thrownBy(() => new TcpConnection()));
    expect(expectCode(thrown, 'TT_NO_SOCKET').details).to.include({ class: 'TcpConnection' });
  });
});
