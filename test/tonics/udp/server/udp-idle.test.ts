import { expect } from 'chai';
import { TimerRepeat } from '../../../../src/index.js';
import { stall } from '../../../support/app.js';
import { till } from '../../../support/bench.js';
import { codeOf } from '../../../support/errors.js';
import { howMany } from '../../../support/how-many.js';
import { tidyUp } from '../../../support/net-app.js';
import { udpPeer } from '../../../support/peers.js';
import { stage } from '../../../support/stage.js';
import { RecordedSession, serveUdp } from '../../../support/udp-server.js';

afterEach(tidyUp);

describe('a session of which nothing comes', () => {
  before(function () {
    // Time is what these are about: it passes where it is simulated.
    if (stage().isReal) this.skip();
  });

  it('is over after its idle time, and what comes then begins a new one', async () => {
    const { app, server, port, made } = await serveUdp(undefined, { idleTimeout: 1_000 });
    const peer = await udpPeer();
    peer.send('a', port);
    const session = await made();
    await session.heard.on('onData');
    await app.pass(999);
    expect(session.phase).to.equal('open');
    await app.pass(1);
    await session.heard.on('onFinished');
    expect(session.heard.all('onDisconnected')).to.deep.equal([[{ reason: 'idle', error: undefined, unheard: 0 }]]);
    expect(server.counts).to.include({ open: 0, expired: 1 });
    peer.send('b', port);
    await (await made(2)).heard.on('onData');
  });

  it('lives on with each datagram, an empty one too; what it sends is no sign of life', async () => {
    class Talker extends RecordedSession {
      ttse__onStart(): void {
        new TimerRepeat({ seconds: 0.1, name: 'tick' });
      }
      ttse__onTick(): void {
        this.send('tick');
      }
    }
    const { app, port, made } = await serveUdp(() => new Talker(), { idleTimeout: 1_000 });
    const peer = await udpPeer();
    peer.send('a', port);
    const session = await made();
    for (let n = 0; n < 5; n++) {
      await app.pass(900);
      peer.send('', port);
      await session.heard.on('onData', n + 2);
    }
    await app.pass(1_001);
    expect(session.reason).to.equal('idle');
  });

  it('ends in the order in which they were idle, and each in its time', async () => {
    const { app, port, made } = await serveUdp(undefined, { idleTimeout: 1_000 });
    const ended: number[] = [];
    const peers = [await udpPeer(), await udpPeer(), await udpPeer()];
    for (const [n, peer] of peers.entries()) {
      peer.send('x', port);
      const session = await made(n + 1);
      void session.heard.on('onDisconnected').then(() => ended.push(n));
      await app.pass(100);
    }
    peers[0]!.send('again', port);
    await app.pass(750);
    expect(ended).to.deep.equal([]);
    await app.pass(100);
    expect(ended).to.deep.equal([1]);
    await app.pass(100);
    expect(ended).to.deep.equal([1, 2]);
    await app.pass(100);
    expect(ended).to.deep.equal([1, 2, 0]);
  });

  it('may have a time of its own, or none', async () => {
    const { app, server, port, made } = await serveUdp(undefined, { idleTimeout: 1_000 });
    const sessions: RecordedSession[] = [];
    for (let n = 1; n <= 3; n++) {
      (await udpPeer()).send('x', port);
      sessions.push(await made(n));
    }
    const [short, long, ever] = sessions as [RecordedSession, RecordedSession, RecordedSession];
    await short.inside(() => short.expireAfter(100));
    await long.inside(() => long.expireAfter(10_000));
    await ever.inside(() => ever.expireAfter(false));
    expect(await ever.inside(() => codeOf(() => ever.expireAfter(-1)))).to.equal('TT_BAD_OPTION');
    await app.pass(150);
    expect(sessions.map(({ reason }) => reason)).to.deep.equal(['idle', undefined, undefined]);
    await app.pass(9_000);
    expect(long.phase).to.equal('open');
    await app.pass(1_000);
    expect(sessions.map(({ reason }) => reason)).to.deep.equal(['idle', 'idle', undefined]);
    await app.pass(1e7);
    expect([ever.phase, server.counts.expired]).to.deep.equal(['open', 2]);
  });

  it('is not idle while nobody hears what comes', async () => {
    const { app, port, made } = await serveUdp(undefined, { idleTimeout: 1_000 });
    const peer = await udpPeer();
    peer.send('a', port);
    const session = await made();
    await session.inside(() => session.ttsc__pause());
    await app.pass(5_000);
    expect(session.phase).to.equal('open');
    session.ttsc__resume();
    await app.pass(999);
    expect(session.phase).to.equal('open');
    await app.pass(2);
    expect(session.reason).to.equal('idle');
  });

  it('does not pay for a loop that is late: what came meanwhile is looked at first', async () => {
    const { app, port, made } = await serveUdp(undefined, { idleTimeout: 1_000 });
    const peer = await udpPeer();
    peer.send('a', port);
    const session = await made();
    await session.heard.on('onData');
    await app.pass(900);
    peer.send('b', port);
    await app.inside(() => stall(5_000));
    await session.heard.on('onData', 2);
    await app.pass(500);
    expect(session.phase).to.equal('open');
  });

  it('takes one timer with all others', async () => {
    const { app, server, port } = await serveUdp(undefined, { idleTimeout: 60_000 });
    const many = howMany(200, 2_000);
    const { size } = app.main.timers;
    for (let n = 0; n < many; n++) (await udpPeer()).send('x', port);
    await till(() => server.counts.open === many);
    expect(app.main.timers.size - size).to.equal(1);
    await app.pass(61_000);
    await till(() => server.counts.open === 0);
    expect(server.counts.expired).to.equal(many);
    expect(app.main.timers.size).to.equal(size);
  });
});
