import { expect } from 'chai';
import { TcpClient } from '../../../../src/index.js';
import { FakeNetwork } from '../../../support/fake-network.js';
import { VirtualBench } from '../../../support/bench.js';
import { type NetApp, Recorder, serve, startNet, tidyUp } from '../../../support/net-app.js';

afterEach(tidyUp);

const timersOf = (app: NetApp): number => app.main.timers.size;

describe('no timer is left', () => {
  it('of a connection with idleTimeout that is closed', async () => {
    const app = await serve(() => new Recorder(), { idleTimeout: 60_000 });
    const { peer, connection } = await app.pair();
    expect(timersOf(app.app), 'it is watched').to.equal(1);
    peer.end();
    await connection.heard.on('onFinished');
    expect(timersOf(app.app)).to.equal(0);
  });

  it('of a connection with idleTimeout that its peer has reset', async () => {
    const app = await serve(() => new Recorder(), { idleTimeout: 60_000 });
    const { peer, connection } = await app.pair();
    expect(timersOf(app.app), 'it is watched').to.equal(1);
    peer.reset();
    await connection.heard.on('onFinished');
    expect(timersOf(app.app)).to.equal(0);
  });

  it('of a connection that waited for its peer while it closed', async () => {
    const app = await serve(() => new Recorder(), { lingerTimeout: 60_000 });
    const { peer, connection } = await app.pair({ allowHalfOpen: true });
    await connection.inside((self) => self.ttsc__close());
    await peer.ended();
    expect(timersOf(app.app), 'it waits for the end of its peer').to.equal(1);
    peer.end();
    await connection.heard.on('onFinished');
    expect(timersOf(app.app)).to.equal(0);
  });

  it('of a client that failed while it waited before another try, and it does not try again', async () => {
    class Sick extends TcpClient {
      ttsc__fail(): void {
        throw new Error('sick');
      }
    }
    const network = new FakeNetwork();
    const clock = new VirtualBench();
    let client!: Sick;
    const app = await startNet(() => (client = new Sick({ host: 'h', port: 1, retryDelay: 60_000 })), {
      options: { network },
      bench: clock,
    });
    (await network.stream()).fails('ECONNREFUSED');
    await clock.settled();
    expect(timersOf(app), 'it waits').to.equal(1);
    client.ttsc__fail();
    await clock.settled();
    expect(client.finished).to.equal(true);
    expect(timersOf(app)).to.equal(0);
    await clock.pass(120_000);
    expect(network.streams).to.have.length(1);
  });
});
