import { expect } from 'chai';
import fc from 'fast-check';
import { AddressCounts, SharedAddressCounts, bytesOfTable } from '../../../../doors/tonics.js';

const at = (address: string, family?: 'UNIX') => ({ address, port: 1, family });

/** The counts of so many threads. */
function ofThreads(most: number, { threads = 2, places = 64, salt = 1 } = {}) {
  const memory = new SharedArrayBuffer(16 + bytesOfTable(threads, places));
  const table = { memory, from: 16, threads, places, salt };
  const counts = Array.from({ length: threads }, (_, index) => new SharedAddressCounts(most, table, index));
  return { table, counts, one: counts[0]!, two: counts[1]! };
}

describe('the counts by address that threads share', () => {
  it('let in as many of one address as there may be, whichever thread they come to', () => {
    const { one, two } = ofThreads(3);
    const holders = [{}, {}, {}, {}] as const;
    const entered = holders.map((holder, n) => (n % 2 === 0 ? one : two).enter(holder, at('192.0.2.1')));
    expect(entered).to.deep.equal([true, true, true, false]);
    expect(one.enter({}, at('192.0.2.2')), 'another address').to.equal(true);
    two.leave(holders[3]);
    expect(two.enter({}, at('192.0.2.1')), 'who did not come in does not leave').to.equal(false);
    two.leave(holders[1]);
    two.leave(holders[1]);
    expect([one, two].map((counts) => counts.enter({}, at('192.0.2.1')))).to.deep.equal([true, false]);
  });

  it('give back what a thread had that has died, and nothing else', () => {
    const { table, one, two } = ofThreads(2);
    one.enter({}, at('192.0.2.1'));
    two.enter({}, at('192.0.2.1'));
    SharedAddressCounts.forget(table, 0);
    const again = new SharedAddressCounts(2, table, 0);
    expect([again.enter({}, at('192.0.2.1')), two.enter({}, at('192.0.2.1'))]).to.deep.equal([true, false]);
  });

  it('take a net of 64 bits of IPv6 for one, and an IPv4 address for one however it is written', () => {
    const { one, two } = ofThreads(1);
    expect(one.enter({}, at('2001:db8:1:2::1'))).to.equal(true);
    expect(two.enter({}, at('2001:db8:1:2:ffff::'))).to.equal(false);
    expect(two.enter({}, at('2001:db8:1:3::1'))).to.equal(true);
    expect(one.enter({}, at('192.0.2.1'))).to.equal(true);
    expect(two.enter({}, at('::ffff:192.0.2.1'))).to.equal(false);
    expect(one.enter({}, at('::1'))).to.equal(true);
    expect(two.enter({}, at('::2'))).to.equal(false);
  });

  it('count nobody without an address', () => {
    const { one } = ofThreads(1);
    for (const peer of [undefined, at('', 'UNIX'), at('', 'UNIX')]) expect(one.enter({}, peer)).to.equal(true);
  });

  it('go with who holds a place', () => {
    const { one, two } = ofThreads(1);
    const [channel, connection] = [{}, {}];
    one.enter(channel, at('192.0.2.1'));
    one.move(channel, connection);
    one.leave(channel);
    expect(two.enter({}, at('192.0.2.1'))).to.equal(false);
    one.leave(connection);
    expect(two.enter({}, at('192.0.2.1'))).to.equal(true);
  });

  it('use a place again when its address has gone', () => {
    const { one, two } = ofThreads(1, { places: 8 });
    for (let n = 0; n < 1_000; n++) {
      const holder = {};
      expect(one.enter(holder, at(`10.0.${n >> 8}.${n & 255}`))).to.equal(true);
      expect(two.enter({}, at(`10.0.${n >> 8}.${n & 255}`)), 'it is the other thread that has it').to.equal(false);
      one.leave(holder);
    }
  });

  it('count an address in each thread for itself where there is no place for it', () => {
    const { one, two } = ofThreads(1, { places: 8 });
    for (let n = 0; n < 8; n++) one.enter({}, at(`10.0.0.${n}`));
    const [holder, moved] = [{}, {}];
    expect([one.enter(holder, at('10.1.0.1')), one.enter({}, at('10.1.0.1'))]).to.deep.equal([true, false]);
    expect([two.enter({}, at('10.1.0.1')), two.enter({}, at('10.1.0.1'))]).to.deep.equal([true, false]);
    one.move(holder, moved);
    one.leave(moved);
    expect(one.enter({}, at('10.1.0.1'))).to.equal(true);
  });

  it('let in whom the counts of one thread let in, whatever comes and goes', () => {
    const step = fc.record({
      thread: fc.nat(2),
      address: fc.nat(5),
      leaves: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.array(step, { maxLength: 200 }), (most, salt, steps) => {
        const { counts } = ofThreads(most, { threads: 3, salt });
        const single = new AddressCounts(most);
        const inside: { holder: object; thread: number }[] = [];
        for (const { thread, address, leaves } of steps) {
          const gone = leaves ? inside.shift() : undefined;
          if (gone !== undefined) {
            counts[gone.thread]!.leave(gone.holder);
            single.leave(gone.holder);
            continue;
          }
          const holder = {};
          const remote = at(`2001:db8:${address}::1`);
          const entered = counts[thread]!.enter(holder, remote);
          expect(entered).to.equal(single.enter(holder, remote));
          if (entered) inside.push({ holder, thread });
        }
      }),
    );
  });
});
