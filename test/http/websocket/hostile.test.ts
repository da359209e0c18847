import { expect } from 'chai';
import { bench } from '../../support/bench.js';
import { howMany } from '../../support/how-many.js';
import { tidyUp } from '../../support/net-app.js';
import { bytes, close, frame, more, ping, text } from './support/frames.js';
import { Echo, type FramePeer, type WebSocketApp, opening, serveWebSockets } from './support/serve.js';

/** Chance that is the same each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('Hostile peers of WebSockets', () => {
  let app: WebSocketApp;
  afterEach(tidyUp);

  /** A good peer, that is to lose nothing while others misbehave. */
  const among = async (misbehave: (peer: () => Promise<FramePeer>) => Promise<void>): Promise<void> => {
    app = await serveWebSockets(() => new Echo(), { closeTimeout: 100 }, { lingerTimeout: 200, frameTimeout: 1_000 });
    const good = await app.open();
    for (let n = 0; n < 5; n++) good.peer.send(text(`before ${n}`));
    await misbehave(async () => app.raw());
    for (let n = 0; n < 5; n++) good.peer.send(text(`after ${n}`));
    await good.peer.came(10);
    expect(good.peer.texts).to.eql(
      [0, 1, 2, 3, 4].map((n) => `before ${n}`).concat([0, 1, 2, 3, 4].map((n) => `after ${n}`)),
    );
    await bench().pass(3_000);
    // What they held is free again.
    expect(app.server.counts.open).to.equal(1);
    expect(app.server.infusions.size).to.equal(1);
  };

  it('leave nothing behind when they reset at any byte of the handshake and of the first frame', async () =>
    among(async (peer) => {
      const all = Buffer.concat([Buffer.from(opening()), text('hello'), ping('x'), close(1000)]);
      for (let at = 0; at <= all.length; at += howMany(7, 1)) {
        const one = await peer();
        one.send(all.subarray(0, at));
        await bench().settled();
        one.peer.reset();
      }
    }));

  it('leave nothing behind when they end at any byte', async () =>
    among(async (peer) => {
      const all = Buffer.concat([Buffer.from(opening()), text('hello'), close(1000)]);
      for (let at = 0; at <= all.length; at += howMany(7, 1)) {
        const one = await peer();
        one.send(all.subarray(0, at));
        one.peer.end();
      }
    }));

  it('gain nothing by random bytes behind the handshake', async () =>
    among(async (peer) => {
      const next = dice(7);
      for (let n = 0; n < howMany(60, 1_000); n++) {
        const one = await peer();
        one.send(
          opening(),
          Buffer.from(Array.from({ length: 1 + Math.floor(next() * 200) }, () => Math.floor(next() * 256))),
        );
        one.peer.end();
      }
    }));

  it('gain nothing by good frames with a byte turned', async () =>
    among(async (peer) => {
      const next = dice(11);
      const good = Buffer.concat([
        text('one', false),
        ping(),
        more('two'),
        bytes(Buffer.alloc(300)),
        close(1000, 'bye'),
      ]);
      for (let n = 0; n < howMany(60, 1_000); n++) {
        const bad = Buffer.from(good);
        bad[Math.floor(next() * bad.length)]! ^= 1 << Math.floor(next() * 8);
        const one = await peer();
        one.send(opening(), bad);
        one.peer.end();
      }
    }));

  it('gain nothing by requests that are opened twice, or mixed with others', async () =>
    among(async (peer) => {
      for (const first of [
        opening() + opening(),
        `${opening()}GET / HTTP/1.1\r\nHost: x\r\n\r\n`,
        opening('/', { 'Content-Length': '5' }) + 'hello',
        opening('/', { 'Transfer-Encoding': 'chunked' }) + '0\r\n\r\n',
        opening('/', { Upgrade: 'websocket, websocket' }),
        opening('/', { Upgrade: 'h2c, websocket' }),
        opening('/', { Connection: 'close, Upgrade' }),
        opening('/', { Connection: 'keep-alive' }),
        opening('/', { Host: undefined }),
        opening('/').replace('HTTP/1.1', 'HTTP/1.0'),
        opening(`/${'x'.repeat(100_000)}`),
        opening('http://localhost/'),
        opening('*'),
        opening('/../%2e%2e/?\u007f'),
      ]) {
        const one = await peer();
        one.send(first);
        await bench().settled();
        one.peer.end();
      }
    }));

  it('are not kept when they say a close and stay', async () =>
    among(async (peer) => {
      for (let n = 0; n < 10; n++) (await peer()).send(opening(), close(1000));
      await bench().pass(1_000);
    }));

  it('are not kept when they are refused and stay, or send on', async () =>
    among(async (peer) => {
      for (let n = 0; n < 10; n++) (await peer()).send(opening('/none'), Buffer.alloc(n * 10_000));
      await bench().pass(1_000);
    }));

  it('do not grow by pings within a message that never ends', async () =>
    among(async (peer) => {
      const one = await peer();
      one.send(opening(), text('a', false), ...new Array<Buffer>(5_000).fill(ping('x')));
      await bench().pass(2_000);
      expect(one.closeCode).to.equal(1008);
      one.peer.end();
    }));

  it('do not grow by a head that promises much and brings nothing', async () =>
    among(async (peer) => {
      const before = process.memoryUsage().arrayBuffers;
      for (let n = 0; n < 50; n++)
        (await peer()).send(opening(), frame({ opcode: 2, length: 1_000_000, payload: 'x' }));
      await bench().settled();
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(20_000_000);
      await bench().pass(2_000);
    }));
});
