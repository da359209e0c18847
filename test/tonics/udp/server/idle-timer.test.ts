import { expect } from 'chai';
import { TimerQueue } from '../../../doors/core.js';
import { VirtualClock } from '../../../doors/testing.js';
import { IdleTimer } from '../../../doors/tonics.js';

describe('the timer of who is idle', () => {
  const start = (nextAt: number) => {
    const timers = new TimerQueue();
    const told: number[] = [];
    const lists = { nextAt };
    const timer = new IdleTimer({ clock: new VirtualClock(), timers }, lists, () => told.push(timer.at));
    timer.set();
    return { timers, told, lists, timer };
  };

  it('tells when somebody may be due, and not before', () => {
    const { timers, told } = start(1_000);
    timers.queueDue(999);
    expect(told).to.deep.equal([]);
    timers.queueDue(1_050);
    expect(told).to.deep.equal([1_000]);
    expect(timers.size).to.equal(0);
  });

  it('gives what came while the loop was late its time, once', () => {
    const { timers, told } = start(1_000);
    timers.queueDue(1_400);
    expect([told, timers.nextAt]).to.deep.equal([[], 1_800]);
    timers.queueDue(2_900);
    expect(told).to.deep.equal([1_800]);
  });

  it('gives it a second at most', () => {
    const { timers, told } = start(1_000);
    timers.queueDue(61_000);
    expect([told, timers.nextAt]).to.deep.equal([[], 62_000]);
  });

  it('is set anew for somebody who is due earlier, and not for one who is due later', () => {
    const { timers, lists, timer } = start(1_000);
    for (const [nextAt, set] of [
      [2_000, 1_000],
      [500, 500],
      [Infinity, 500],
    ] as const) {
      lists.nextAt = nextAt;
      timer.set();
      expect([timers.nextAt, timers.size]).to.deep.equal([set, 1]);
    }
    timer.stop();
    expect(timers.size).to.equal(0);
  });
});
