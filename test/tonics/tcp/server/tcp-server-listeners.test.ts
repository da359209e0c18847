import { expect } from 'chai';
import { nodeNetwork, TcpServer } from '../../../../src/index.js';
import { till } from '../../../support/bench.js';
import { expectCode } from '../../../support/errors.js';
import { Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';
import { onRealSockets } from '../../../support/stage.js';

const listening = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;

describe('a TcpServer with several listeners on its port', () => {
  onRealSockets(
    'only the kernel can show that it spreads connections over listeners, and refuses a port that is taken',
  );
  afterEach(tidyUp);

  it('serves every connection, whichever listener the kernel gives it to', async () => {
    const app = await serve(() => new Recorder(), { listeners: 8 });
    const pairs = await Promise.all(Array.from({ length: 40 }, async () => app.connect()));
    await app.connections.at(-1)?.heard.on('onConnected');
    for (const { socket } of pairs) socket.write('x');
    await till(() => app.connections.length >= 40);
    await Promise.all(app.connections.map(async ({ heard }) => heard.on('onData')));
    expect(app.server.counts).to.include({ open: 40, accepted: 40 });
    const ended = await app.over();
    expect(ended.result.exitCode).to.equal(0);
  });

  it('counts its limit over all of them', async () => {
    const app = await serve(() => new Recorder(), { listeners: 4, maxConnections: 3 });
    const peers = await Promise.all(Array.from({ length: 10 }, async () => app.connect()));
    await app.heard.on('onTurnedAway', 7);
    expect(app.server.counts).to.include({ open: 3, accepted: 3 });
    expect(app.server.counts.turnedAway.maxConnections).to.equal(7);
    expect(peers).to.have.lengthOf(10);
  });

  it('hears that its port is taken, also by one of its own kind', async function () {
    if (!nodeNetwork.canReusePort) {
      console.log('      skipped: this Node cannot have several listeners on one port');
      return this.skip();
    }
    const app = await serve(undefined, { listeners: 4 });
    const other = await startNet(() => void new TcpServer({ port: app.port, host: '127.0.0.1', listeners: 4 }));
    const [, error] = await other.heard.on('onError');
    expectCode(error, 'TT_ADDRESS_IN_USE');
    const alone = await startNet(() => void new TcpServer({ port: app.port, host: '127.0.0.1' }));
    expectCode((await alone.heard.on('onError'))[1], 'TT_ADDRESS_IN_USE');
  });

  it('may be closed before it listens, and leaves the port free', async () => {
    let server!: TcpServer;
    const app = await startNet(() => (server = new TcpServer({ port: 0, host: '127.0.0.1', listeners: 4 })));
    server.ttsc__close();
    await app.over();
    // What Node closes is gone some turns of its loop later.
    for (let turns = 0; turns < 100 && listening() > 0; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(listening()).to.equal(0);
  });

  it('refuses connections once it has closed', async () => {
    const app = await serve(undefined, { listeners: 4 });
    await app.over();
    expect(
      await connectTo(app.port).then(
        () => 'connected',
        () => 'refused',
      ),
    ).to.equal('refused');
  });
});
