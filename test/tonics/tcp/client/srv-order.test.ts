import { expect } from 'chai';
import type { SrvRecord } from '../../../../src/index.js';
import { domainOf, srvOrder } from '../../../doors/tonics.js';
import { SeededRandom } from '../../../../src/testing/index.js';

const record = (name: string, priority: number, weight: number): SrvRecord => ({ name, port: 1, priority, weight });

describe('the order of the servers of a service', () => {
  const random = new SeededRandom(1);
  const order = (records: readonly SrvRecord[]): string =>
    srvOrder(records, random)
      .map(({ name }) => name)
      .join('');

  it('is by priority, whatever their weights', () => {
    expect(order([record('c', 9, 100), record('a', 0, 0), record('b', 5, 1)])).to.equal('abc');
  });

  it('gives each the part that its weight is of all, and loses none', () => {
    const first = new Map<string, number>();
    for (let n = 0; n < 4_000; n++) {
      const all = order([record('a', 1, 10), record('b', 1, 30), record('c', 1, 60)]);
      expect([...all].sort().join('')).to.equal('abc');
      first.set(all[0]!, (first.get(all[0]!) ?? 0) + 1);
    }
    expect(first.get('a')! / 4_000).to.be.closeTo(0.1, 0.03);
    expect(first.get('b')! / 4_000).to.be.closeTo(0.3, 0.04);
  });

  it('has those without weight seldom before others', () => {
    let before = 0;
    for (let n = 0; n < 1_000; n++) if (order([record('a', 1, 100), record('z', 1, 0)]) === 'za') before++;
    expect(before).to.be.within(1, 40);
  });

  it('is of a domain that certificates are made for', () => {
    expect(['_redis._tcp.example.org', '_a._b._c.d.', 'plain.org'].map(domainOf)).to.deep.equal([
      'example.org',
      'd',
      'plain.org',
    ]);
  });
});
