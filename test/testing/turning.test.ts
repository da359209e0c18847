import { performance } from 'node:perf_hooks';
import { setTimeout as later } from 'node:timers/promises';
import { expect } from 'chai';
import { Catalyst, ChunkedWork, Formula, TimerRepeat, Tonic } from '../../src/index.js';
import { Distiller, type TraceEntry } from '../../src/testing/index.js';
import { expectRejection } from '../support/errors.js';
import { Door } from './support/door.js';

class Counter extends Tonic {
  count = 0;
  ttsc__add(by = 1): void {
    this.count += by;
  }
}

/** Queues itself for ever. */
class Busy extends Tonic {
  ttse__onStart(): void {
    this.ttsc__again();
  }
  ttsc__again(): void {
    this.ttsc__again();
  }
}

describe('sparkle()', () => {
  let distiller: Distiller;

  beforeEach(async () => {
    distiller = await Distiller.start();
  });
  afterEach(async () => {
    await distiller.finish();
  });

  it('runs nothing before it is called', async () => {
    const door = distiller.infuse(() => new Door());
    door.ttsc__unlock('42');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(door.state).to.be.undefined;
    expect(door.tries).to.equal(0);
  });

  it('runs exactly as many sparkles as it is told', async () => {
    const counter = distiller.infuse(() => new Counter());
    await distiller.settle();
    for (let times = 0; times < 10; times++) counter.ttsc__add();
    const { stopCondition, status } = await distiller.sparkle({ count: 3 });
    expect(counter.count).to.equal(3);
    expect(stopCondition).to.deep.equal(['sparkleCount']);
    expect(status).to.equal('running');
    await distiller.sparkle({ count: 1 });
    expect(counter.count).to.equal(4);
  });

  it('never splits a transition', async () => {
    const door = distiller.infuse(() => new Door());
    await distiller.settle();
    door.ttsc__unlock('42');
    door.ttsc__unlock('42');
    const { sparkleTrace } = await distiller.sparkle({ count: 1 });
    expect(door.state).to.equal('open');
    expect(sparkleTrace.map(({ sparkle, extra }) => [sparkle, extra])).to.deep.equal([
      ['ttsc__unlock', false],
      ['ttse__onEnter', true],
    ]);
  });

  it('counts the first sparkle of a Tonic under the name that its user gave it', async () => {
    distiller.infuse(() => new Door());
    distiller.infuse(() => new Counter());
    const { sparkleTrace } = await distiller.sparkle({ count: 1 });
    expect(names(sparkleTrace)).to.deep.equal(['ttse__onStart', 'ttse__onEnter']);
  });

  it('stops after the sparkle that leaves a Tonic in one of the states', async () => {
    const door = distiller.infuse(() => new Door());
    door.ttsc__unlock('1');
    door.ttsc__unlock('42');
    door.ttsc__unlock('42');
    const { stopCondition, sparkleTrace } = await distiller.sparkle({ tillStateIn: ['ajar', 'open'] });
    expect(stopCondition).to.deep.equal(['stateTrigger: [open]']);
    expect(names(sparkleTrace).at(-1)).to.equal('ttse__onEnter');
    expect(door.tries).to.equal(2);
  });

  it('stops after one of the sparkles has run', async () => {
    const counter = distiller.infuse(() => new Counter());
    distiller.infuse(() => new Door()).ttsc__unlock('1');
    counter.ttsc__add();
    const { stopCondition } = await distiller.sparkle({ tillSparkleIn: ['ttsc__unlock', 'ttsc__lock'] });
    expect(stopCondition).to.deep.equal(['sparkleTrigger: [ttsc__unlock]']);
    expect(counter.count).to.equal(0);
  });

  it('stops for an extra sparkle too', async () => {
    distiller.infuse(() => new Door());
    const { stopCondition } = await distiller.sparkle({ tillSparkleIn: ['ttse__onEnter'] });
    expect(stopCondition).to.deep.equal(['sparkleTrigger: [ttse__onEnter]']);
  });

  it('names all conditions that hold', async () => {
    distiller.infuse(() => new Door());
    const { stopCondition } = await distiller.sparkle({ count: 1, tillStateIn: ['locked'] });
    expect(stopCondition).to.deep.equal(['sparkleCount', 'stateTrigger: [locked]']);
  });

  it('stops when its time is over, in virtual time, and tells when it began and ended', async () => {
    distiller.infuse(() => new Counter());
    await distiller.advance(500);
    const { stopCondition, startAt, endAt } = await distiller.sparkle({ tillStateIn: ['open'], timeout: '3h' });
    expect(stopCondition).to.deep.equal(['timeout']);
    expect([startAt, endAt]).to.deep.equal([500, 10_800_500]);
  });

  it('moves time on by itself to what is next', async () => {
    const door = distiller.infuse(() => new Door());
    door.ttsc__unlock('42');
    await distiller.sparkle({ tillStateIn: ['open'] });
    const { endAt } = await distiller.sparkle({ tillStateIn: ['locked'], timeout: '1d' });
    expect(door.state).to.equal('locked');
    expect(endAt).to.equal(7_200_000);
  });

  it('stops within an hour where no other time is given', async () => {
    class Ticking extends Tonic {
      ttse__onStart(): void {
        new TimerRepeat({ minutes: 1 });
      }
      ttse__onTimer(): void {}
    }
    distiller.infuse(() => new Ticking());
    const { stopCondition, endAt } = await distiller.sparkle({ tillStateIn: ['open'] });
    expect(stopCondition).to.deep.equal(['timeout']);
    expect(endAt).to.equal(3_600_000);
  });

  it('stops where nothing is left that could run', async () => {
    distiller.infuse(() => new Counter()).ttsc__add();
    const { stopCondition, endAt } = await distiller.sparkle({ count: 5 });
    expect(stopCondition).to.deep.equal(['idle']);
    expect(endAt).to.equal(0);
  });

  it('waits for what the app loads in real time before it says that nothing is left', async () => {
    class Loader extends Tonic<'loaded'> {
      ttse__onStart(): void {
        this.pipe(distiller.runtime.held(later(20)), this.ttse__onLoaded);
      }
      ttse__onLoaded(): void {
        this.toState('loaded');
      }
    }
    distiller.infuse(() => new Loader());
    expect((await distiller.sparkle({ tillStateIn: ['loaded'] })).stopCondition).to.deep.equal([
      'stateTrigger: [loaded]',
    ]);
  });

  it('stops when the Catalyst has finished', async () => {
    const door = distiller.infuse(() => new Door());
    await distiller.settle();
    door.ttsc__finish();
    const result = await distiller.sparkle({ count: 100 });
    expect(result.stopCondition).to.deep.equal(['catalystFinished']);
    expect(result.status).to.equal('finished');
    expect((await distiller.sparkle({ count: 1 })).stopCondition).to.deep.equal(['catalystFinished']);
  });

  it('holds a Tonic that queues itself for ever', async () => {
    distiller.infuse(() => new Busy());
    const { stopCondition, sparkleTrace } = await distiller.sparkle({ count: 50 });
    expect(stopCondition).to.deep.equal(['sparkleCount']);
    expect(sparkleTrace).to.have.length(50);
  });

  it('turns every Catalyst of the app, one sparkle at a time', async () => {
    class Second extends Catalyst {
      counter!: Counter;
      ttse__onStart(): void {
        this.counter = new Counter();
      }
    }
    const second = distiller.infuse(() => new Second());
    await distiller.settle();
    second.counter.ttsc__add();
    second.counter.ttsc__add();
    await distiller.sparkle({ count: 1 });
    expect(second.counter.count).to.equal(1);
  });

  for (const [what, conditions] of Object.entries({
    'a count of nothing': { count: 0 },
    'half a sparkle': { count: 1.5 },
    'a time that is none': { timeout: 'soon' },
    'a condition that there is not': { tillstate: ['open'] },
    'a contract without conditions': { contract: { tonics: { door: { probes: ['tries'] } } } },
    'more matches than there can be': { contract: { stopMatchCount: 2, tonics: { door: { tillStateIn: ['open'] } } } },
  })) {
    it(`refuses ${what}`, async () => {
      await expectRejection(distiller.sparkle(conditions as object), 'TT_BAD_OPTION');
    });
  }

  it('says which call was not awaited', async () => {
    distiller.infuse(() => new Counter());
    const first = distiller.sparkle({ count: 1 });
    await expectRejection(distiller.settle(), 'TT_NOT_AWAITED');
    await first;
  });
});

describe('an app that never comes to rest', () => {
  it('is named instead of hanging the test', async function () {
    this.timeout(60_000);
    const distiller = await Distiller.start(() => void new Busy({ name: 'busy' }), { trace: false });
    const { message } = await expectRejection(distiller.settle(), 'TT_NEVER_SETTLES');
    expect(message).to.include('ttsc__again of busy, whose base is tt_main_catalyst');
    await distiller.finish();
  });

  for (const [what, ms] of Object.entries({ light: 0, heavy: 0.2 })) {
    it(`is named before it has run a million orders where it is work in chunks, of ${what} steps`, async function () {
      this.timeout(30_000);
      class Miner extends Tonic {
        ttse__onStart(): void {
          new ChunkedWork({ name: 'mining', work: () => endless(() => busyFor(ms)) });
        }
      }
      const distiller = await Distiller.start(() => void new Miner({ name: 'miner' }), { settleWithin: 300 });
      const { message, details } = await expectRejection(distiller.advance('1h'), 'TT_NEVER_SETTLES');
      expect(details['ms']).to.be.at.least(300);
      expect(details['orders']).to.be.lessThan(1_000_000);
      expect(message).to.include('of mining, whose base is miner');
      await distiller.finish();
    });
  }

  it('is named where each of its sparkles takes long', async function () {
    this.timeout(30_000);
    class Slow extends Tonic {
      ttse__onStart(): void {
        this.ttsc__again();
      }
      ttsc__again(): void {
        busyFor(20);
        this.ttsc__again();
      }
    }
    const distiller = await Distiller.start(() => void new Slow({ name: 'slow' }), { settleWithin: 200 });
    const { details } = await expectRejection(distiller.settle(), 'TT_NEVER_SETTLES');
    expect(details['who']).to.equal('the last sparkle was ttsc__again of slow, whose base is tt_main_catalyst');
    expect(details['orders']).to.be.within(2, 200);
    await distiller.finish();
  });

  it('is no Tonic of an earlier time where only timers fire', async () => {
    const distiller = await Distiller.start(() => void new Counter({ name: 'counter' }));
    await distiller.settle();
    const again = (): void => void distiller.clock.setTimer(again, 0);
    again();
    const { message } = await expectRejection(distiller.advance('1s'), 'TT_NEVER_SETTLES');
    expect(message).to.include('timers fire again and again, and no sparkle ran');
    expect(message).not.to.include('counter');
  });

  it('is aborted and named where it does not come to rest at its end either', async () => {
    class Stubborn extends Busy {
      ttse__onDraining(): void {}
    }
    const distiller = await Distiller.start(() => void new Stubborn({ name: 'stubborn' }), { settleWithin: 100 });
    expect((await distiller.finish()).leftOpen).to.include('stubborn');
    expect(distiller.finished).to.be.true;
  });

  it('is not reported while the test itself waits', async () => {
    const distiller = await Distiller.start(() => void new Counter({ name: 'counter' }), { settleWithin: 40 });
    await distiller.realTime(later(120));
    await distiller.finish();
  });

  for (const settleWithin of [0, -1, NaN]) {
    it(`cannot be looked for within ${settleWithin} ms`, async () => {
      await expectRejection(Distiller.start(undefined, { settleWithin }), 'TT_BAD_OPTION');
    });
  }
});

describe('an app whose loop does not end', () => {
  /** Waits for the machine, and looks at nothing else. */
  class Deaf extends Catalyst {
    static over = (): void => {};
    override async sparkle(): Promise<void> {
      await new Promise<void>((resolve) => (Deaf.over = resolve));
    }
  }
  class App extends Formula {
    protected override creatingMainCatalyst(): Catalyst {
      return new Deaf();
    }
  }

  it('is named, and neither the test nor the process hangs', async () => {
    const distiller = await Distiller.start(App);
    expect((await distiller.finish()).leftOpen).to.include('a loop');
    Deaf.over();
  });
});

describe('work in chunks', () => {
  it('goes on in slices of a thousand steps or so while time stands still', async () => {
    let last = 0;
    class Miner extends Tonic {
      readonly work = new ChunkedWork({ base: this, name: 'mining', progress: 0, work: endless((nr) => (last = nr)) });
      ttse__onMiningProgress(): void {}
    }
    const distiller = await Distiller.start(() => void new Miner({ name: 'miner' }));
    await distiller.sparkle({ tillSparkleIn: ['ttse__onMiningProgress'] });
    expect(last).to.be.within(1, 4_096);
    distiller.find<Miner>('miner')!.work.ttsc__cancel();
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });
});

function* endless(step: (nr: number) => void): Generator<number> {
  for (let nr = 0; ; nr++) {
    step(nr);
    yield nr;
  }
}

/** So many ms of the machine's time are used up. */
function busyFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

function names(trace: readonly TraceEntry[]): string[] {
  return trace.map(({ sparkle }) => sparkle);
}
