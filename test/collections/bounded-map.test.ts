import { expect } from 'chai';
import { BoundedMap, type BoundedMapOptions } from '../../src/collections/index.js';
import { codeOf } from '../support/errors.js';

const texts = (options: Partial<BoundedMapOptions<string, string>> = {}): BoundedMap<string, string> =>
  new BoundedMap({ items: 3, bytes: 10, sizeOf: (text: string) => text.length, ...options });

describe('BoundedMap', () => {
  it('keeps entries in the order in which their keys came', () => {
    const map = texts();
    for (const key of ['b', 'a', 'b']) map.set(key, key.toUpperCase());
    expect([...map]).to.deep.equal([['b', 'B'], ['a', 'A']]); // prettier-ignore
    expect([[...map.keys()], [...map.values()]]).to.deep.equal([['b', 'a'], ['B', 'A']]); // prettier-ignore
    expect(map.limits).to.deep.equal({ items: 3, bytes: 10 });
    expect([map.size, map.bytes, map.has('a'), map.get('x')]).to.deep.equal([2, 2, true, undefined]);
    expect([map.delete('b'), map.delete('b'), map.size, map.bytes]).to.deep.equal([true, false, 1, 1]);
    map.clear();
    expect([map.size, map.bytes]).to.deep.equal([0, 0]);
  });

  it('refuses what has no room, and is then as it was', () => {
    const map = texts();
    expect([map.set('a', '12345'), map.set('b', '123456'), map.set('b', '12345')]).to.deep.equal([true, false, true]);
    expect(map.set('a', '123456')).to.equal(false);
    expect([map.get('a'), map.bytes, map.refused]).to.deep.equal(['12345', 10, 2]);
    map.set('a', '');
    map.set('c', '');
    expect([map.set('d', ''), map.set('c', 'x')]).to.deep.equal([false, true]);
  });

  it('drops the oldest, where that is wished, but refuses what is larger than all of it', () => {
    const map = texts({ whenFull: 'dropOldest' });
    for (const key of ['a', 'b', 'c', 'd']) map.set(key, '1');
    map.get('b');
    expect([[...map.keys()], map.dropped]).to.deep.equal([['b', 'c', 'd'], 1]);
    map.set('b', '123456789');
    expect([...map]).to.deep.equal([['b', '123456789'], ['d', '1']]); // prettier-ignore
    expect([map.set('e', 'x'.repeat(11)), map.size, map.bytes]).to.deep.equal([false, 2, 10]);
  });

  it('drops what was not got for the longest time, where that is wished', () => {
    const map = texts({ whenFull: 'dropUnused' });
    for (const key of ['a', 'b', 'c']) map.set(key, '');
    map.get('a');
    map.set('b', '');
    map.set('d', '');
    const met = [];
    for (const [key] of map) {
      map.get(key);
      met.push(key);
    }
    expect(met).to.deep.equal(['a', 'b', 'd']);
  });

  it('removes an entry when its time has passed', () => {
    let now = 1_000;
    const map = texts({ clock: { now: () => now } });
    map.set('a', 'x', 500);
    map.set('b', 'x');
    expect([map.ttlOf('a'), map.ttlOf('b'), map.ttlOf('c')]).to.deep.equal([500, Infinity, undefined]);
    now += 499;
    expect(map.get('a')).to.equal('x');
    now++;
    expect([...map.keys()]).to.deep.equal(['b']);
    expect([map.expire('a', 5), map.expire('b', 5)]).to.deep.equal([false, true]);
    now += 5;
    expect([map.size, map.sweep(), map.size, map.bytes]).to.deep.equal([1, 1, 0, 0]);
    map.set('a', 'new', 5);
    map.set('a', 'newer');
    now += 5;
    expect(map.get('a')).to.equal('newer');
  });

  it('allows entries to be deleted and added during an iteration', () => {
    const map = texts();
    map.set('a', '');
    map.set('b', '');
    const seen: string[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.delete('b');
      if (seen.length === 1) map.set('c', '');
    }
    expect(seen).to.deep.equal(['a', 'c']);
  });

  for (const [what, options] of Object.entries({
    'no bound': {},
    'a bound of 0': { items: 0 },
    'bytes that nobody counts': { items: 1, bytes: 5 },
    'a count of bytes without a bound': { items: 1, sizeOf: () => 1 },
    'an unknown policy': { items: 1, whenFull: 'grow' },
    'a clock that is none': { items: 1, clock: 5 },
  }))
    it(`refuses options with ${what}`, () => {
      expect(codeOf(() => new BoundedMap(options as never))).to.equal('TT_BAD_OPTION');
    });

  it('lets nothing expire without a clock, and in no odd time', () => {
    expect(codeOf(() => texts().set('a', '', 5))).to.equal('TT_BAD_OPTION');
    const map = texts({ clock: { now: () => 0 } });
    expect(codeOf(() => map.set('a', '', NaN))).to.equal('TT_BAD_OPTION');
    expect(map.size).to.equal(0);
    map.set('a', '', -1);
    expect(map.has('a')).to.equal(false);
  });
});
