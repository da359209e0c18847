import { expect } from 'chai';
import { type FaultKind, SeededRandom } from '../../../src/testing/index.js';
import { FaultSource } from '../../doors/testing.js';

const faults = (seed: number, inject?: () => boolean): FaultSource =>
  new FaultSource(
    new SeededRandom(seed),
    inject,
    () => 0,
    () => {},
  );

describe('the random source of the faults', () => {
  it('show the same for the same place, in whatever order they are thrown', () => {
    const [one, other] = [faults(1), faults(1)];
    const place = one.place('tcp a>b');
    const forth = [0, 1, 2, 3].map((n) => one.roll('loss', place, n));
    const back = [3, 2, 1, 0].map((n) => other.roll('loss', place, n)).reverse();
    expect(forth).to.deep.equal(back);
  });

  it('show something else for another seed, kind, place, index or attempt', () => {
    const [one, other] = [faults(1), faults(2)];
    const place = one.place('a');
    const kinds: FaultKind[] = ['loss', 'delay', 'duplicate', 'reorder', 'reset', 'split', 'partition'];
    const rolls = [
      other.roll('loss', place, 1),
      ...kinds.map((kind) => one.roll(kind, place, 1)),
      one.roll('loss', one.place('b'), 1),
      one.roll('loss', place, 2),
      one.roll('loss', place, 2 ** 32 + 1),
      one.roll('loss', place, 1, 1),
    ];
    expect(new Set(rolls).size).to.equal(rolls.length);
  });

  it('are fair: of 100,000 throws each tenth of the range has about a tenth', () => {
    const fair = faults(3);
    const tenths = new Array<number>(10).fill(0);
    for (let n = 0; n < 100_000; n++) tenths[Math.floor(fair.roll('loss', fair.place('x'), n) * 10)]!++;
    for (const count of tenths) expect(count).to.be.within(9_600, 10_400);
  });

  it('ask before a fault that would strike, and not before one that would not', () => {
    let asked = 0;
    const refusing = faults(1, () => {
      asked++;
      return false;
    });
    const place = refusing.place('x');
    expect(refusing.strikes('loss', 1, place, 0)).to.equal(false);
    expect(refusing.strikes('loss', 0, place, 0)).to.equal(false);
    expect(asked).to.equal(1);
  });
});
