import { expect } from 'chai';
import { type Due, TimerQueue } from '../../doors/core.js';

class Entry implements Due {
  slot = -1;
  constructor(
    public at: number,
    private readonly fired: Entry[],
    private readonly then: () => void = () => {},
  ) {}
  fire(): void {
    this.fired.push(this);
    this.then();
  }
}

/** Chance that is the same in each run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

describe('the queue of timers', () => {
  it('fires what is due, the earliest first, and nothing else', () => {
    const queue = new TimerQueue();
    const fired: Entry[] = [];
    for (const at of [5, 3, 9, 1, 7]) queue.add(new Entry(at, fired));
    queue.queueDue(6);
    expect(fired.map(({ at }) => at)).to.deep.equal([1, 3, 5]);
    expect(queue).to.include({ size: 2, nextAt: 7 });
  });

  it('has no next entry when it is empty', () => {
    const queue = new TimerQueue();
    expect(queue).to.include({ size: 0, nextAt: Infinity });
    queue.queueDue(100);
  });

  it('takes out what is removed, wherever it stands, and moves what is added again', () => {
    const chance = seeded(42);
    const queue = new TimerQueue();
    const fired: Entry[] = [];
    const inside = new Set<Entry>();
    const all = Array.from({ length: 300 }, () => new Entry(0, fired));
    for (let step = 0; step < 20_000; step++) {
      const entry = all[chance(all.length)]!;
      if (chance(3) === 0) {
        queue.remove(entry);
        inside.delete(entry);
        expect(entry.slot).to.equal(-1);
      } else {
        queue.remove(entry);
        entry.at = chance(1_000);
        queue.add(entry);
        inside.add(entry);
      }
      if (step % 100 > 0) continue;
      expect(queue.size).to.equal(inside.size);
      const times = [...inside].map(({ at }) => at);
      expect(queue.nextAt).to.equal(times.length > 0 ? Math.min(...times) : Infinity);
    }
    const expected = [...inside].map(({ at }) => at).sort((a, b) => a - b);
    queue.queueDue(1_000);
    expect(fired.map(({ at }) => at)).to.deep.equal(expected);
    expect(queue.size).to.equal(0);
  });

  it('is not held by one that sets itself again for a time that is over', () => {
    const queue = new TimerQueue();
    const fired: Entry[] = [];
    const again: Entry = new Entry(1, fired, () => queue.add(again));
    queue.add(again);
    queue.queueDue(10);
    expect(fired).to.have.length(1);
    expect(queue.size).to.equal(1);
  });

  it('says when one is set that is due before all others', () => {
    const queue = new TimerQueue();
    let said = 0;
    queue.onEarlier = () => said++;
    for (const at of [5, 7, 3, 4]) queue.add(new Entry(at, []));
    expect(said).to.equal(2);
  });
});
