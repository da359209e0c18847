import { expect } from 'chai';
import { type SelectorCatalyst, TcpConnection, TcpServer } from '../../src/index.js';
import { FakeNetwork } from '../support/fake-network.js';
import { VirtualBench } from '../support/bench.js';
import { startNet, tidyUp } from '../support/net-app.js';
import { howMany } from '../support/how-many.js';

afterEach(tidyUp);

const PEERS = 60;
const PIECES = howMany(100, 300);

/** Makes more orders of what it hears than the queue may hold. */
class Busy extends TcpConnection {
  text = '';
  events: string[] = [];
  ttse__onConnected(): void {
    this.events.push('onConnected');
  }
  ttse__onData(data: Buffer): void {
    this.text += data.toString();
    try {
      for (let n = 0; n < 3; n++) this.ttsc__nothing();
    } catch {
      // The queue is full: that is what this is about.
    }
  }
  ttsc__nothing(): void {}
  ttse__onEnd(): void {
    this.events.push('onEnd');
  }
  ttse__onDisconnected(): void {
    this.events.push('onDisconnected');
  }
}

describe('a queue that is too small for what comes', () => {
  for (const queueLimit of [20, 100, 200, 12_000]) {
    it(`takes no byte from a stream, and no end from a connection, with a limit of ${queueLimit}`, async () => {
      const network = new FakeNetwork();
      const clock = new VirtualBench();
      const connections: Busy[] = [];
      let server!: TcpServer;
      const protocol = (): Busy => {
        const connection = new Busy();
        connections.push(connection);
        return connection;
      };
      const app = await startNet(() => (server = new TcpServer({ port: 9, protocol })), {
        options: { network, queueLimit, turnOrders: 40 },
        bench: clock,
      });
      const { selector, queue } = app.main as SelectorCatalyst;
      const listener = await network.listener();
      listener.listens();
      await clock.settled();
      const keys = selector.keys.size;
      const streams = Array.from({ length: PEERS }, () => network.peer());
      for (const stream of streams) listener.accepts(stream);
      await clock.settled();
      // One turn of the loop, or what there is to do.
      const turn = async (): Promise<void> => {
        let turns = 0;
        await clock.till(() => turns++ > 0).catch(() => {});
      };
      for (let piece = 0; piece < PIECES; piece++) {
        for (const [nr, stream] of streams.entries()) stream.receives(`${nr}:${piece} `);
        if (piece % 3 === 0) await turn();
      }
      for (const stream of streams) stream.peerEnds();
      await clock.settled();

      for (const connection of connections) {
        const nr = connection.text.slice(0, connection.text.indexOf(':'));
        const whole = Array.from({ length: PIECES }, (_, piece) => `${nr}:${piece} `).join('');
        expect(connection.text === whole, `the stream of ${nr} is whole`).to.equal(true);
        expect(connection.events).to.deep.equal(['onConnected', 'onEnd', 'onDisconnected']);
      }
      expect(connections).to.have.length(PEERS);
      expect(server.counts).to.include({ accepted: PEERS, open: 0 });
      expect([selector.keys.size - keys, queue.size]).to.deep.equal([0, 0]);
    });
  }
});
