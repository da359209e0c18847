import { expect } from 'chai';
import { SeededRandom } from '../../../../src/testing/index.js';
import { type Seen, SeenLists } from '../../../doors/tonics.js';

interface Item extends Seen {
  readonly name: number;
}

const item = (name: number, patience: number | false = 100): Item => ({
  name,
  seenAt: 0,
  patience,
  before: undefined,
  after: undefined,
});

describe('lists of who was seen last', () => {
  it('know the idlest, and when the next one has been idle for too long', () => {
    const lists = new SeenLists<Item>();
    expect([lists.idlest, lists.nextAt, lists.expiredBy(1e9)]).to.deep.equal([undefined, Infinity, undefined]);
    const [a, b] = [item(1), item(2)];
    lists.add(a, 10);
    lists.add(b, 20);
    expect([lists.idlest, lists.nextAt, lists.size]).to.deep.equal([a, 110, 2]);
    lists.see(a, 30);
    expect([lists.idlest, lists.nextAt]).to.deep.equal([b, 120]);
    expect([lists.expiredBy(119), lists.expiredBy(120)]).to.deep.equal([undefined, b]);
  });

  it('do the same as a list that is sorted anew each time, whatever is done', () => {
    const random = new SeededRandom(7);
    const any = (most: number): number => Math.floor(random.next() * most);
    const lists = new SeenLists<Item>();
    const there: Item[] = [];
    for (let now = 1; now <= 3_000; now++) {
      const one = there[any(there.length)];
      const what = any(5);
      const patience = ([50, 100, false] as const)[any(3)]!;
      if (what < 2 || one === undefined) {
        const made = item(now, patience);
        there.push(made);
        lists.add(made, now);
      } else if (what === 2) lists.see(one, now);
      else if (what === 3) lists.move(one, patience, now);
      else {
        there.splice(there.indexOf(one), 1);
        lists.remove(one);
      }
      const sorted = [...there].sort((x, y) => x.seenAt - y.seenAt);
      const dueAt = ({ seenAt, patience: ms }: Item): number => (ms === false ? Infinity : seenAt + ms);
      expect(lists.size).to.equal(there.length);
      expect(lists.idlest?.seenAt).to.equal(sorted[0]?.seenAt);
      expect(lists.nextAt).to.equal(Math.min(Infinity, ...there.map(dueAt)));
      expect(lists.expiredBy(now) !== undefined).to.equal(there.some((each) => dueAt(each) <= now));
    }
  });
});
