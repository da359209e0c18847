import { expect } from 'chai';
import { TcpServer } from '../../../../src/index.js';
import type { SimulatedHost } from '../../../../src/testing/index.js';
import { expectCode } from '../../../support/errors.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { Recorder, type ServerApp, serve, startNet, tidyUp } from '../../../support/net-app.js';
import { connectTo } from '../../../support/peers.js';
import { onRealSockets, playOn, stage } from '../../../support/stage.js';
import { turnedAway } from '../../../support/turned-away.js';

afterEach(tidyUp);

describe('a TcpServer on a host whose descriptors run out later', () => {
  let host: SimulatedHost;
  let app: ServerApp<Recorder>;

  beforeEach(async () => {
    playOn('simulated');
    host = stage().network as SimulatedHost;
    app = await serve(() => new Recorder());
  });

  it('may have as many connections as there are descriptors just now', () => {
    // One is its own.
    expect(app.server.maxConnections).to.equal(host.descriptors - 1);
    host.descriptors = 10;
    expect(app.server.maxConnections).to.equal(9);
    host.descriptors = 20;
    expect(app.server.maxConnections).to.equal(19);
  });

  it('may not have more than was asked for', async () => {
    const other = await serve(() => new Recorder(), { maxConnections: 5 });
    expect(other.server.maxConnections).to.equal(5);
    host.descriptors = 5;
    expect(other.server.maxConnections, 'two are those of the two servers').to.equal(3);
  });

  it('turns peers away with an event and a count, keeps those it has, and takes others when there are descriptors again', async () => {
    const { peer, connection } = await app.pair();
    // The listener, and the two ends of the connection, which are on one host.
    const inUse = 3;
    host.descriptors = inUse + 1;
    const refused = await app.connect();
    const [server, away] = await app.heard.on('onTurnedAway');
    expect([server, away.reason]).to.deep.equal([app.server, 'descriptors']);
    expect(away.remote.address).to.equal('127.0.0.1');
    await refused.closed();
    expect(app.server.counts).to.deep.include({
      accepted: 1,
      open: 1,
      turnedAway: turnedAway({ descriptors: 1 }),
    });
    peer.send('still served');
    await connection.heard.on('onData');
    host.descriptors = 100;
    await app.pair();
    expect(app.server.counts).to.deep.include({ accepted: 2, open: 2 });
  });

  it('tells once each time that every one is taken', async () => {
    for (let times = 1; times <= 2; times++) {
      host.descriptors = 1;
      host.descriptors = 0;
      await app.heard.on('onError', times);
      await app.app.inside(() => {});
      expect(app.heard.count('onError')).to.equal(times);
      const [server, error] = app.heard.all('onError')[times - 1] as [unknown, Error];
      expect(server).to.equal(app.server);
      expect(expectCode(error, 'TT_OUT_OF_DESCRIPTORS').details).to.include({ code: 'EMFILE' });
      host.descriptors = 100;
    }
    expect([app.server.phase, app.server.finished]).to.deep.equal(['listening', false]);
    await app.pair();
  });

  it('says so where none is left to listen with', async () => {
    host.descriptors = 1;
    const other = await startNet(() => void new TcpServer({ port: 0 }));
    expectCode((await other.heard.on('onError'))[1], 'TT_OUT_OF_DESCRIPTORS');
  });
});

describe('a TcpServer that shares its limit among several listeners', () => {
  it('counts a peer that it turns away as such, and never as open', async () => {
    const network = new FakeNetwork();
    let server!: TcpServer;
    const app = await startNet(() => (server = new TcpServer({ port: 1, listeners: 2, maxConnections: 1 })), {
      options: { network },
    });
    const listener = await network.listener();
    listener.listens();
    listener.accepts(network.peer());
    await app.heard.on('onConnected');
    const peer = network.peer();
    listener.accepts(peer);
    const [, { reason }] = await app.heard.on('onTurnedAway');
    expect(reason).to.equal('maxConnections');
    expect(peer.closed).to.equal(true);
    const away = turnedAway({ maxConnections: 1 });
    expect(server.counts).to.deep.equal({
      accepted: 1,
      open: 1,
      turnedAway: away,
      failed: 0,
      handshakes: { full: 0, resumed: 0 },
    });
  });
});

describe('a TcpServer on real sockets', () => {
  onRealSockets('Node forgets the address of a socket that it has closed');

  it('names the peer in the error of a connection that is gone', async () => {
    const app = await serve(() => new Recorder());
    const { peer, connection } = await app.pair();
    const { localPort } = peer.socket as unknown as { localPort: number };
    peer.reset();
    const [error] = await connection.heard.on('onError');
    expect(expectCode(error, 'TT_PEER_RESET').details).to.include({ address: `127.0.0.1:${localPort}` });
  });

  it('tells its limit as it is when it listens, and has it afterwards', async () => {
    const app = await startNet(() => void new TcpServer({ port: 0, host: '127.0.0.1' }));
    const [{ maxConnections, tonic, port }] = await app.heard.on('onListening');
    expect(maxConnections).to.be.greaterThan(0);
    await connectTo(port);
    await app.heard.on('onConnected');
    expect(tonic.maxConnections).to.be.greaterThan(0);
  });
});
