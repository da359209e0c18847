import { expect } from 'chai';
import { TcpConnection, Tonic } from '../../src/index.js';
import type { FakeStream } from '../support/fake-network.js';
import { startWithPeer } from '../support/fake-peer.js';
import type { VirtualBench } from '../support/bench.js';
import { tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

const MARKS = { highWaterMark: 20_000, lowWaterMark: 5_000 };
const KB = 'k'.repeat(1_000);

/** Sends a kilobyte whenever somebody reads. */
async function pour(stream: FakeStream, clock: VirtualBench, kilobytes: number): Promise<void> {
  for (let n = 0; n < kilobytes; n++) {
    stream.receives(KB);
    await clock.settled();
  }
}

describe('a connection whose data is postponed', () => {
  class Patient extends TcpConnection<'busy' | 'free'> {
    heard = 0;
    ttse__onConnected(): void {
      this.toState('busy');
    }
    ttse_busy__onData(_data: Buffer): void {
      this.postpone();
    }
    ttse_free__onData(data: Buffer): void {
      this.heard += data.length;
    }
    ttsc__free(): void {
      this.toState('free');
    }
  }

  it('reads no more when much of it is, reads on when it is heard, and loses nothing', async () => {
    let connection!: Patient;
    const { stream, clock } = await startWithPeer(() => (connection = new Patient()), MARKS);
    await pour(stream, clock, 100);
    // One piece above the mark, and no more.
    expect(stream.received).to.equal(100_000 - 21_000);
    expect(connection.heard).to.equal(0);
    connection.ttsc__free();
    await clock.settled();
    expect([stream.received, connection.heard]).to.deep.equal([0, 100_000]);
  });

  it('does the same if another Tonic has postponed the data', async () => {
    class Worker extends Tonic<'busy' | 'free'> {
      heard = 0;
      ttse__onStart(): void {
        this.toState('busy');
      }
      ttsc_busy__job(_line: string, _data: Buffer, _nr: number): void {
        this.postpone();
      }
      ttsc_free__job(_line: string, data: Buffer, _nr: number): void {
        this.heard += data.length;
      }
      ttsc__job(_line: string, _data: Buffer, _nr: number): void {}
      ttsc__free(): void {
        this.toState('free');
      }
    }
    let worker!: Worker;
    class Forwards extends TcpConnection {
      ttse__onData(data: Buffer): void {
        worker.ttsc__job('job', data, 1);
      }
    }
    const { stream, clock } = await startWithPeer(() => new Forwards(), MARKS, {
      begin: () => void (worker = new Worker()),
    });
    await pour(stream, clock, 50);
    expect(stream.received).to.be.within(50_000 - 22_000, 50_000 - 20_000);
    worker.ttsc__free();
    await clock.settled();
    expect([stream.received, worker.heard]).to.deep.equal([0, 50_000]);
  });

  it('reads on when the Tonic that has postponed it is gone', async () => {
    class Worker extends Tonic<'busy'> {
      ttse__onStart(): void {
        this.toState('busy');
      }
      ttsc__job(_data: Buffer): void {
        this.postpone();
      }
    }
    let worker!: Worker;
    let heard = 0;
    class Forwards extends TcpConnection {
      ttse__onData(data: Buffer): void {
        heard += data.length;
        worker.ttsc__job(data);
      }
    }
    const { app, stream, clock } = await startWithPeer(() => new Forwards(), MARKS, {
      begin: () => void (worker = new Worker()),
    });
    await pour(stream, clock, 50);
    expect(heard).to.equal(21_000);
    await app.inside(() => worker.ttsc__finish());
    await clock.settled();
    expect(heard).to.equal(50_000);
  });
});
