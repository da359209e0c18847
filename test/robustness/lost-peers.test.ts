import { expect } from 'chai';
import {
  type ConnectionOptions,
  type DisconnectInfo,
  type ListenInfo,
  type TaskTonicError,
  TcpClient,
  TcpConnection,
  TcpServer,
  Tonic,
} from '../../src/index.js';
import { Later, until } from './support/later.js';
import { endApps, startNetworkApp } from './support/network-app.js';
import { Peer, closePeers } from './support/peer.js';

/** Answers each line; a line that is none it hates, and throws. */
class Lines extends TcpConnection {
  #rest = Buffer.alloc(0);

  ttse__onData(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (let end = this.#rest.indexOf(10); end >= 0; end = this.#rest.indexOf(10)) {
      const line = this.#rest.subarray(0, end).toString();
      this.#rest = this.#rest.subarray(end + 1);
      if (!/^[a-z ]*$/.test(line)) throw new Error('this is no line of mine');
      this.send(line === 'flood' ? Buffer.alloc(FLOOD) : `${line}\n`);
      flooded ||= line === 'flood';
    }
    if (this.#rest.length > 1024) this.ttsc__abort();
  }
  ttse__onDisconnected(info: DisconnectInfo): void {
    ends.push(info);
  }
}

let ends: DisconnectInfo[] = [];
/** More than a kernel keeps for one connection, and less than a connection may hold unsent. */
const FLOOD = 16_000_000;
let flooded = false;

describe('A server', () => {
  let server: TcpServer;
  let port: number;
  let good: Peer;

  async function serve(options: ConnectionOptions = {}, drainTimeout?: number): Promise<void> {
    const listening = new Later<number>();
    class Server extends TcpServer {
      override ttse__onListening(info: ListenInfo): void {
        listening.resolve(info.port);
      }
    }
    await startNetworkApp(() => {
      server = new Server({ port: 0, host: '127.0.0.1', ...options, protocol: () => new Lines({ drainTimeout }) });
    });
    port = await listening.value;
    good = await Peer.connect(port);
    await good.echo('hello\n');
  }

  /** The others have gone, and the good peer is served as before. */
  async function onlyTheGoodIsLeft(): Promise<void> {
    await until(() => server.counts.open === 1, 'the others have gone');
    await good.echo('still there\n');
  }

  beforeEach(() => void (ends = []));
  afterEach(async () => {
    await closePeers();
    await endApps();
  });

  it('outlives peers that reset before it has seen them', async () => {
    await serve();
    const resets = Array.from({ length: 30 }, async () => {
      const peer = await Peer.connect(port);
      peer.socket.resetAndDestroy();
    });
    await Promise.all(resets);
    await onlyTheGoodIsLeft();
    expect(server.counts.failed).to.equal(0);
  });

  it('gives a peer up that never reads what is left for it, when it closes', async () => {
    await serve({ lingerTimeout: 100 }, 300);
    const hole = await Peer.connect(port);
    hole.socket.pause();
    hole.send('flood\n');
    await until(() => flooded, 'more is sent than the kernel keeps');
    server.ttsc__finish();
    await until(() => ends.length === 2, 'both connections end');
    const discarded = ends.map(({ discarded: bytes }) => bytes).sort((x, y) => x - y);
    expect(discarded[0], 'of the good peer').to.equal(0);
    expect(discarded[1], 'of the other').to.be.within(1, FLOOD);
  });
});

describe('A port that is in use', () => {
  afterEach(async () => {
    await endApps();
  });

  it('that nobody hears of ends the app with exit code 1, and the address in its error', async () => {
    const listening = new Later<number>();
    class Main extends Tonic {
      ttse__onStart(): void {
        new TcpServer({ port: 0, host: '127.0.0.1' });
      }
      ttse__onListening({ port }: ListenInfo): void {
        listening.resolve(port);
        new TcpServer({ port, host: '127.0.0.1' });
      }
    }
    const app = await startNetworkApp(() => void new Main());
    const { result } = await app.ended;
    expect(result.exitCode).to.equal(1);
    let cause: unknown = result.error;
    while ((cause as Error).cause instanceof Error && (cause as TaskTonicError).code !== 'TT_ADDRESS_IN_USE')
      cause = (cause as Error).cause;
    expect((cause as TaskTonicError).code).to.equal('TT_ADDRESS_IN_USE');
    expect((cause as Error).message).to.include(`127.0.0.1:${await listening.value}`);
  });
});

describe('A TcpClient', () => {
  afterEach(async () => {
    await closePeers();
    await endApps();
  });

  it('whose server resets hears why, and connects again where it is told to', async () => {
    const listening = new Later<number>();
    let accepted = 0;
    const errors: string[] = [];
    const third = new Later<void>();
    class Resetting extends TcpConnection {
      ttse__onConnected(): void {
        if (++accepted < 3) this.ttsc__abort();
        else third.resolve();
      }
    }
    class Server extends TcpServer {
      override ttse__onListening({ port }: ListenInfo): void {
        listening.resolve(port);
      }
    }
    class Client extends TcpClient {
      override ttse__onError({ code }: TaskTonicError): void {
        errors.push(code);
      }
    }
    const app = await startNetworkApp(() => void new Server({ port: 0, host: '127.0.0.1', protocol: Resetting }));
    new Client({ base: app.main, host: '127.0.0.1', port: await listening.value, reconnect: true, retryDelay: 1 });
    await third.value;
    expect(errors).to.deep.equal(['TT_PEER_RESET', 'TT_PEER_RESET']);
    expect((await app.finish()).result.exitCode).to.equal(0);
  });
});
