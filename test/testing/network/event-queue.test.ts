import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue, type PlannedEvent } from '../../doors/testing.js';
import { VirtualBench } from '../../support/bench.js';

describe('the events of a network', () => {
  const setUp = () => {
    const bench = new VirtualBench();
    return { bench, events: new EventQueue(bench.held), seen: [] as unknown[] };
  };

  it('has what is set happen by its time, and at one instant in the order in which it was set', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 40 }),
        async (list) => {
          const { bench, events, seen } = setUp();
          const set: PlannedEvent[] = list.map(([ms], n) => events.after(ms, () => seen.push(n)));
          list.forEach(([, cancelled], n) => void (cancelled && events.cancel(set[n])));
          await bench.pass(10);
          const expected = list
            .map(([ms, cancelled], n) => ({ ms, cancelled, n }))
            .filter(({ cancelled }) => !cancelled)
            .sort((one, other) => one.ms - other.ms || one.n - other.n)
            .map(({ n }) => n);
          expect(seen).to.deep.equal(expected);
          expect(events.size).to.equal(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('has what is set for now, by something that happens, happen at the same instant', async () => {
    const { bench, events, seen } = setUp();
    events.after(5, () => {
      seen.push('first');
      events.after(0, () => seen.push(`then, at ${events.now}`));
    });
    await bench.pass(5);
    expect(seen).to.deep.equal(['first', 'then, at 5']);
  });

  it('sets no timer where nothing is going to happen, and holds no process with the one that it sets', async () => {
    const { bench, events } = setUp();
    const planned = events.after(1_000, () => expect.fail('it was cancelled'));
    expect(bench.held.holding).to.equal(0);
    events.cancel(planned);
    events.cancel(planned);
    await bench.pass(2_000);
    expect(events.size).to.equal(0);
  });

  it('goes on after something that threw', async () => {
    const { bench, events, seen } = setUp();
    events.after(1, () => {
      throw new Error('thrown by a test');
    });
    events.after(2, () => seen.push('next'));
    await bench.pass(5).catch(() => {});
    expect(seen).to.deep.equal(['next']);
  });
});
