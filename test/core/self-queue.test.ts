import { expect } from 'chai';
import { Catalyst, TimerSingleShot, Tonic } from '../../src/index.js';
import { SelfQueueWatch } from '../doors/core.js';
import { WARN, runApp, startApp } from '../support/app.js';

/** Does something so often, then finishes. */
abstract class Looping extends Tonic<'a' | 'b'> {
  ran = 0;
  protected get isOver(): boolean {
    if (++this.ran >= 200) this.ttsc__finish();
    return this.ran >= 200;
  }
}

/** Means the generic body, and calls its own. */
class Trap extends Looping {
  ttse__onStart(): void {
    this.toState('a');
    this.ttsc__line('NOOP');
  }
  ttsc__line(_line: string): void {
    this.ttsc__finish();
  }
  ttsc_a__line(line: string): void {
    // eslint-disable-next-line tasktonic/no-fall-through-call -- what is to be found
    if (!this.isOver) this.ttsc__line(line);
  }
}

class Endless extends Looping {
  ttse__onStart(): void {
    this.ttsc__go();
  }
  ttsc__go(): void {
    if (!this.isOver) this.ttsc__go();
  }
}

class Counting extends Looping {
  ttse__onStart(): void {
    this.ttsc__go(0);
  }
  ttsc__go(n: number): void {
    expect(n).to.equal(this.ran);
    if (!this.isOver) this.ttsc__go(n + 1);
  }
}

class Changing extends Looping {
  ttse__onStart(): void {
    this.toState('a');
    this.ttsc__go();
  }
  ttsc__go(): void {
    this.toState(this.state === 'a' ? 'b' : 'a');
    if (!this.isOver) this.ttsc__go();
  }
}

class Taking extends Looping {
  other!: Giving;
  ttse__onStart(): void {
    this.other = new Giving();
    this.other.ttsc__give(this);
  }
  ttsc__go(): void {
    if (!this.isOver) this.other.ttsc__give(this);
  }
}
class Giving extends Tonic {
  ttsc__give(to: Taking): void {
    to.ttsc__go();
  }
}

/** Goes on with each timer, and queues itself a few times in between. */
class Timed extends Looping {
  ttse__onStart(): void {
    this.ttsc__go(9);
  }
  ttsc__go(left: number): void {
    if (this.isOver) return;
    if (left > 0) this.ttsc__go(left - 1);
    else new TimerSingleShot({ seconds: 0.001, sparkleBack: this.ttse__onTimer });
  }
  ttse__onTimer(): void {
    this.ttsc__go(9);
  }
}

/** Queues itself often, with the same argument, but not without a pause. */
class Bursts extends Looping {
  ttse__onStart(): void {
    this.ttsc__go('on');
  }
  ttsc__go(word: string): void {
    if (this.isOver) return;
    if (this.ran % 40 > 0) this.ttsc__go(word);
    else new TimerSingleShot({ seconds: 0.001, sparkleBack: this.ttse__onTimer });
  }
  ttse__onTimer(): void {
    this.ttsc__go('on');
  }
}

/** Ends while it is followed. */
class Ending extends Tonic {
  ran = 0;
  ttse__onStart(): void {
    this.ttsc__go();
  }
  ttsc__go(): void {
    if (++this.ran < 105) this.ttsc__go();
  }
}

/** Warnings of an app whose main Catalyst looks closer at a tenth of a thousand orders. */
async function warnings(start: () => unknown): Promise<string[]> {
  const main = (): void => {
    Object.assign(new Catalyst({ turnOrders: 5 }), { _ttSelfQueues: new SelfQueueWatch(100, 10) });
  };
  const app = await startApp(() => [new Tonic(), start()], { main });
  await app.pass(1_000);
  const { lines } = await app.finish();
  return lines.filter(({ level }) => level >= WARN).map(({ msg }) => msg);
}

describe('a sparkle that queues itself', () => {
  it('is told of once, with what to do, where it does so for ever in the same state', async () => {
    const [told, ...more] = await warnings(() => [new Trap({ name: 'trap' })]);
    expect(told).to.match(
      /^ttsc__line of trap has queued itself 1\d\d times .* in the state a: .* this\.generic\.ttsc__line\(\)/,
    );
    expect(more).to.deep.equal([]);
  });

  it('runs as often as ever while it is looked at', async () => {
    const all: Looping[] = [];
    await warnings(() => all.push(new Trap(), new Endless(), new Counting()));
    expect(all.map(({ ran }) => ran)).to.deep.equal([200, 200, 200]);
  });

  it('is told of once for a class, and for each of several classes', async () => {
    const told = await warnings(() => [new Trap(), new Trap(), new Endless()]);
    expect(told.map((text) => text.split(' ')[0])).to.have.members(['ttsc__line', 'ttsc__go']);
  });

  for (const [what, Class] of [
    ['counts in its arguments', Counting],
    ['changes the state', Changing],
    ['goes on through another Tonic', Taking],
    ['goes on through a timer', Timed],
    ['rests from time to time', Bursts],
    ['comes to its end', Ending],
  ] as const) {
    it(`is not told of where it ${what}`, async () => {
      expect(await warnings(() => new Class())).to.deep.equal([]);
    });
  }

  it('is told of after a million orders, and no sooner', async () => {
    class Real extends Tonic {
      left = 1_100_000;
      constructor() {
        super({ logMode: 'off' });
      }
      ttse__onStart(): void {
        this.ttsc__go('on');
      }
      ttsc__go(word: string): void {
        if (--this.left > 0) this.ttsc__go(word);
        else this.ttsc__finish();
      }
    }
    const { lines } = await runApp(() => new Real(), { clock: 'real' });
    const told = lines
      .filter(({ level }) => level >= WARN)
      .map(({ msg }) => /(\d+) times without a pause/.exec(msg)?.[1]);
    expect(told).to.have.length(1);
    expect(Number(told[0])).to.be.within(1_000_000, 1_100_000);
  }).timeout(60_000);
});
