import { expect } from 'chai';
import {
  type DisconnectInfo,
  type SelectorCatalyst,
  TcpClient,
  type TcpClientOptions,
  TcpConnection,
  TcpServer,
} from '../../../../src/index.js';
import { till } from '../../../support/bench.js';
import { ERROR, WARN } from '../../../support/app.js';
import { expectCode, thrownBy } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { Heard } from '../../../support/heard.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { freePort, listenOn, needsIPv6 } from '../../../support/peers.js';

afterEach(tidyUp);

/** A client of a real server, whose events its base hears. */
const client = async (options: TcpClientOptions) => {
  let tonic!: TcpClient;
  const app = await startNet(() => (tonic = new TcpClient({ retries: 0, ...options })));
  return { app, client: tonic };
};

/** The names that the base heard, and the codes of errors. */
const story = (heard: Heard): string[] =>
  heard.events.map(({ name, args }) => (name === 'onError' ? (args[1] as { code: string }).code : name));

describe('a TcpClient', () => {
  describe('connects', () => {
    for (const host of ['localhost', '127.0.0.1', '::1'] as const) {
      it(`to ${host}`, async function () {
        if (host === '::1') await needsIPv6(this);
        const server = await listenOn(host === '::1' ? '::1' : '127.0.0.1');
        const { app, client: tonic } = await client({ port: server.port, host });
        expect((await app.heard.on('onConnected'))[0]).to.equal(tonic);
        const peer = await server.peer();
        expect(tonic.phase).to.equal('open');
        expect(tonic.remote).to.deep.equal({
          address: host === '::1' ? '::1' : '127.0.0.1',
          port: server.port,
          family: host === '::1' ? 'IPv6' : 'IPv4',
        });
        expect(tonic.local).to.include({ port: peer.socket.remotePort });
        tonic.ttsc__send('hello');
        await peer.received('hello');
        peer.send('hi');
        expect((await app.heard.on('onData')).map(String)[1]).to.equal('hi');
        peer.end();
        const [from, info] = await app.heard.on('onDisconnected');
        expect([from, info.reason]).to.deep.equal([tonic, 'peerEnded']);
        await app.heard.on('onInfusionFinished');
        expect([tonic.local, tonic.remote, tonic.phase]).to.deep.equal([undefined, undefined, 'closed']);
        expect(story(app.heard)).to.deep.equal([
          'onConnected',
          'onData',
          'onEnd',
          'onDisconnected',
          'onInfusionFinished',
        ]);
      });
    }

    it('to the address of the family that it is to take', async () => {
      const server = await listenOn();
      const { app } = await client({ port: server.port, host: 'localhost', family: 4 });
      expect((await app.heard.on('onConnected'))[0].remote).to.include({ family: 'IPv4' });
    });

    it('from a local address and port', async () => {
      const server = await listenOn();
      const localPort = await freePort();
      await client({ port: server.port, host: '127.0.0.1', localAddress: '127.0.0.2', localPort });
      const { socket } = await server.peer();
      expect([socket.remoteAddress, socket.remotePort]).to.deep.equal(['127.0.0.2', localPort]);
    });

    it('with noDelay and keepAlive as told', async () => {
      const network = new FakeNetwork();
      network.names.set('b', ['10.0.0.8', '::7']);
      await startNet(
        () => {
          new TcpClient({ port: 1, host: 'a', keepAlive: false });
          new TcpClient({ port: 2, host: 'b', noDelay: false, keepAlive: 5_000, family: 6 });
        },
        { options: { network } },
      );
      await network.stream(2);
      expect(network.streams.map(({ settings }) => settings)).to.deep.equal([
        {
          address: '10.0.0.7',
          port: 1,
          localAddress: undefined,
          localPort: undefined,
          stream: { noDelay: true, keepAlive: undefined },
        },
        {
          address: '::7',
          port: 2,
          localAddress: undefined,
          localPort: undefined,
          stream: { noDelay: false, keepAlive: 5_000 },
        },
      ]);
    });
  });

  describe('that cannot connect says', () => {
    it('that nothing listens there, and finishes', async () => {
      const port = await freePort();
      const { app, client: tonic } = await client({ port, host: '127.0.0.1' });
      const [from, error] = await app.heard.on('onError');
      expect(from).to.equal(tonic);
      expect(expectCode(error, 'TT_CONNECTION_REFUSED').details).to.include({ address: `127.0.0.1:${port}` });
      const [, info] = await app.heard.on('onDisconnected');
      expect(info).to.deep.equal({ reason: 'error', error, discarded: 0 });
      await app.heard.on('onInfusionFinished');
      expect(story(app.heard)).to.deep.equal(['TT_CONNECTION_REFUSED', 'onDisconnected', 'onInfusionFinished']);
      expect((await app.over()).result.exitCode).to.equal(0);
    });

    it('that a name is not known', async () => {
      const { app } = await client({ port: 7, host: 'nobody.invalid' });
      const { details } = expectCode((await app.heard.on('onError'))[1], 'TT_NO_SUCH_HOST');
      expect(details).to.include({ address: 'nobody.invalid:7' });
    });

    it('that its own address is not one of this machine, and names that', async () => {
      const server = await listenOn();
      const { app } = await client({ port: server.port, host: '127.0.0.1', localAddress: '192.0.2.1' });
      const { details } = expectCode((await app.heard.on('onError'))[1], 'TT_ADDRESS_NOT_AVAILABLE');
      expect(details).to.include({ address: '192.0.2.1:0' });
    });

    it('that its own port is taken, and names that', async () => {
      const server = await listenOn();
      const taken = await listenOn();
      const own = { localAddress: '127.0.0.1', localPort: taken.port };
      const { app } = await client({ port: server.port, host: '127.0.0.1', ...own });
      const { details } = expectCode((await app.heard.on('onError'))[1], 'TT_ADDRESS_IN_USE');
      expect(details).to.include({ address: `127.0.0.1:${taken.port}` });
    });

    for (const [code, told] of [
      ['ENETUNREACH', 'TT_UNREACHABLE'],
      ['EHOSTUNREACH', 'TT_UNREACHABLE'],
      ['ETIMEDOUT', 'TT_TIMED_OUT'],
      ['EMFILE', 'TT_OUT_OF_DESCRIPTORS'],
    ] as const) {
      it(`${told} for ${code}`, async () => {
        const network = new FakeNetwork();
        const app = await startNet(() => void new TcpClient({ port: 7, host: 'far', retries: 0 }), {
          options: { network },
        });
        (await network.stream()).fails(code);
        const [, error] = await app.heard.on('onError');
        expect(expectCode(error, told).details).to.include({ address: '10.0.0.7:7' });
        expect((await app.heard.on('onDisconnected'))[1]).to.include({ reason: 'error', error });
      });
    }
  });

  describe('with a protocol', () => {
    it('has a Tonic for each connection, whose class a server may share', async () => {
      class Shared extends Recorder {
        override ttse__onConnected(): void {
          super.ttse__onConnected();
          this.send('hello from a shared class');
        }
      }
      const server = await serve(() => new Shared());
      const made: Shared[] = [];
      class Made extends Shared {
        constructor() {
          super();
          made.push(this);
        }
      }
      const tonic = await server.app.inside(
        () => new TcpClient({ port: server.port, host: '127.0.0.1', protocol: Made }),
      );
      await server.app.bench.till(() => made.length > 0);
      const [protocol] = made;
      await protocol!.heard.on('onData');
      expect(protocol!.text).to.equal('hello from a shared class');
      expect([tonic.protocol, protocol!.base]).to.deep.equal([protocol, tonic]);
      expect([tonic.phase, tonic.remote?.port]).to.deep.equal(['open', server.port]);
      await server.connections[0]!.heard.on('onData');

      tonic.ttsc__send(' and from the client');
      await server.connections[0]!.heard.until(() => server.connections[0]!.text.endsWith('from the client'));
      tonic.ttsc__close();
      const [info] = await protocol!.heard.on('onDisconnected');
      expect(info).to.include({ reason: 'closedHere', discarded: 0 });
      await server.heard.on('onInfusionFinished');
      expect([tonic.finished, tonic.protocol]).to.deep.equal([true, undefined]);
    });

    it('has its unheard events heard by the base of the client, with the connection first', async () => {
      const server = await listenOn();
      class Quiet extends TcpConnection {}
      const { app, client: tonic } = await client({ port: server.port, host: '127.0.0.1', protocol: Quiet });
      const [connection] = await app.heard.on('onConnected');
      expect(connection).to.be.instanceOf(Quiet);
      (await server.peer()).send('x').end();
      expect((await app.heard.on('onData'))[0]).to.equal(connection);
      await app.heard.on('onInfusionFinished');
      expect(story(app.heard)).to.deep.equal([
        'onConnected',
        'onData',
        'onEnd',
        'onDisconnected',
        'onInfusionFinished',
      ]);
      expect(tonic.finished).to.equal(true);
    });

    it('hands it what was sent before, in order, after its greeting', async () => {
      const server = await listenOn();
      class Greeting extends TcpConnection {
        ttse__onConnected(): void {
          this.send('HELO ');
        }
      }
      const { client: tonic } = await client({ port: server.port, host: '127.0.0.1', protocol: Greeting });
      tonic.ttsc__send('a');
      tonic.ttsc__send('b');
      tonic.ttsc__close();
      const peer = await server.peer();
      await peer.ended();
      expect(peer.text).to.equal('HELO ab');
    });

    it('lets a connection go on that relayed to it before', async () => {
      const network = new FakeNetwork();
      let tonic!: TcpClient;
      class Relaying extends Recorder {
        override ttse__onData(data: Buffer): void {
          super.ttse__onData(data);
          tonic.ttsc__send(data);
        }
      }
      const app = await startNet(
        () => {
          new TcpServer({ port: 9, protocol: Relaying, lingerTimeout: 0 });
          tonic = new TcpClient({ port: 7, host: 'far', protocol: TcpConnection, lingerTimeout: 0 });
        },
        { options: { network } },
      );
      const listener = await network.listener();
      const upstream = await network.stream();
      listener.listens();
      await app.heard.on('onListening');
      const peer = network.peer();
      listener.accepts(peer);
      await app.inside(() => {});
      peer.receives('one, ');
      await till(() => tonic.unsentBytes > 0);
      peer.receives('two');
      upstream.opens();
      await network.heard.until(() => upstream.sent === 'one, two', 'both');
      // It was told that its bytes wait, so it is told that they have gone on.
      await app.heard.on('onDrain');
    });

    it('refuses a class that is not one of connections', async () => {
      const app = await startNet(() => {});
      const thrown = await app.inside(() =>
        thrownBy(() => new TcpClient({ port: 1, protocol: class Foo {} as never })),
      );
      expect(expectCode(thrown, 'TT_BAD_PROTOCOL').details).to.include({ class: 'TcpClient' });
    });

    describe('whose constructor throws', () => {
      const refuse = (): TcpConnection => {
        throw new Error('no connection for you');
      };
      class Sick extends TcpConnection {
        constructor() {
          super();
          throw new Error('sick');
        }
      }

      it('hears it as the end of a connection: that one is closed, and it finishes', async () => {
        const server = await listenOn();
        const { app } = await client({ port: server.port, host: '127.0.0.1', protocol: Sick });
        await app.heard.on('onInfusionFinished');
        expect(app.heard.all('onInfusionFailed')).to.be.empty;
        expect(app.messages(ERROR).join()).to.include('sick');
        await (await server.peer()).closed();
      });

      it('hears the end itself where there is no Tonic of it yet', async () => {
        const server = await listenOn();
        class Early extends TcpConnection {
          constructor() {
            fails();
            super();
          }
        }
        const fails = (): void => {
          throw new Error('too early');
        };
        const { app, client: tonic } = await client({ port: server.port, host: '127.0.0.1', protocol: Early });
        await app.heard.on('onInfusionFinished');
        const [[from, told], ...more] = app.heard.all('onDisconnected') as [[unknown, DisconnectInfo]];
        expect([from, more, told.reason, told.error?.message]).to.deep.equal([tonic, [], 'error', 'too early']);
        await (await server.peer()).closed();
      });

      it('leaves no key of it behind', async () => {
        const server = await listenOn();
        const { app } = await client({ port: server.port, host: '127.0.0.1', protocol: () => refuse() });
        await app.heard.on('onInfusionFinished');
        // That of the pipe which wakes the loop.
        expect((app.main as SelectorCatalyst).selector.keys.size).to.equal(1);
      });

      it('connects again with reconnect', async () => {
        const server = await listenOn();
        class Well extends TcpConnection {
          override ttse__onConnected(): void {
            this.send('well');
          }
        }
        let made = 0;
        const protocol = (): TcpConnection => (++made === 1 ? new Sick() : new Well());
        await client({ port: server.port, host: '127.0.0.1', protocol, reconnect: true, retries: 3, retryDelay: 10 });
        await (await server.peer()).closed();
        await (await server.peer(2)).received(4);
        expect(made).to.equal(2);
      });
    });
  });

  it('gives its connection up for another one when it is told to reconnect', async () => {
    const server = await listenOn();
    const { app, client: tonic } = await client({ port: server.port, host: '127.0.0.1' });
    await app.heard.on('onConnected');
    const first = await server.peer();
    tonic.ttsc__reconnect();
    tonic.ttsc__send('again');
    await first.closed();
    const second = await server.peer(2);
    await second.received('again');
    expect((await app.heard.on('onDisconnected'))[1]).to.include({ reason: 'aborted', error: undefined });
    await app.heard.on('onDrain');
    expect(story(app.heard)).to.deep.equal(['onConnected', 'onDisconnected', 'onConnected', 'onDrain']);
  });

  it('hears its own events in a subclass, with states of its own', async () => {
    const heard = new Heard();
    class Login extends TcpClient<'greeting' | 'in'> {
      ttse__onConnected(): void {
        this.toState('greeting');
      }
      ttse_greeting__onData(data: Buffer): void {
        heard.push('greeted', data.toString());
        this.send('user');
        this.toState('in');
      }
      ttse_in__onData(data: Buffer): void {
        heard.push('in', data.toString());
        this.ttsc__close();
      }
      ttse__onData(): void {
        heard.push('too early');
      }
      ttse__onDisconnected({ reason }: { reason: string }): void {
        heard.push(reason);
      }
    }
    const server = await listenOn();
    const app = await startNet(() => void new Login({ port: server.port, host: '127.0.0.1' }));
    const peer = await server.peer();
    peer.send('hello');
    await peer.received('user');
    peer.send('welcome');
    await heard.on('closedHere');
    expect(heard.names).to.deep.equal(['greeted', 'in', 'closedHere']);
    await app.heard.on('onInfusionFinished');
  });

  it('does not take the end of another client that it infused for its own', async () => {
    const server = await listenOn();
    const other = await listenOn();
    class Outer extends TcpClient {
      ttse__onConnected(): void {
        new TcpClient({ port: other.port, host: '127.0.0.1' });
      }
    }
    let tonic!: Outer;
    const app = await startNet(() => (tonic = new Outer({ port: server.port, host: '127.0.0.1' })));
    (await other.peer()).end();
    await app.bench.till(() => tonic.infusions.size === 0);
    tonic.ttsc__send('still here');
    await (await server.peer()).received('still here');
    expect(tonic.phase).to.equal('open');
  });

  it('hears onDrain also where what waited for the connection was empty', async () => {
    const server = await listenOn();
    const app = await startNet(() => new TcpClient({ port: server.port, host: '127.0.0.1' }).ttsc__send(''));
    await app.heard.on('onDrain');
    expect(app.heard.names).to.deep.equal(['onConnected', 'onDrain']);
  });

  it('leaves nothing to the next one when it cannot be made', async () => {
    const app = await startNet(() => {});
    const thrown = await app.inside(() => {
      thrownBy(() => new TcpClient({ port: 1, name: 'ear' }));
      return thrownBy(() => new TcpConnection());
    });
    expectCode(thrown, 'TT_NO_SOCKET');
  });

  it('and a server exchange large messages both ways without standing still', async () => {
    const size = 20_000_000;
    const server = await serve(
      () =>
        new (class extends Recorder {
          override ttse__onConnected(): void {
            this.send(Buffer.alloc(size, 's'));
          }
          override ttse__onData(data: Buffer): void {
            this.heard.push('bytes', data.length);
          }
        })(),
      { unsentLimit: 1e8 },
    );
    class Both extends TcpClient {
      ttse__onConnected(): void {
        this.send(Buffer.alloc(size, 'c'));
      }
      ttse__onData(): void {
        if (this.traffic.receivedBytes === size) heard.push('all');
      }
    }
    const heard = new Heard();
    await server.app.inside(() => new Both({ port: server.port, host: '127.0.0.1', unsentLimit: 1e8 }));
    await heard.on('all');
    const [connection] = server.connections;
    await connection!.heard.until(() => connection!.traffic.receivedBytes === size, 'all at the server');
    expect(server.app.messages(WARN)).to.deep.equal([]);
  });

  it('connects to a server of the same app', async () => {
    let server!: TcpServer;
    const app = await startNet(() => (server = new TcpServer({ port: 0, host: '127.0.0.1' })));
    const [{ port }] = await app.heard.on('onListening');
    const tonic = await app.inside(() => new TcpClient({ port, host: '127.0.0.1' }));
    await app.heard.on('onConnected', 2);
    server.ttsc__close();
    await app.heard.on('onInfusionFinished', 2);
    expect([server.finished, tonic.finished]).to.deep.equal([true, true]);
  });
});
