import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import {
  type CatalystQueue,
  Interest,
  nodeClock,
  NotifyingQueue,
  NotifyPipe,
  Selector,
  SelectorCatalyst,
  Tonic,
} from '../../src/index.js';
import { Heard } from '../support/heard.js';
import { REAL, till } from '../support/bench.js';
import { type NetApp, startNet, tidyUp } from '../support/net-app.js';

afterEach(tidyUp);

describe('a notify pipe', () => {
  it('makes the other end ready with one token for many writes, until it is read', async () => {
    const selector = new Selector(nodeClock);
    const pipe = new NotifyPipe();
    const key = selector.register(pipe, Interest.READ, pipe);
    for (let n = 0; n < 1_000; n++) pipe.write();
    expect(pipe.tokens).to.equal(1);
    const ready = [...(await selector.select(Infinity))];
    expect(ready).to.deep.equal([key]);
    ready[0]!.dispatch();
    pipe.write();
    expect(pipe.tokens).to.equal(2);
    expect(await selector.select(Infinity)).to.deep.equal([key]);
    selector.close();
  });

  it('is ready at once where the token was written before it was registered', async () => {
    const selector = new Selector(nodeClock);
    const pipe = new NotifyPipe();
    pipe.write();
    const key = selector.register(pipe, Interest.READ, pipe);
    expect(await selector.select(Infinity)).to.deep.equal([key]);
    selector.close();
  });

  it('is not held back with the channels that read', async () => {
    const selector = new Selector(nodeClock);
    const pipe = new NotifyPipe();
    const key = selector.register(pipe, Interest.READ, pipe);
    selector.limitReading(0, true);
    const waiting = selector.select(Infinity);
    pipe.write();
    expect(await waiting).to.deep.equal([key]);
    selector.close();
  });
});

describe('a NotifyingQueue', () => {
  class Counter extends Tonic {
    readonly heard = new Heard();
    runs = 0;
    ttsc__count(): void {
      this.runs++;
      this.heard.changed();
    }
    ttsc__countOn(more: number): void {
      this.runs++;
      if (more > 0) this.ttsc__countOn(more - 1);
      else this.heard.changed();
    }
  }
  let pipe: NotifyPipe;
  class Watched extends SelectorCatalyst {
    protected override newCatalystQueue(): CatalystQueue {
      pipe = new NotifyPipe();
      this.selector.register(pipe, Interest.READ, pipe);
      return new NotifyingQueue('Watched', this.selector, pipe);
    }
  }
  let counter: Counter;
  const start = async (): Promise<NetApp> => {
    const app = await startNet(() => (counter = new Counter()), { main: () => new Watched(), bench: REAL });
    await parked(app);
    return app;
  };
  const parked = async (app: NetApp): Promise<void> => {
    await till(() => (app.main as SelectorCatalyst).selector.parked);
  };

  it('costs one token for ten thousand orders put while the loop waits', async () => {
    const app = await start();
    const before = pipe.tokens;
    const { selector } = app.main as SelectorCatalyst;
    const wakeups = selector.wakeups;
    for (let n = 0; n < 10_000; n++) counter.ttsc__count();
    await counter.heard.until(() => counter.runs === 10_000);
    expect(pipe.tokens - before).to.equal(1);
    expect(selector.wakeups - wakeups).to.equal(1);
  });

  it('costs no token while the loop is awake', async () => {
    const app = await start();
    const before = pipe.tokens;
    counter.ttsc__countOn(10_000);
    await counter.heard.until(() => counter.runs === 10_001);
    expect(pipe.tokens - before).to.equal(1);
    await parked(app);
  });

  it('keeps few wakeups for ten thousand orders from ten thousand promises', async () => {
    const app = await start();
    const before = pipe.tokens;
    await Promise.all(Array.from({ length: 10_000 }, () => Promise.resolve().then(() => counter.ttsc__count())));
    await counter.heard.until(() => counter.runs === 10_000);
    expect(pipe.tokens - before).to.be.lessThan(10);
    await parked(app);
  });

  const stream = new PassThrough();
  const ways: Record<string, (order: () => void) => void> = {
    'a promise': (order) => void Promise.resolve().then(order),
    'a tick': (order) => process.nextTick(order),
    // Of the machine: that its callback wakes the loop is what is tested.
    'a timer of Node': (order) => void setTimeout(order, 2),
    'an immediate': (order) => void setImmediate(order),
    'a stream': (order) => {
      stream.once('data', order);
      stream.write('x');
    },
    'code outside': (order) => order(),
  };
  for (const [name, way] of Object.entries(ways)) {
    it(`wakes a waiting loop at once for an order from ${name}`, async () => {
      const app = await start();
      await new Promise<void>((resolve) =>
        way(() => {
          counter.ttsc__count();
          resolve();
        }),
      );
      // No timer is there that would end the wait: only the token can. It takes two polls at most.
      for (let poll = 0; poll < 3 && counter.runs === 0; poll++) await new Promise((resolve) => setImmediate(resolve));
      expect(counter.runs).to.equal(1);
      await parked(app);
    });
  }
});
