import { expect } from 'chai';
import fc from 'fast-check';
import { SharedBucket, TokenBucket } from '../../doors/core.js';

const made = (perSecond: number, burst: number, zeros: readonly number[] = [0, 0]) => {
  let at = 0;
  const numbers = new BigInt64Array(new SharedArrayBuffer(8));
  const buckets = zeros.map(
    (zero) => new SharedBucket({ perSecond, burst }, { zero, now: () => at - zero }, numbers, 0),
  );
  return { one: buckets[0]!, two: buckets[1]!, pass: (ms: number) => void (at += ms) };
};

describe('a bucket that threads share', () => {
  it('gives its burst once, whichever of them asks, and then one for each that has come', () => {
    const { one, two, pass } = made(10, 3);
    const four = (): boolean[] => [one, two, one, two].map((bucket) => bucket.takeOne());
    expect(four()).to.deep.equal([true, true, true, false]);
    pass(99);
    expect([one.takeOne(), two.takeOne()]).to.deep.equal([false, false]);
    pass(1);
    expect([two.takeOne(), one.takeOne()]).to.deep.equal([true, false]);
  });

  it('has each of them wait for what all have taken', () => {
    const { one, two, pass } = made(1_000, 500);
    expect([one.take(500), two.take(100), one.take(100)]).to.deep.equal([0, 100, 200]);
    pass(150);
    expect(two.take(0)).to.be.closeTo(50, 1e-6);
  });

  it('is the same for threads whose clocks began at other times', () => {
    const { one, two, pass } = made(10, 1, [1_000_000, -5]);
    expect([one.takeOne(), two.takeOne()]).to.deep.equal([true, false]);
    pass(100);
    expect([two.takeOne(), one.takeOne()]).to.deep.equal([true, false]);
  });

  it('gives what a bucket of one thread gives', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean(), fc.integer({ min: 0, max: 9 }))),
        (perSecond, burst, steps) => {
          const { one, two, pass } = made(perSecond, burst);
          let at = 0;
          const single = new TokenBucket({ perSecond, burst }, { now: () => at });
          for (const [ms, isFirst, count] of steps) {
            at += ms;
            pass(ms);
            const bucket = isFirst ? one : two;
            if (count === 0) expect(bucket.takeOne()).to.equal(single.takeOne());
            else expect(bucket.take(count)).to.be.closeTo(single.take(count), 1e-3);
          }
        },
      ),
    );
  });

  it('takes a rate that is hardly more than nothing, and a count that would take for ever', () => {
    const { one, two } = made(1e-12, 1);
    expect([one.takeOne(), two.takeOne()]).to.deep.equal([true, false]);
    const debt = made(1, 1);
    for (let n = 0; n < 3; n++) expect(debt.one.take(1e12)).to.be.above(1e12);
    expect(debt.two.takeOne()).to.equal(false);
  });
});
