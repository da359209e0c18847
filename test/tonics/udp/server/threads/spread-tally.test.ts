import { expect } from 'chai';
import { SharedTotal, SpreadTally } from '../../../../doors/tonics.js';

describe('what waits in the threads of a UdpServer', () => {
  const limits = {
    unheardMessages: 3,
    unheardLimit: 1_000,
    unheardMessagesPerPeer: 1,
    unheardLimitPerPeer: 1,
  };
  const two = () => {
    const whole = SpreadTally.shared(2);
    const parts = [0, 1].map((index) => new SharedTotal(new SpreadTally(whole.buffer!, index), limits));
    return { whole, one: parts[0]!, other: parts[1]! };
  };

  it('has one bound for all, in datagrams and in bytes, and is counted no longer when it was heard', () => {
    const { one, other } = two();
    expect([one, other, one].map((total) => total.add(100))).to.deep.equal([true, true, true]);
    expect(other.add(1)).to.equal(false);
    one.remove(2, 200);
    expect(other.add(901)).to.equal(false);
    expect(other.add(900)).to.equal(true);
    expect(one.add(1)).to.equal(false);
  });

  it('waits no longer in one that has died', () => {
    const { whole, one, other } = two();
    one.add(1_000);
    expect(other.add(1)).to.equal(false);
    whole.opened(0);
    expect(whole.closeAll(0)).to.equal(1);
    expect(other.add(1_000)).to.equal(true);
  });

  it('has a bound that 32 bits can count, whatever the options say', () => {
    const { whole } = two();
    whole.change('unsentBytes', 2 ** 30 - 1);
    expect(whole.exceeds('unsent', 10, 2 ** 40, 1)).to.equal(false);
    expect(whole.exceeds('unsent', 10, 2 ** 40, 2)).to.equal(true);
  });
});
