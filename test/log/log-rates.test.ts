import { expect } from 'chai';
import { TcpConnection, TcpServer, Tonic } from '../../src/index.js';
import { type Line, ERROR, WARN, runApp } from '../support/app.js';
import { till } from '../support/bench.js';
import { startNet, tidyUp } from '../support/net-app.js';
import { type Peer, connectTo } from '../support/peers.js';

const INFO = 30;
const ofCode = (lines: readonly Line[], code: string): Line[] => lines.filter((line) => line.code === code);
const moreOf = (lines: readonly Line[]): unknown[] =>
  lines.map((line) => line['more']).filter((more) => more !== undefined);

describe('what peers can make an app write', () => {
  afterEach(tidyUp);

  /** Nobody hears the errors of its connections. */
  class Deaf extends Tonic {
    server!: TcpServer;
    readonly connections: TcpConnection[] = [];
    constructor(private readonly make: () => TcpConnection) {
      super({ name: 'deaf' });
    }
    ttse__onStart(): void {
      const protocol = (): TcpConnection => {
        const connection = this.make();
        this.connections.push(connection);
        return connection;
      };
      this.server = new TcpServer({ name: 'server', port: 0, host: '127.0.0.1', protocol });
    }
    ttse__onData(): void {}
    ttse__onListening(): void {}
  }

  async function start(make = (): TcpConnection => new TcpConnection()) {
    let deaf!: Deaf;
    const app = await startNet(() => (deaf = new Deaf(make)));
    const { bench } = app;
    await till(() => deaf.server.local !== undefined);
    return {
      bench,
      get lines(): readonly Line[] {
        return app.lines;
      },
      /** Peers that are connected, and have their connections here. */
      async peers(count: number): Promise<Peer[]> {
        const before = deaf.connections.length;
        const { port } = deaf.server.local!;
        const peers = await Promise.all(Array.from({ length: count }, async () => connectTo(port)));
        await till(() => deaf.connections.length === before + count);
        return peers;
      },
      /** They reset, and that was seen. */
      async reset(peers: readonly Peer[]): Promise<void> {
        for (const peer of peers) peer.reset();
        await till(() => deaf.connections.every(({ finished }) => finished));
      },
      connection: () => deaf.connections.at(-1)!,
      over: async () => app.over(),
    };
  }

  it('is one line at level info for a reset, with its address and without a stack', async () => {
    const app = await start();
    const peers = await app.peers(1);
    const { name, remote } = app.connection();
    const { address, port } = remote!;
    await app.reset(peers);
    const { lines } = await app.over();
    const [line, ...others] = ofCode(lines, 'TT_PEER_RESET');
    expect(line).to.include({ level: INFO, tonic: name, address: `${address}:${port}` });
    expect(line!.msg).to.equal(`The peer at ${address}:${port} reset the connection.`);
    expect(line).not.to.have.property('err');
    expect(others).to.deep.equal([]);
  });

  it('is ten lines within a second for resets of many, and one that counts the rest', async () => {
    const app = await start();
    await app.reset(await app.peers(100));
    const before = ofCode(app.lines, 'TT_PEER_RESET');
    expect(before).to.have.length(10);
    await app.bench.pass(1_000);
    const [count, ...others] = ofCode(app.lines, 'TT_PEER_RESET').slice(10);
    expect(count).to.include({ level: INFO, tonic: 'server', more: 90 });
    expect(count!.msg).to.match(/^90 more of this kind within a second, of TcpConnection; the last: The peer at /);
    expect(others).to.deep.equal([]);
    // The next second is a new one.
    await app.reset(await app.peers(1));
    expect(ofCode(app.lines, 'TT_PEER_RESET')).to.have.length(12);
  });

  it('is counted at the end of the app as well', async () => {
    const app = await start();
    await app.reset(await app.peers(30));
    const { lines } = await app.over();
    expect(moreOf(lines)).to.deep.equal([20]);
  });

  it('is five failures of one connection within a second, and one line that counts the rest', async () => {
    class Picky extends TcpConnection {
      override ttse__onData(): void {
        for (let n = 1; n <= 50; n++) this.ttsc__fail(n);
      }
      ttsc__fail(n: number): void {
        throw new Error(`bad line ${n}`);
      }
      ttse__onFailure(): void {}
    }
    const app = await start(() => new Picky());
    const peers = await app.peers(1);
    const { name } = app.connection();
    peers[0]!.send('lines');
    await till(() => app.lines.some(({ level }) => level === ERROR));
    await app.reset(peers);
    const { lines } = await app.over();
    const errors = lines.filter(({ level }) => level === ERROR);
    expect(errors.map(({ msg }) => msg).slice(0, 5)).to.deep.equal([1, 2, 3, 4, 5].map((n) => `bad line ${n}`));
    expect(errors.slice(5).map(({ msg }) => msg)).to.deep.equal([
      `45 more of this kind within a second, of ${name}; the last: bad line 50`,
    ]);
  });

  it('is five warnings of one connection, and leaves those of another kind alone', async () => {
    class Hasty extends TcpConnection {
      ttsc__hurry(): unknown {
        return Promise.resolve();
      }
      override ttse__onData(): void {
        for (let n = 0; n < 20; n++) this.ttsc__hurry();
      }
    }
    const app = await start(() => new Hasty());
    const peers = await app.peers(1);
    peers[0]!.send('lines');
    await till(() => ofCode(app.lines, 'TT_ASYNC_SPARKLE').length > 0);
    await app.reset(peers);
    const { lines } = await app.over();
    expect(moreOf(ofCode(lines, 'TT_ASYNC_SPARKLE'))).to.deep.equal([15]);
    expect(ofCode(lines, 'TT_ASYNC_SPARKLE').filter(({ level }) => level === WARN)).to.have.length(6);
    expect(ofCode(lines, 'TT_PEER_RESET')).to.have.length(1);
  });
});

describe('what an app does by itself', () => {
  it('is told whole: each Tonic that is aborted is named', async () => {
    class Held extends Tonic {
      ttse__onDraining(): void {}
    }
    class Main extends Tonic {
      ttse__onStart(): void {
        for (let n = 0; n < 50; n++) new Held({ drainTimeout: 10 });
        this.ttsc__finish();
      }
    }
    const { lines } = await runApp(() => void new Main());
    const named = ofCode(lines, 'TT_ABORTED').map(({ tonic }) => tonic);
    expect(new Set(named)).to.have.property('size', 50);
  });

  it('is told whole: each failure of a Tonic that has no socket', async () => {
    class Failing extends Tonic {
      ttse__onStart(): void {
        for (let n = 0; n < 50; n++) this.ttsc__fail();
        this.ttsc__finish();
      }
      ttsc__fail(): void {
        throw new Error('boom');
      }
      ttse__onFailure(): void {}
    }
    const { lines } = await runApp(() => void new Failing());
    expect(lines.filter(({ level }) => level === ERROR)).to.have.length(50);
  });
});
