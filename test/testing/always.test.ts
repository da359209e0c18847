import { expect } from 'chai';
import { Tonic } from '../../src/index.js';
import { Distiller, explore } from '../../src/testing/index.js';
import { expectRejection } from '../support/errors.js';

/** Goes up and down again within one call of the test. */
class Level extends Tonic {
  level = 0;
  steps = 0;
  ttsc__rise(to: number): void {
    this.steps++;
    this.level++;
    if (this.level < to) this.ttsc__rise(to);
    else this.ttsc__fall();
  }
  ttsc__leap(): void {
    this.level += 9;
  }
  ttsc__fall(): void {
    this.steps++;
    this.level--;
    if (this.level > 0) this.ttsc__fall();
  }
}

const low = (level: Level): void => {
  if (level.level > 3) throw new RangeError(`the level is ${level.level}`);
};

describe('what is to hold always', () => {
  it('is looked at after each order, and the first one after which it does not is named', async () => {
    const distiller = await Distiller.start();
    const level = distiller.infuse(() => new Level({ name: 'level' }));
    distiller.always(() => low(level));
    level.ttsc__rise(3);
    await distiller.advance('1m');
    expect(level.steps).to.equal(6);
    level.ttsc__rise(9);
    const error = await expectRejection(distiller.advance('1m'), 'TT_INVARIANT_BROKEN');
    expect(error.message).to.include('ttsc__rise of level, at 60000 ms').and.to.include('the level is 4');
    expect(error.cause).to.be.instanceOf(RangeError);
    expect(level.steps, 'nothing ran after it').to.equal(10);
    expect(distiller.clock.now()).to.equal(60_000);
    await distiller.finish();
  });

  it('is not looked at by a function that is async, which is refused with the first order', async () => {
    const distiller = await Distiller.start();
    const level = distiller.infuse(() => new Level({ name: 'level' }));
    distiller.always((async () => low(level)) as () => void);
    level.ttsc__leap();
    const { message } = await expectRejection(distiller.settle(), 'TT_INVARIANT_BROKEN');
    expect(message).to.include('the check returned a promise');
    await distiller.finish();
  });

  for (const turn of ['settle', 'sparkle', 'until', 'realTime', 'finish'] as const) {
    it(`ends ${turn}() too`, async () => {
      const distiller = await Distiller.start();
      const level = distiller.infuse(() => new Level({ name: 'level' }));
      distiller.always(() => low(level));
      level.ttsc__leap();
      const never = new Promise<void>(() => {});
      const turns = {
        settle: () => distiller.settle(),
        sparkle: () => distiller.sparkle({ count: 100 }),
        until: () => distiller.until(never),
        realTime: () => distiller.realTime(never),
        finish: () => distiller.finish(),
      };
      await expectRejection(turns[turn](), 'TT_INVARIANT_BROKEN');
      const { leftOpen } = await distiller.finish();
      expect(leftOpen, 'it still ends in order').to.deep.equal([]);
    });
  }

  it('is looked at without a trace as well', async () => {
    const distiller = await Distiller.start(undefined, { trace: false });
    const level = distiller.infuse(() => new Level({ name: 'level' }));
    distiller.always(() => low(level));
    level.ttsc__rise(9);
    await expectRejection(distiller.realTime('5ms'), 'TT_INVARIANT_BROKEN');
    await distiller.finish();
  });

  it('is all looked at, and not any more once it was broken', async () => {
    const distiller = await Distiller.start();
    const level = distiller.infuse(() => new Level());
    let looks = 0;
    distiller.always(() => void looks++);
    distiller.always(() => low(level));
    level.ttsc__rise(9);
    await expectRejection(distiller.settle(), 'TT_INVARIANT_BROKEN');
    const looked = looks;
    expect(looked).to.be.at.least(4);
    await distiller.settle();
    expect(looks).to.equal(looked);
    expect(level.level, 'the loops go on where the test lets them').to.equal(0);
    await distiller.finish();
  });

  it('fails a run of explore(), which leaves out the faults that it does not need', async () => {
    const body = async (distiller: Distiller): Promise<void> => {
      const level = distiller.infuse(() => new Level());
      distiller.always(() => low(level));
      for (const what of ['a', 'b', 'c', 'd'])
        if (distiller.chance(0.5, 'rise', what)) level.ttsc__rise(what === 'c' ? 5 : 2);
      await distiller.settle();
    };
    const error = await expectRejection(explore({ runs: 50, seed: 1, app: () => {} }, body), 'TT_EXPLORE_FAILED');
    expect(error.details['faults']).to.have.length(1).and.to.have.nested.property('[0].what', 'c');
    expect(error.cause).to.have.property('code', 'TT_INVARIANT_BROKEN');
  });
});

describe('explore(), where a test has several assertions,', () => {
  it('does not take the failure of one for that of another', async () => {
    const body = (distiller: Distiller): void => {
      const broken = ['a', 'b', 'c'].filter((what) => distiller.chance(0.5, 'break', what));
      expect(broken, 'all are broken').not.to.have.length(3);
      if (broken.length < 2) expect(broken.length, 'few are').to.be.at.most(distiller.faults.length - 1);
    };
    const options = { runs: 1000, app: () => {} };
    for (let seed = 1; ; seed++) {
      const error = await expectRejection(explore({ ...options, seed }, body), 'TT_EXPLORE_FAILED');
      const few = /few are/.test((error.cause as Error).message);
      if (few) continue;
      expect(error.details['faults']).to.have.length(3);
      return;
    }
  });
});
