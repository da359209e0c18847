import { expect } from 'chai';
import { Catalyst, TcpConnection, Tonic } from '../../src/index.js';
import { abort } from '../doors/core.js';
import { lines } from '../../src/framing/index.js';
import { startWithPeer } from '../support/fake-peer.js';
import { tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

/** Works on lines; no more than four may wait. */
class Worker extends Tonic {
  static readonly inboxLimit = { orders: 4, policy: 'hold' } as const;
  readonly done: string[] = [];
  ttsc__line(line: string): void {
    this.done.push(line);
  }
}

describe('a connection that calls a Tonic whose full inbox holds', () => {
  for (const [who, through] of [
    ['itself', false],
    ['by way of a Tonic that it has made', true],
  ] as const) {
    it(`is not read from until there is room, where it calls ${who}, and loses nothing`, async () => {
      let worker!: Worker;
      let most = 0;
      class Part extends Tonic {
        ttsc__line(line: string): void {
          worker.ttsc__line(line);
        }
      }
      class Session extends TcpConnection.with({ states: [], framing: lines() }) {
        part: Part | undefined;
        ttse__onConnected(): void {
          if (through) this.part = new Part();
        }
        ttse__onFrame(line: string): void {
          (this.part ?? worker).ttsc__line(line);
          most = Math.max(most, worker.inboxCounts.orders);
        }
      }
      const { stream, clock } = await startWithPeer(
        () => new Session(),
        {},
        { begin: () => void (worker = new Worker()) },
      );
      const sent = Array.from({ length: 1_000 }, (_, n) => `line ${n}`);
      stream.receives(`${sent.join('\n')}\n`);
      await clock.settled();
      expect(worker.done).to.deep.equal(sent);
      if (!through) expect(most).to.equal(4);
      expect(worker.inboxCounts).to.include({ orders: 0, refused: 0 });
    });
  }

  for (const [how, begin, go] of [
    ['', () => new Worker(), (worker) => worker.ttsc__finish()],
    [
      ' with its Catalyst',
      () => new Worker({ base: new Catalyst({ turnOrders: 1 }) }),
      ({ catalyst }) => abort(catalyst as Catalyst, () => {}),
    ],
  ] as [string, () => Worker, (worker: Worker) => void][]) {
    it(`is read from again when that Tonic is gone${how}`, async () => {
      let worker!: Worker;
      const heard: string[] = [];
      class Session extends TcpConnection.with({ states: [], framing: lines() }) {
        ttse__onFrame(line: string): void {
          heard.push(line);
          worker.ttsc__line(line);
          if (heard.length === 4) go(worker);
        }
      }
      const { stream, clock } = await startWithPeer(() => new Session(), {}, { begin: () => void (worker = begin()) });
      stream.receives('1\n2\n3\n4\n5\n6\n');
      await clock.settled();
      expect(heard).to.deep.equal(['1', '2', '3', '4', '5', '6']);
    });
  }
});
