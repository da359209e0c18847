import { expect } from 'chai';
import fc from 'fast-check';
import { LONGEST_TIMER } from '../doors/core.js';
import { VirtualClock } from '../doors/testing.js';

/** Fires all timers up to a time. */
function fireTo(clock: VirtualClock, until: number): void {
  while (clock.nextAt <= until) clock.fireNext((callback) => callback());
  clock.moveTo(until);
}

describe('a virtual clock', () => {
  it('fires timers by their time, and those of one instant in the order in which they were set', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ['c', 5],
      ['a', 1],
      ['d', 5],
      ['b', 1],
    ] as const)
      // prettier-ignore
      clock.setTimer(() => fired.push(`${name} at ${clock.now()}`), ms);
    fireTo(clock, 10);
    expect(fired).to.deep.equal(['a at 1', 'b at 1', 'c at 5', 'd at 5']);
    expect([clock.now(), clock.timers, clock.nextAt]).to.deep.equal([10, 0, Infinity]);
  });

  it('does not fire what was cleared, be it by another timer of the same instant', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const early = clock.setTimer(() => fired.push('early'), 1);
    clock.setTimer(() => {
      fired.push('first');
      clock.clearTimer(late);
    }, 2);
    const late = clock.setTimer(() => fired.push('late'), 2);
    clock.clearTimer(early);
    clock.clearTimer(early);
    clock.clearTimer(undefined);
    fireTo(clock, 10);
    expect(fired).to.deep.equal(['first']);
    expect(clock.timers).to.equal(0);
  });

  it('leaves what a timer sets for now to the next look', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.setTimer(() => {
      fired.push('a');
      clock.setTimer(() => fired.push('b'), 0);
    }, 1);
    clock.fireNext((callback) => callback());
    expect(fired).to.deep.equal(['a']);
    expect(clock.nextAt).to.equal(1);
    clock.fireNext((callback) => callback());
    expect(fired).to.deep.equal(['a', 'b']);
  });

  it('takes a negative time for now, and cuts one that Node could not wait for', () => {
    const clock = new VirtualClock();
    clock.setTimer(() => {}, -5);
    expect(clock.nextAt).to.equal(0);
    fireTo(clock, 0);
    clock.setTimer(() => {}, LONGEST_TIMER * 2);
    expect(clock.nextAt).to.equal(LONGEST_TIMER);
  });

  it('does not count timers that only keep a process open', () => {
    const clock = new VirtualClock();
    clock.setTimer(() => {}, LONGEST_TIMER);
    expect(clock.timers).to.equal(0);
    clock.setTimer(() => {}, 5);
    expect(clock.timers).to.equal(1);
  });

  it('never goes back', () => {
    const clock = new VirtualClock();
    clock.setTimer(() => {}, 5);
    clock.stall(20);
    clock.stall(-10);
    clock.stall(NaN);
    clock.moveTo(3);
    fireTo(clock, 10);
    expect(clock.now()).to.equal(20);
  });

  it('agrees with a sorted list, whatever is set and cleared', () => {
    const action = fc.oneof(
      fc.record({ set: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ clear: fc.nat(30) }),
      fc.record({ pass: fc.integer({ min: 0, max: 10 }) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        const expected: number[] = [];
        const handles: unknown[] = [];
        let waiting: { at: number; nr: number }[] = [];
        for (const given of actions) {
          if ('set' in given) {
            const nr = handles.length;
            waiting.push({ at: clock.now() + given.set, nr });
            handles.push(clock.setTimer(() => fired.push(nr), given.set));
          } else if ('clear' in given) {
            clock.clearTimer(handles[given.clear]);
            waiting = waiting.filter(({ nr }) => nr !== given.clear);
          } else {
            const until = clock.now() + given.pass;
            fireTo(clock, until);
            const due = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.nr - b.nr);
            expected.push(...due.map(({ nr }) => nr));
            waiting = waiting.filter(({ at }) => at > until);
          }
          expect(clock.timers).to.equal(waiting.length);
        }
        expect(fired).to.deep.equal(expected);
      }),
      { seed: 20_261_124 },
    );
  });
});
