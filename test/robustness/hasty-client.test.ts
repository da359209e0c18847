import { expect } from 'chai';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { type DisconnectInfo, type TaskTonicError, TcpClient } from '../../src/index.js';
import { collectGarbage } from '../support/memory.js';
import { Later, until } from './support/later.js';
import { endApps, startNetworkApp } from './support/network-app.js';
import type { ToPort } from '../support/on-port.js';

const MIB = 1024 * 1024;
const LIMIT = 4 * MIB;
const PIECE = 65_536;
/** What it would like to send: many times what may wait. */
const PIECES = 4_000;

/** Sends one piece after the other, whatever becomes of them. */
class Hasty extends TcpClient {
  readonly results = { sent: 0, waiting: 0, refused: 0 };
  readonly codes = new Set<string>();
  readonly over = new Later<DisconnectInfo>();
  offered = 0;
  mostUnsent = 0;
  drains = 0;

  override ttse__onConnected(): void {
    this.ttsc__next();
  }
  ttsc__next(): void {
    if (this.offered === PIECES || this.phase !== 'open') return;
    this.results[this.send(Buffer.alloc(PIECE, this.offered++ % 251))]++;
    this.mostUnsent = Math.max(this.mostUnsent, this.unsentBytes);
    this.ttsc__next();
  }
  override ttse__onDrain(): void {
    this.drains++;
  }
  override ttse__onError({ code }: TaskTonicError): void {
    this.codes.add(code);
  }
  override ttse__onDisconnected(info: DisconnectInfo): void {
    this.over.resolve(info);
  }
}

describe('A TcpClient that sends faster than its peer reads', function () {
  this.timeout(10_000);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.pause());
    socket.on('error', () => {}).on('data', (data) => (received += data.length));
  });
  let received = 0;

  before((done) => void server.listen(0, '127.0.0.1', done));
  after(() => server.close());
  beforeEach(() => (received = 0));
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await endApps();
  });

  const start = async (options: Partial<ToPort>): Promise<Hasty> => {
    const { port } = server.address() as AddressInfo;
    let client!: Hasty;
    await startNetworkApp(() => (client = new Hasty({ port, host: '127.0.0.1', unsentLimit: LIMIT, ...options })));
    return client;
  };
  const buffers = (): number => {
    collectGarbage();
    return process.memoryUsage().external;
  };

  it('is closed at unsentLimit, and told why and what was lost', async () => {
    const client = await start({ lingerTimeout: 200 });
    const info = await client.over.value;
    expect(info.reason).to.equal('overflow');
    expect(info.error).to.have.property('code', 'TT_UNSENT_LIMIT');
    expect(client.mostUnsent).to.be.within(LIMIT - PIECE, LIMIT);
    expect(info.discarded).to.be.within(LIMIT - PIECE, LIMIT + PIECE);
    const { sent, waiting, refused } = client.results;
    expect(sent + waiting + refused).to.equal(client.offered);
    expect((sent + waiting) * PIECE).to.be.at.least(LIMIT - PIECE);
    // What it still sent after that was refused as well.
    expect([...client.codes]).to.deep.equal(
      refused === 1 ? ['TT_UNSENT_LIMIT'] : ['TT_UNSENT_LIMIT', 'TT_SEND_REFUSED'],
    );
    await until(() => client.finished, 'it finishes');
  });

  it('(refuse) is told of each send that is refused, holds no more than unsentLimit, and loses nothing else', async () => {
    const before = buffers();
    const client = await start({ onUnsentLimit: 'refuse' });
    await until(() => client.offered === PIECES, 'it has offered all');
    // Of 250 MiB that it made; what was refused goes when the collector gets to it.
    expect(buffers() - before, 'bytes of buffers').to.be.below(10 * LIMIT);
    expect(client.mostUnsent).to.be.within(LIMIT - PIECE, LIMIT);
    expect(client.phase).to.equal('open');
    const { sent, waiting, refused } = client.results;
    expect(sent + waiting + refused).to.equal(PIECES);
    expect(refused).to.be.above(PIECES / 4);
    expect([...client.codes]).to.deep.equal(['TT_UNSENT_LIMIT']);

    expect(client.drains).to.equal(0);
    for (const socket of sockets) socket.resume();
    await until(() => client.drains === 1, 'onDrain');
    client.ttsc__close();
    expect(await client.over.value).to.include({ reason: 'closedHere' });
    await until(() => received === (sent + waiting) * PIECE, 'the peer has all that was taken');
  });
});
