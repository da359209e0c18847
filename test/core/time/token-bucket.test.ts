import { expect } from 'chai';
import fc from 'fast-check';
import { TokenBucket } from '../../doors/core.js';

const made = (perSecond: number, burst: number) => {
  let at = 0;
  const bucket = new TokenBucket({ perSecond, burst }, { now: () => at });
  return { bucket, pass: (ms: number) => void (at += ms) };
};

describe('a token bucket', () => {
  it('gives its burst at once, and then one for each that has come', () => {
    const { bucket, pass } = made(10, 3);
    const four = (): boolean[] => Array.from({ length: 4 }, () => bucket.takeOne());
    expect(four()).to.deep.equal([true, true, true, false]);
    pass(99);
    expect(bucket.takeOne()).to.equal(false);
    pass(1);
    expect([bucket.takeOne(), bucket.takeOne()]).to.deep.equal([true, false]);
  });

  it('fills no further than its burst, however long nobody takes', () => {
    const { bucket, pass } = made(10, 3);
    pass(3_600_000);
    expect(Array.from({ length: 4 }, () => bucket.takeOne())).to.deep.equal([true, true, true, false]);
  });

  it('says how long to wait for what was taken beyond', () => {
    const { bucket, pass } = made(1_000, 500);
    expect([bucket.take(500), bucket.take(100), bucket.take(100)]).to.deep.equal([0, 100, 200]);
    pass(150);
    expect(bucket.take(0)).to.be.closeTo(50, 1e-6);
  });

  it('gives no more than its burst and its rate in any time, whoever asks when', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }),
        (perSecond, burst, waits) => {
          const { bucket, pass } = made(perSecond, burst);
          let [given, passed] = [0, 0];
          for (const ms of waits) {
            pass(ms);
            passed += ms;
            if (bucket.takeOne()) given++;
            expect(given).to.be.at.most(burst + (passed * perSecond) / 1_000 + 1e-6);
          }
        },
      ),
    );
  });
});
