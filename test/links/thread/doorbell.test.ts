import { expect } from 'chai';
import type { Doorbell } from '../../../src/index.js';
import { Parker } from '../../doors/core.js';
import { ThreadMemory, ThreadBell } from '../../doors/links.js';
import { VirtualBench } from '../../support/bench.js';

describe('the bell of a thread', () => {
  const own = new ThreadMemory(1);
  const other = new ThreadMemory(0, own.buffer);
  let drained = 0;
  const bell = (): ThreadBell => new ThreadBell(own, () => drained++);

  it('has what was sent taken once, however often it was rung', () => {
    const rung = bell();
    rung.take();
    drained = 0;
    other.ring(1);
    other.ring(1);
    expect([rung.take(), rung.take(), drained]).to.deep.equal([true, false, 1]);
    other.ring(2);
    expect(rung.take(), 'rung for another').to.equal(false);
  });

  /** One of a thread that others answer without a pause. */
  const talking = (): ThreadBell => {
    const soon = bell();
    for (let n = 0; n < 4; n++) soon.cameAfter(0.1);
    return soon;
  };

  it('is not looked at where no other thread answers at once, time after time', () => {
    const quiet = bell();
    for (const ms of [0.1, 0.1, 0.1, 5, 0.1, 0.1, 0.1]) {
      quiet.cameAfter(ms);
      expect(quiet.lookFor(0)).to.equal(0);
    }
    quiet.cameAfter(0.1);
    expect(quiet.lookFor(0)).to.be.above(0);
  });

  it('is looked at no more once a wait was long', () => {
    const once = talking();
    once.cameAfter(1);
    expect(once.lookFor(0)).to.equal(0);
  });

  it('is looked at for a while, as long as that finds something', () => {
    const useful = talking();
    for (let now = 0; now < 1_000; now++) expect(useful.lookFor(now)).to.be.within(0.01, 0.1);
  });

  it('is not looked at for more than about one percent of the time where that finds nothing', () => {
    const useless = bell();
    let spent = 0;
    for (let now = 0; now < 10_000; now += 0.5) {
      for (let n = 0; n < 4; n++) useless.cameAfter(0.1);
      const ms = useless.lookFor(now);
      if (ms > 0) useless.foundNothing(ms);
      spent += ms;
    }
    expect(spent / 10_000).to.be.within(0.005, 0.015);
  });
});

describe('a loop with a bell', () => {
  /** Has something at the n-th look. */
  class CountingBell implements Doorbell {
    looks = 0;
    fruitless = 0;
    constructor(readonly foundAt: number) {}
    lookFor(): number {
      return 0.05;
    }
    take(): boolean {
      return ++this.looks === this.foundAt;
    }
    foundNothing(): void {
      this.fruitless++;
    }
    cameAfter(): void {}
  }
  const parked = (bell: Doorbell): { bench: VirtualBench; parker: Parker } => {
    const bench = new VirtualBench();
    const parker = new Parker(bench.held);
    parker.doorbell = bell;
    return { bench, parker };
  };

  it('goes on at once where a look finds something, and needs no timer', async () => {
    const bell = new CountingBell(3);
    const { bench, parker } = parked(bell);
    const before = bench.held.holding;
    await bench.until(parker.park(60_000));
    expect([bell.looks, bell.fruitless, bench.held.holding - before]).to.deep.equal([3, 0, 1]);
    parker.close();
  });

  it('parks after a look that found nothing, and is woken as any', async () => {
    const bell = new CountingBell(Infinity);
    const { bench, parker } = parked(bell);
    const wait = parker.park(500);
    await bench.settled();
    expect(bell.fruitless).to.equal(1);
    const { looks } = bell;
    await bench.pass(500);
    await bench.until(wait);
    expect(bell.looks).to.equal(looks);
    const again = parker.park(Infinity);
    await bench.settled();
    parker.wake();
    await bench.until(again);
    parker.close();
  });

  it('is woken in the middle of a look', async () => {
    const bell = new CountingBell(Infinity);
    const { bench, parker } = parked(bell);
    const wait = parker.park(Infinity);
    parker.wake();
    await bench.until(wait);
    expect(bell.fruitless).to.equal(0);
    parker.close();
  });
});
