import { expect } from 'chai';
import type { Network } from '../../../../src/index.js';
import { Admission, ServerTally } from '../../../doors/tonics.js';
import { turnedAway } from '../../../support/turned-away.js';

/** All that it sees of a network: how many connections there may be. */
class FakeCapacity {
  tell: ((most: number) => void) | undefined;
  constructor(readonly first: number) {}
  watchCapacity(tell: (most: number) => void): () => void {
    this.tell = tell;
    tell(this.first);
    return () => (this.tell = undefined);
  }
}

const made = (limit?: number, tally = new ServerTally(), most = 100) => {
  const capacity = new FakeCapacity(most);
  return { tally, capacity, admission: new Admission(tally, capacity as unknown as Network, limit) };
};

describe('the admission of a server', () => {
  it('lets in as many as the limit says, and counts them as open', () => {
    const { admission, tally } = made(2);
    expect([admission.enter(), admission.enter(), admission.enter()]).to.deep.equal([
      undefined,
      undefined,
      'maxConnections',
    ]);
    expect(tally.open).to.equal(2);
  });

  it('lets the next one in when one has left', () => {
    const { admission, tally } = made(1);
    admission.enter();
    expect(admission.enter()).to.equal('maxConnections');
    tally.closed();
    expect(admission.enter()).to.equal(undefined);
  });

  it('has one limit for all threads', () => {
    const whole = ServerTally.shared(2);
    const [one, other] = [0, 1].map((index) => made(2, new ServerTally(whole.buffer, index)).admission);
    expect([one!.enter(), other!.enter(), one!.enter(), other!.enter()]).to.deep.equal([
      undefined,
      undefined,
      'maxConnections',
      'maxConnections',
    ]);
    expect(whole.open).to.equal(2);
  });

  it('leaves the limit to the network where nobody shares it', () => {
    const { admission } = made(1);
    admission.isShared = false;
    expect([admission.enter(), admission.enter()]).to.deep.equal([undefined, undefined]);
  });

  it('says whether the next one may come in, without counting it', () => {
    const { admission, tally } = made(1);
    expect(admission.whyNot).to.equal(undefined);
    expect(tally.open).to.equal(0);
    tally.opened();
    expect(admission.whyNot).to.equal('maxConnections');
  });

  it('counts who is turned away, by why', () => {
    const { admission, tally } = made();
    for (const reason of ['paused', 'descriptors', 'paused'] as const)
      admission.turnedAway({ remote: undefined, reason });
    expect(tally.counts.turnedAway).to.deep.equal(turnedAway({ descriptors: 1, paused: 2 }));
  });

  describe('has as its most connections', () => {
    it('the smaller of what is asked for and what the network allows just now', () => {
      const { admission, capacity } = made(50);
      expect(admission.maxConnections).to.equal(50);
      capacity.tell!(20);
      expect(admission.maxConnections).to.equal(20);
      capacity.tell!(80);
      expect(admission.maxConnections).to.equal(50);
    });

    it('with those of other threads, whose descriptors this one has not', () => {
      const whole = ServerTally.shared(2);
      const { admission, capacity } = made(undefined, new ServerTally(whole.buffer, 0));
      whole.opened(0);
      for (let n = 0; n < 30; n++) whole.opened(1);
      capacity.tell!(70);
      expect(admission.maxConnections).to.equal(100);
    });
  });

  it('hears no more of the network when it is closed', () => {
    const { admission, capacity } = made();
    admission.close();
    expect(capacity.tell).to.equal(undefined);
  });

  it('takes it for news once that there is no descriptor left, until there is more room', () => {
    const { admission, capacity } = made();
    expect([admission.ranOut(), admission.ranOut()]).to.deep.equal([true, false]);
    capacity.tell!(0);
    expect(admission.ranOut()).to.equal(false);
    capacity.tell!(10);
    expect([admission.ranOut(), admission.ranOut()]).to.deep.equal([true, false]);
  });
});
