import { expect } from 'chai';
import type { Message } from '../../doors/http.js';
import { bench } from '../../support/bench.js';
import { inside } from '../../support/heard.js';
import { tidyUp } from '../../support/net-app.js';
import { PING, bytes, ping, pong, text } from './support/frames.js';
import { Deaf, Echo, type WebSocketApp, serveWebSockets } from './support/serve.js';

const codes = (errors: readonly Error[]): unknown[] => errors.map((error) => (error as { code?: string }).code);

describe('The bounds of a WebSocket', () => {
  afterEach(tidyUp);

  describe('in time', () => {
    it('a peer that sends nothing is asked whether it is there', async () => {
      const app = await serveWebSockets(undefined, { pingInterval: 1_000, pongTimeout: 500 });
      const { peer } = await app.open();
      for (let n = 1; n <= 5; n++) {
        await peer.came(n);
        peer.send(pong());
        await bench().settled();
      }
      expect(peer.frames.every(({ opcode, payload }) => opcode === PING && payload.length === 0)).to.equal(true);
      expect(app.server.counts.open).to.equal(1);
    });

    it('one that does not answer is given up, and that is told', async () => {
      const app = await serveWebSockets(undefined, { pingInterval: 1_000, pongTimeout: 500 });
      const { connection } = await app.open();
      expect(await app.end()).to.include({ reason: 'error', closeCode: 1006 });
      expect(codes(connection.told.errors)).to.eql(['TT_PEER_SILENT']);
    });

    it('one that sends messages is not asked', async () => {
      const app = await serveWebSockets(() => new Deaf(), { pingInterval: 1_000, pongTimeout: 500 });
      const { peer } = await app.open();
      for (let n = 0; n < 10; n++) {
        peer.send(text('here'));
        await bench().pass(700);
      }
      expect(peer.frames).to.eql([]);
    });

    it('any message is an answer', async () => {
      const app = await serveWebSockets(() => new Deaf(), { pingInterval: 1_000, pongTimeout: 500 });
      const { peer } = await app.open();
      await peer.came(1);
      peer.send(text('here'));
      await bench().pass(900);
      expect(app.server.counts.open).to.equal(1);
    });

    it('nobody is asked where that is off, and nobody given up where it may take for ever', async () => {
      const off = await serveWebSockets(undefined, { pingInterval: false });
      const quiet = await off.open();
      const patient = await serveWebSockets(undefined, { pingInterval: 1_000, pongTimeout: false });
      const { peer } = await patient.open();
      await peer.came(3);
      expect(quiet.peer.frames).to.eql([]);
      expect(patient.server.counts.open).to.equal(1);
    });

    it('one whose messages nobody reads is not given up for that', async () => {
      const app = await serveWebSockets(undefined, { pingInterval: 1_000, pongTimeout: 500 });
      const { peer, connection } = await app.open();
      connection.ttsc__pause();
      await bench().settled();
      peer.send(text('later'));
      await bench().pass(4_000);
      expect(app.server.counts.open).to.equal(1);
      connection.ttsc__resume();
      await peer.came(1);
      expect(peer.texts).to.eql(['later']);
    });

    it('one that is idle for idleTimeout is closed with 1001', async () => {
      const app = await serveWebSockets(undefined, { pingInterval: false, closeTimeout: 100 }, { idleTimeout: 1_000 });
      const { peer } = await app.open();
      await peer.closed();
      expect(peer.closeCode).to.equal(1001);
      expect(await app.end()).to.include({ reason: 'idle' });
    });
  });

  describe('of what comes', () => {
    it('a flood is heard message by message, and the rest stays bytes', async () => {
      let most = 0;
      class Watching extends Deaf {
        override ttse__onMessage(message: Message): void {
          most = Math.max(most, this.catalyst.queue.size);
          super.ttse__onMessage(message);
        }
      }
      const app = await serveWebSockets(() => new Watching());
      const { peer, connection } = await app.open();
      peer.send(Buffer.concat(new Array<Buffer>(50_000).fill(text('x'))));
      await bench().till(() => connection.told.messages.length === 50_000);
      expect(most).to.be.below(10);
    });

    it('a paused one hears nothing until it goes on, and then all', async () => {
      class Pausing extends Deaf {
        override answer(): void {
          if (this.told.messages.length === 1) this.ttsc__pause();
        }
      }
      const app = await serveWebSockets(() => new Pausing());
      const { peer, connection } = await app.open();
      peer.send(Buffer.concat(new Array<Buffer>(1_000).fill(text('x'))));
      await bench().pass(1_000);
      const before = connection.told.messages.length;
      connection.ttsc__resume();
      await bench().till(() => connection.told.messages.length === 1_000);
      // Those that were under way in that turn.
      expect(before).to.be.within(1, 64);
    });

    it('a message that nobody hears is told once, and counts', async () => {
      const { WebSocketConnection } = await import('../../doors/http.js');
      class Mute extends WebSocketConnection {}
      const app = await serveWebSockets(() => new Mute());
      const { peer, connection } = await app.open();
      peer.send(text('a'), text('b'));
      await bench().till(() => connection.traffic.receivedMessages === 2);
      expect(app.app.lines.filter(({ msg }) => msg.includes('messages')).length).to.equal(1);
    });
  });

  describe('of what is unsent', () => {
    const flood = async (options: object, size = 100_000): Promise<WebSocketApp<Deaf>> =>
      serveWebSockets(() => new Deaf(), { pingInterval: false }, { highWaterMark: size, ...options });

    it('a send tells whether it waits, and onHighWater and onDrain follow', async () => {
      const heard: string[] = [];
      class Sends extends Deaf {
        ttse__onHighWater(): void {
          heard.push('high');
        }
        ttse__onDrain(): void {
          heard.push('drain');
        }
      }
      const app = await serveWebSockets(() => new Sends(), {}, { highWaterMark: 100_000 });
      const { peer, connection } = await app.open();
      peer.peer.socket.pause();
      const results = await inside(connection, (own) =>
        Array.from({ length: 200 }, () => own.say(Buffer.alloc(50_000))),
      );
      expect(results[0]).to.equal('sent');
      expect(results.at(-1)).to.equal('waiting');
      await bench().till(() => heard.includes('high'));
      peer.peer.socket.resume();
      await bench().till(() => heard.includes('drain'));
      expect(heard).to.eql(['high', 'drain']);
    });

    it('one that does not read is closed at unsentLimit, and what it loses is counted', async () => {
      const app = await flood({ unsentLimit: 1_000_000 });
      const { peer, connection } = await app.open();
      peer.peer.socket.pause();
      const results = await inside(connection, (own) =>
        Array.from({ length: 200 }, () => own.say(Buffer.alloc(50_000))),
      );
      expect(results).to.include('refused');
      const told = app.end();
      peer.peer.socket.resume();
      const { reason, discarded } = await told;
      expect(reason).to.equal('overflow');
      expect(discarded).to.be.above(0);
      expect(codes(connection.told.errors)).to.include('TT_UNSENT_LIMIT');
    });

    it('or only that send is refused', async () => {
      const app = await flood({ unsentLimit: 1_000_000, onUnsentLimit: 'refuse' });
      const { peer, connection } = await app.open();
      peer.peer.socket.pause();
      const results = await inside(connection, (own) =>
        Array.from({ length: 200 }, () => own.say(Buffer.alloc(50_000))),
      );
      const taken = results.filter((result) => result !== 'refused').length;
      peer.peer.socket.resume();
      await peer.came(taken);
      expect(taken).to.be.within(5, 199);
      expect(connection.phase).to.equal('open');
    });

    it('one that does not read for stallTimeout is closed', async () => {
      const app = await flood({ stallTimeout: 1_000 });
      const { peer, connection } = await app.open();
      peer.peer.socket.pause();
      await inside(connection, (own) => {
        for (let n = 0; n < 100; n++) own.say(Buffer.alloc(50_000));
      });
      expect(await app.end()).to.include({ reason: 'stalled', closeCode: 1006 });
    });

    it('one that pings and does not read is held back: its pongs do not grow without bound', async () => {
      const app = await flood({});
      const { peer, connection } = await app.open();
      const other = await app.open();
      peer.peer.socket.pause();
      const pings = Buffer.concat(new Array<Buffer>(1_000).fill(ping('*'.repeat(125))));
      let most = 0;
      for (let n = 0; n < 100; n++) {
        peer.send(pings);
        await bench().settled();
        most = Math.max(most, connection.unsentBytes);
      }
      expect(most).to.be.below(300_000);
      other.peer.send(ping('good'));
      await other.peer.came(1);
    });

    it('an echo of a peer that does not read holds it back', async () => {
      const app = await serveWebSockets(() => new Echo(), {}, { highWaterMark: 100_000 });
      const { peer, connection } = await app.open();
      peer.peer.socket.pause();
      const message = bytes(Buffer.alloc(20_000));
      let most = 0;
      for (let n = 0; n < 200; n++) {
        peer.send(message);
        await bench().settled();
        most = Math.max(most, connection.unsentBytes);
      }
      expect(most).to.be.below(400_000);
      peer.peer.socket.resume();
      await peer.came(200);
    });
  });
});
