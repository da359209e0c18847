import { expect } from 'chai';
import { Refusals } from '../../../doors/tonics.js';

describe('refused sends', () => {
  it('are told one by one up to a hundred, and then as one', () => {
    const refusals = new Refusals();
    const told = Array.from({ length: 1_000 }, () => refusals.add(2));
    expect(told.slice(0, 100)).to.deep.equal(['first', ...Array<string>(99).fill('one')]);
    expect(told.slice(100).every((each) => each === undefined)).to.equal(true);
    expect(refusals.heard()).to.deep.equal({ count: 900, bytes: 1_800 });
  });

  it('are told one by one again when those were heard', () => {
    const refusals = new Refusals();
    for (let n = 0; n < 200; n++) refusals.add(1);
    refusals.heard();
    expect(refusals.add(1)).to.equal('first');
    expect(refusals.heard()).to.deep.equal({ count: 0, bytes: 0 });
  });
});
