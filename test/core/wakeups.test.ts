import { expect } from 'chai';
import { EventEmitter, once } from 'node:events';
import { Catalyst, TimerSingleShot, Tonic } from '../../src/index.js';
import { type App, startApp } from '../support/app.js';

/** Counts the turns of its loop and what woke it. */
class Watched extends Catalyst {
  turns = 0;
  get wakeups(): number {
    return this.parker.wakeups;
  }
  protected override executeOrders(): number {
    this.turns++;
    return super.executeOrders();
  }
}

class Bell extends Tonic {
  rung = 0;
  readonly heard = new EventEmitter();
  ttsc__ring(): void {
    this.rung++;
    this.heard.emit('rung');
  }
}

/** The clock of the machine is for what wakes a loop of Node's. */
const start = async (clock?: 'real'): Promise<{ app: App; bell: Bell; main: Watched }> => {
  let bell!: Bell;
  let main!: Watched;
  const app = await startApp(() => (bell = new Bell()), { clock, main: () => (main = new Watched()) });
  // From here on it is parked: it has run what there was, and waits.
  bell.ttsc__ring();
  await app.bench.until(once(bell.heard, 'rung'));
  for (let n = 0; n < 5; n++) await app.settled();
  return { app, bell, main };
};

describe('a parked Catalyst', () => {
  const callbacks: Record<string, (order: () => void) => void> = {
    'a promise': (order) => void Promise.resolve().then(order),
    'process.nextTick': (order) => process.nextTick(order),
    queueMicrotask: (order) => queueMicrotask(order),
    setImmediate: (order) => void setImmediate(order),
    setTimeout: (order) => void setTimeout(order, 1),
    'code that runs': (order) => order(),
  };
  for (const [what, callback] of Object.entries(callbacks)) {
    it(`is woken at once by an order from ${what}`, async () => {
      const { app, bell, main } = await start('real');
      const { turns } = main;
      callback(() => bell.ttsc__ring());
      await once(bell.heard, 'rung');
      expect(main.turns - turns).to.equal(1);
      await app.finish();
    });
  }

  it('is woken before the next poll is over: nothing else runs for long in between', async () => {
    const { app, bell } = await start('real');
    let immediates = 0;
    bell.ttsc__ring();
    const rung = once(bell.heard, 'rung').then(() => true);
    const count = (): void => {
      immediates++;
      if (bell.rung < 2) setImmediate(count);
    };
    setImmediate(count);
    await rung;
    expect(immediates).to.be.at.most(2);
    await app.finish();
  });

  it('is woken a few times by ten thousand orders, whatever callbacks they come from', async () => {
    const { app, bell, main } = await start('real');
    const { wakeups } = main;
    const ring = (): void => bell.ttsc__ring();
    for (let n = 0; n < 2_500; n++) {
      ring();
      void Promise.resolve().then(ring);
      process.nextTick(ring);
      setImmediate(ring);
    }
    while (bell.rung < 10_001) await once(bell.heard, 'rung');
    expect(main.wakeups - wakeups).to.be.within(1, 5);
    await app.finish();
  });

  it('does nothing while nothing happens', async () => {
    const { app, main } = await start();
    const { turns, wakeups } = main;
    await app.pass(24 * 3_600_000);
    expect(main.turns).to.equal(turns);
    expect(main.wakeups).to.equal(wakeups);
    await app.finish();
  });

  it('is woken for a timer once, when it is due', async () => {
    const { app, bell, main } = await start();
    new TimerSingleShot({ minutes: 1, base: bell, sparkleBack: bell.bind('ttsc__ring') });
    await app.settled();
    const { turns } = main;
    await app.pass(59_999);
    expect(main.turns).to.equal(turns);
    await app.pass(1);
    expect(bell.rung).to.equal(2);
    expect(main.turns - turns).to.be.at.most(2);
    await app.finish();
  });

  it('waits no longer than until a timer that is set while it waits', async () => {
    const { app, bell } = await start();
    new TimerSingleShot({ hours: 1, base: bell, sparkleBack: bell.bind('ttsc__ring') });
    await app.settled();
    new TimerSingleShot({ seconds: 1, base: bell, sparkleBack: bell.bind('ttsc__ring') });
    await app.pass(1_000);
    expect(bell.rung).to.equal(2);
    await app.pass(3_599_000);
    expect(bell.rung).to.equal(3);
    await app.finish();
  });

  it('holds the process open, and lets it go when it has finished', async () => {
    const holding = (): number => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
    const { app } = await start('real');
    const parked = holding();
    await app.finish();
    expect(holding()).to.be.lessThan(parked);
  });

  it('holds it open for longer than 24.8 days', async () => {
    const { app } = await start();
    await app.pass(60 * 24 * 3_600_000);
    expect(app.clock.nextAt).to.be.lessThan(Infinity);
    await app.finish();
    expect(app.clock.nextAt).to.equal(Infinity);
  });
});
