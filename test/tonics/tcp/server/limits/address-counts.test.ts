import { expect } from 'chai';
import { AddressCounts } from '../../../../doors/tonics.js';

const at = (address: string, family?: 'UNIX') => ({ address, port: 1, family });

describe('the counts of connections by address', () => {
  it('let in as many of one address as there may be, and the next one when one has left', () => {
    const counts = new AddressCounts(2);
    const [one, two, three] = [{}, {}, {}];
    expect([one, two, three].map((holder) => counts.enter(holder, at('192.0.2.1')))).to.deep.equal([true, true, false]);
    expect(counts.enter({}, at('192.0.2.2'))).to.equal(true);
    counts.leave(three);
    expect(counts.enter(three, at('192.0.2.1')), 'who did not come in does not leave').to.equal(false);
    counts.leave(one);
    counts.leave(one);
    expect([counts.enter({}, at('192.0.2.1')), counts.enter({}, at('192.0.2.1'))]).to.deep.equal([true, false]);
  });

  it('take a net of 64 bits of IPv6 for one, and an IPv4 address for one however it is written', () => {
    const counts = new AddressCounts(1);
    expect(counts.enter({}, at('2001:db8:1:2::1'))).to.equal(true);
    expect(counts.enter({}, at('2001:db8:1:2:ffff::'))).to.equal(false);
    expect(counts.enter({}, at('2001:db8:1:3::1'))).to.equal(true);
    expect(counts.enter({}, at('192.0.2.1'))).to.equal(true);
    expect(counts.enter({}, at('::ffff:192.0.2.1'))).to.equal(false);
  });

  it('count nobody without an address', () => {
    const counts = new AddressCounts(1);
    for (const peer of [undefined, at('', 'UNIX'), at('', 'UNIX')]) expect(counts.enter({}, peer)).to.equal(true);
    expect(counts.size).to.equal(0);
  });

  it('go with who holds a place', () => {
    const counts = new AddressCounts(1);
    const [channel, connection] = [{}, {}];
    counts.enter(channel, at('192.0.2.1'));
    counts.move(channel, connection);
    counts.leave(channel);
    expect(counts.enter({}, at('192.0.2.1'))).to.equal(false);
    counts.leave(connection);
    expect(counts.enter({}, at('192.0.2.1'))).to.equal(true);
  });

  it('keep nothing of addresses that have no connection any more', () => {
    const counts = new AddressCounts(5);
    for (let n = 0; n < 1_000; n++) {
      const holder = {};
      counts.enter(holder, at(`10.0.${n >> 8}.${n & 255}`));
      counts.leave(holder);
    }
    expect(counts.size).to.equal(0);
  });
});
