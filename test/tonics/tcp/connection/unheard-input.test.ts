import { expect } from 'chai';
import { TcpClient, TcpConnection, TcpServer, type TcpServerOptions, Tonic, UdpSocket } from '../../../../src/index.js';
import { fixed } from '../../../../src/framing/index.js';
import { Distiller, type DistillerOptions } from '../../../../src/testing/index.js';
import '../../../../src/tonics/index.js';

/** It hears no bytes. */
class Deaf extends TcpConnection {}

class Base extends Tonic {
  readonly #begin: () => void;
  constructor(begin: () => void) {
    super();
    this.#begin = begin;
  }
  ttse__onStart(): void {
    this.#begin();
  }
}

class Hearing extends Base {
  heard = 0;
  ttse__onData(): void {
    this.heard++;
  }
  ttse__onDatagram(): void {
    this.heard++;
  }
}

const PORT = 9;
const TEXT = 'x'.repeat(1_000);

/** A server in one app, and in another one so many clients that each send it something. */
async function told(
  make: () => Tonic,
  { clients = 3, ...options }: DistillerOptions & { readonly clients?: number } = {},
): Promise<{ warnings: string[]; distiller: Distiller }> {
  const distiller = await Distiller.start(() => void make(), { seed: 1, host: 'server', ...options });
  await distiller.settle();
  await distiller.join(
    () => {
      for (let n = 0; n < clients; n++) {
        const client = new TcpClient({ host: 'server', port: PORT });
        for (let times = 0; times < 3; times++) client.ttsc__send(TEXT);
        client.ttsc__end();
      }
    },
    { host: 'clients' },
  );
  await distiller.advance('1s');
  const lines = distiller.apps[0]!.lines.filter(({ level }) => level >= 40);
  expect(lines.map(({ code }) => code)).to.deep.equal(lines.map(() => 'TT_INPUT_UNHEARD'));
  return { warnings: lines.map(({ msg }) => msg), distiller };
}

const server = (protocol: TcpServerOptions['protocol']) => (): void => {
  new TcpServer(protocol === undefined ? { port: PORT } : { port: PORT, protocol });
};

describe('bytes that nobody hears', () => {
  let distiller: Distiller | undefined;
  afterEach(async () => distiller?.finish());

  const warnings = async (...args: Parameters<typeof told>): Promise<string[]> => {
    const result = await told(...args);
    ({ distiller } = result);
    return result.warnings;
  };

  it('are told once, however many connections and bytes there are', async () => {
    expect(await warnings(() => new Base(server(Deaf)))).to.deep.equal([
      'Deaf receives bytes, but there is no handler for them: write ttse__onData in it, or in Base, its base, or an empty one to ignore them.',
    ]);
  });

  it('are told as frames where there is a framing', async () => {
    class Framed extends TcpConnection.with({ framing: fixed({ size: 10 }) }) {}
    expect(await warnings(() => new Base(server(Framed)))).to.deep.equal([
      'Framed receives frames, but there is no handler for them: write ttse__onFrame in it, or in Base, its base, or an empty one to ignore them.',
    ]);
  });

  it('are told once for each class', async () => {
    class Other extends TcpConnection {}
    let made = 0;
    const both = (): TcpConnection => (made++ % 2 === 0 ? new Deaf() : new Other());
    const lines = await warnings(() => new Base(server(both)), { clients: 4 });
    expect(lines.map((line) => line.split(' ')[0])).to.have.members(['Deaf', 'Other']);
  });

  it('are told in each app anew', async () => {
    for (let n = 0; n < 2; n++) {
      expect(await warnings(() => new Base(server(Deaf)))).to.have.lengthOf(1);
      await distiller!.finish();
    }
  });

  it('are told of a server without a protocol, whose base does not hear them', async () => {
    const [line] = await warnings(() => new Base(server(undefined)));
    expect(line).to.contain(
      'write ttse__onData in a class of your own, or in Base, its base, or an empty one to ignore them.',
    );
  });

  it('are not told where the base hears them', async () => {
    let hearing!: Hearing;
    expect(await warnings(() => (hearing = new Hearing(server(undefined))))).to.deep.equal([]);
    expect(hearing.heard).to.be.greaterThan(0);
  });

  it('are not told where the class hears them in some state, or means to hear nothing', async () => {
    class InState extends TcpConnection.with({ states: ['open'] }) {
      // eslint-disable-next-line tasktonic/no-unentered-state -- it is the other state that holds
      ttse_open__onData(): void {}
    }
    class Empty extends TcpConnection {
      override ttse__onData(): void {}
    }
    expect(await warnings(() => new Base(server(InState)))).to.deep.equal([]);
    await distiller!.finish();
    expect(await warnings(() => new Base(server(Empty)))).to.deep.equal([]);
  });

  it('are not told of a connection that writes no log', async () => {
    class Silent extends TcpConnection {
      constructor() {
        super({ logMode: 'stealth' });
      }
    }
    expect(await warnings(() => new Base(server(Silent)))).to.deep.equal([]);
  });

  it('are read and dropped: nothing waits, and the end is heard', async () => {
    const ends: string[] = [];
    class Ending extends TcpConnection {
      override ttse__onEnd(): void {
        ends.push(`${this.traffic.receivedBytes} bytes`);
      }
    }
    await warnings(() => new Base(server(Ending)), { clients: 1 });
    expect(ends).to.deep.equal(['3000 bytes']);
  });

  it('of a client are told as well', async () => {
    class Greeter extends TcpConnection {
      override ttse__onConnected(): void {
        this.send('hello');
      }
    }
    class Quiet extends TcpClient {}
    const made = await told(() => new Base(server(Greeter)), { clients: 0 });
    ({ distiller } = made);
    const app = await distiller.join(() => void new Quiet({ host: 'server', port: PORT }), { host: 'client' });
    await distiller.advance('1s');
    const { msg, code, tonic } = app.lines.find(({ level }) => level === 40)!;
    expect([code, msg.split(' ')[0], tonic]).to.deep.equal(['TT_INPUT_UNHEARD', 'Quiet', '01.Quiet']);
  });
});

describe('datagrams that nobody hears', () => {
  it('are told once', async () => {
    class Socket extends UdpSocket {}
    const distiller = await Distiller.start(() => void new Socket({ port: PORT }), { seed: 1, host: 'here' });
    await distiller.settle();
    const peer = new UdpSocket({ base: distiller.main });
    for (let n = 0; n < 5; n++) peer.ttsc__send('x', { address: '127.0.0.1', port: PORT });
    await distiller.advance('1s');
    expect(distiller.lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).to.deep.equal([
      'Socket receives datagrams, but there is no handler for them: write ttse__onDatagram in it, or an empty one to ignore them.',
    ]);
    await distiller.finish();
  });

  it('are not told where the base hears them', async () => {
    let hearing!: Hearing;
    const app = (): void => void (hearing = new Hearing(() => void new UdpSocket({ port: PORT })));
    const distiller = await Distiller.start(app, { seed: 1, host: 'here' });
    await distiller.settle();
    const peer = new UdpSocket({ base: distiller.main });
    peer.ttsc__send('x', { address: '127.0.0.1', port: PORT });
    await distiller.advance('1s');
    expect(hearing.heard).to.equal(1);
    expect(distiller.lines.filter(({ level }) => level >= 40)).to.deep.equal([]);
    await distiller.finish();
  });
});
