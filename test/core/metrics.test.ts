import { expect } from 'chai';
import { type SparkleMetrics, Tonic } from '../../src/index.js';
import { type App, startApp, stall } from '../support/app.js';

class Worker extends Tonic {
  constructor() {
    super({ logMode: 'stealth' });
  }
  ttsc__work(ms: number): void {
    stall(ms);
  }
  ttsc__rest(): void {}
  ttsc__open(): void {
    (this as any).toState('open');
  }
  ttse__onEnter(): void {
    stall(7);
  }
}

const start = async (): Promise<{ app: App; worker: Worker; report: () => SparkleMetrics[] }> => {
  let worker!: Worker;
  const app = await startApp(() => (worker = new Worker()));
  return { app, worker, report: () => app.main.metrics.report().filter(({ className }) => className === 'Worker') };
};

describe('the metrics of a Catalyst', () => {
  it('are off until they are started, and then cost nothing', async () => {
    const { app, worker } = await start();
    worker.ttsc__work(5);
    await app.settled();
    expect(app.main.metrics.on).to.equal(false);
    expect(app.main.queue.stampWith).to.equal(undefined);
    expect(app.main.metrics.report()).to.deep.equal([]);
    await app.finish();
  });

  it('count each sparkle of each class and how long it ran, also in mode stealth', async () => {
    const { app, worker, report } = await start();
    app.main.metrics.start();
    for (const ms of [1, 2, 3, 10]) worker.ttsc__work(ms);
    worker.ttsc__rest();
    await app.settled();
    const [work, rest] = report();
    expect(work).to.include({ className: 'Worker', sparkle: 'ttsc__work', count: 4, total: 16 });
    expect(work!.run.mean).to.be.closeTo(4, 0.01);
    expect(work!.run.max).to.be.closeTo(10, 0.1);
    expect(work!.run.p50).to.be.closeTo(2, 0.1);
    expect(rest).to.include({ sparkle: 'ttsc__rest', count: 1, total: 0 });
    await app.finish();
  });

  it('tell how long orders waited in the queue', async () => {
    const { app, worker, report } = await start();
    app.main.metrics.start();
    await app.pass(1);
    worker.ttsc__work(20);
    worker.ttsc__rest();
    await app.settled();
    const rest = report().find(({ sparkle }) => sparkle === 'ttsc__rest')!;
    expect(rest.wait.max, 'it waited for the other').to.be.closeTo(20, 0.2);
    expect(rest.run.max).to.be.lessThan(0.001);
    await app.finish();
  });

  it('count hooks as well', async () => {
    const { app, worker, report } = await start();
    app.main.metrics.start();
    worker.ttsc__open();
    await app.settled();
    const rows = Object.fromEntries(report().map(({ sparkle, count, total }) => [sparkle, [count, total]]));
    expect(rows).to.deep.equal({ ttse__onEnter: [1, 7], ttsc__open: [1, 0] });
    await app.finish();
  });

  it('are reported with what took the most time first', async () => {
    const { app, worker, report } = await start();
    app.main.metrics.start();
    worker.ttsc__rest();
    worker.ttsc__open();
    worker.ttsc__work(6);
    await app.settled();
    expect(report().map(({ total }) => total)).to.deep.equal([7, 6, 0, 0]);
    await app.finish();
  });

  it('stay when they are stopped, and begin anew when they are started', async () => {
    const { app, worker, report } = await start();
    const { metrics } = app.main;
    metrics.start();
    worker.ttsc__work(1);
    await app.settled();
    metrics.stop();
    worker.ttsc__work(1);
    await app.settled();
    expect(report()[0]).to.include({ count: 1 });
    metrics.start();
    expect(report()).to.deep.equal([]);
    worker.ttsc__rest();
    await app.settled();
    expect(report()).to.have.length(1);
    await app.finish();
  });

  it('started in the middle have no wait for the orders that waited already', async () => {
    const { app, worker, report } = await start();
    worker.ttsc__work(50);
    app.main.metrics.start();
    await app.settled();
    expect(report()[0]!.wait.max).to.be.lessThan(0.001);
    await app.finish();
  });
});
