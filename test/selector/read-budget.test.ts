import { expect } from 'chai';
import { ReadBudget } from '../doors/selector.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const NOTHING = { waiting: 0, bytes: 0, departed: 0 };

describe('the read budget of the sockets of a Catalyst', () => {
  const calm = (budget: ReadBudget, turns: number): void => {
    for (let n = 0; n < turns; n++) budget.turnEnded(10, 0, NOTHING);
  };

  it('is all that they have while few orders wait', () => {
    const budget = new ReadBudget(10_000, 2_000);
    budget.turnEnded(10_000, 255, NOTHING);
    expect(budget).to.include({ share: Infinity, turns: 64, full: false });
  });

  it('is 2 KiB a turn of each while many wait, and that of a few of those that have more', () => {
    const budget = new ReadBudget(10_000, 2_000);
    budget.turnEnded(10, 256, NOTHING);
    expect(budget).to.include({ share: 2 * KIB, turns: 16, full: false });
  });

  it('grows step by step when few wait again', () => {
    const budget = new ReadBudget(10_000, 2_000);
    budget.turnEnded(10, 256, NOTHING);
    const shares = new Set<number>();
    for (let n = 0; n < 40; n++) {
      calm(budget, 1);
      shares.add(budget.share / KIB);
    }
    expect([...shares]).to.deep.equal([2, 4, 8, 16, 32, 64, Infinity]);
    expect(budget.turns).to.equal(64);
  });

  it('is a share for the rest of a turn that has brought a megabyte', () => {
    const budget = new ReadBudget(10_000, 2_000);
    budget.received(MIB - 1);
    expect(budget.share).to.equal(Infinity);
    budget.received(1);
    expect(budget.share).to.equal(2 * KIB);
    calm(budget, 1);
    expect(budget.share).to.equal(Infinity);
  });

  it('goes on for those that have more when what waits has passed', () => {
    for (const size of [256, 1_000]) {
      const budget = new ReadBudget(1_000, 200);
      const turns: number[] = [];
      for (let n = 0; n < 9; n++) {
        budget.turnEnded(size / 4, size, NOTHING);
        turns.push(budget.turns);
      }
      expect(turns).to.deep.equal([16, 0, 0, 0, 16, 0, 0, 0, 16]);
    }
  });

  it('is held back for everybody from the high-water mark until the low one', () => {
    const budget = new ReadBudget(1_000, 200);
    const full: boolean[] = [];
    for (const size of [999, 1_000, 201, 200]) {
      budget.turnEnded(1, size, NOTHING);
      full.push(budget.full);
    }
    expect(full).to.deep.equal([false, true, true, false]);
  });

  it('counts bytes, too: those that came with orders which wait', () => {
    const budget = new ReadBudget(10_000, 2_000);
    budget.received(32 * MIB);
    budget.turnEnded(0, 40, NOTHING);
    budget.turnEnded(1, 39, NOTHING);
    expect(budget).to.include({ turns: 0, full: true });
    // All that waited has run, and what came with it is done.
    budget.turnEnded(39, 0, NOTHING);
    budget.turnEnded(0, 0, NOTHING);
    expect(budget).to.include({ turns: 64, full: false });
  });

  it('counts orders and bytes for other threads', () => {
    const budget = new ReadBudget(1_000, 200);
    budget.turnEnded(0, 0, { ...NOTHING, waiting: 1_000 });
    budget.turnEnded(0, 0, { ...NOTHING, waiting: 1_000 });
    expect(budget.turns).to.equal(0);
    // So many have left: what waited has passed.
    budget.turnEnded(0, 0, { ...NOTHING, waiting: 1_000, departed: 1_000 });
    expect(budget.turns).to.equal(16);
    const other = new ReadBudget(1_000, 200);
    other.turnEnded(0, 0, { ...NOTHING, waiting: 9, bytes: 32 * MIB });
    expect(other.full).to.equal(true);
  });
});
