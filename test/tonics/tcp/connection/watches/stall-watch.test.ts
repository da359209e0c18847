import { expect } from 'chai';
import type { DisconnectInfo, TaskTonicError } from '../../../../../src/index.js';
import { startWithPeer } from '../../../../support/fake-peer.js';
import { Recorder, serve, tidyUp } from '../../../../support/net-app.js';
import type { MoreOnPort } from '../../../../support/on-port.js';
import { bench } from '../../../../support/bench.js';

afterEach(tidyUp);

/** A connection whose peer takes what the test says, after it was given so many bytes to send. */
async function sends(bytes: number, options: MoreOnPort = {}) {
  const scene = await startWithPeer(() => new Recorder(), { stallTimeout: 10_000, ...options });
  scene.stream.stuck = true;
  await scene.connection.inside((connection) => void connection.say(Buffer.alloc(bytes)));
  return scene;
}

const endOf = (connection: Recorder): DisconnectInfo | undefined => connection.heard.all('onDisconnected')[0]?.[0];

describe('a connection whose peer takes nothing', () => {
  it('is closed when nothing has left for as long as may be, and tells it', async () => {
    const { connection, clock, stream } = await sends(100_000);
    await clock.pass(9_990);
    expect(connection.phase).to.equal('open');
    await clock.pass(20);
    const { reason, error, discarded } = endOf(connection)!;
    expect([reason, (error as TaskTonicError).code, discarded]).to.deep.equal(['stalled', 'TT_WRITE_STALLED', 100_000]);
    expect(connection.heard.all('onError').map(([told]) => told)).to.deep.equal([error]);
    expect(stream.wasReset).to.equal(true);
  });

  it('is left alone as long as a little leaves now and then', async () => {
    const { connection, clock, stream } = await sends(200_000);
    for (let n = 0; n < 12; n++) {
      await clock.pass(7_000);
      stream.takes(10_000);
      await clock.settled();
    }
    expect(connection.phase).to.equal('open');
    await clock.pass(13_000);
    expect(endOf(connection)!.reason).to.equal('stalled');
  });

  it('is not kept open by further data that it is given to send', async () => {
    const { connection, clock } = await sends(100_000, { unsentLimit: 10_000_000, onUnsentLimit: 'refuse' });
    const { timers } = connection._ttScheduler;
    const { size } = timers;
    for (let n = 0; n < 5; n++) {
      await clock.pass(2_400);
      expect(timers.size, 'one watch for all').to.be.at.most(size);
      if (endOf(connection) === undefined) await connection.inside((one) => void one.say(Buffer.alloc(1_000)));
    }
    expect(endOf(connection)!.reason).to.equal('stalled');
  });

  it('is left alone when all has left, for as long as it likes', async () => {
    const { connection, clock, stream } = await sends(100_000);
    await clock.pass(9_000);
    stream.takes(100_000);
    await clock.pass(100_000);
    expect(connection.phase).to.equal('open');
  });

  it('is watched again with the next that stalls', async () => {
    const { connection, clock, stream } = await sends(100_000);
    stream.takes(100_000);
    await clock.pass(60_000);
    await connection.inside((one) => void one.say(Buffer.alloc(100_000)));
    await clock.pass(10_001);
    expect(endOf(connection)!.reason).to.equal('stalled');
  });

  it('may have less than 64 KiB unsent for ever', async () => {
    const { connection, clock } = await sends(65_536);
    await clock.pass(1_000_000);
    expect(connection.phase).to.equal('open');
  });

  it('is given two minutes where nothing else is said, and all time with false', async () => {
    const usual = await startWithPeer(() => new Recorder());
    usual.stream.stuck = true;
    await usual.connection.inside((one) => void one.say(Buffer.alloc(100_000)));
    await usual.clock.pass(119_990);
    expect(usual.connection.phase).to.equal('open');
    await usual.clock.pass(20);
    expect(endOf(usual.connection)!.reason).to.equal('stalled');
    await tidyUp();
    const { connection, clock } = await sends(100_000, { stallTimeout: false });
    await clock.pass(1_000_000);
    expect(connection.phase).to.equal('open');
  });

  it('that closes is given the time of the linger, and no other', async () => {
    const { connection, clock } = await sends(100_000, { lingerTimeout: 30_000 });
    await clock.pass(5_000);
    connection.ttsc__close();
    await clock.pass(29_000);
    expect(endOf(connection)).to.equal(undefined);
    await clock.pass(2_000);
    expect(endOf(connection)!.reason).to.equal('closedHere');
  });

  it('is seen through a real socket, too', async () => {
    const app = await serve(() => new Recorder(), { stallTimeout: 300 });
    const { peer, connection } = await app.pair();
    peer.socket.pause();
    await connection.inside((one) => void one.say(Buffer.alloc(12_000_000)));
    await bench().till(() => endOf(connection) !== undefined);
    expect(endOf(connection)!.reason).to.equal('stalled');
  });
});
