import { expect } from 'chai';
import type { Scheduler } from '../../../../../src/index.js';
import { TimerQueue } from '../../../../doors/core.js';
import { Watch } from '../../../../doors/tonics.js';

describe('an idle watch', () => {
  it('ends a connection at the time that it said, whatever the rounding of sums', () => {
    const TIMEOUT = 45_000;
    for (let nr = 0; nr < 1_000; nr++) {
      const begun = 46_907.683 + nr * 0.0137;
      let now = begun;
      const timers = new TimerQueue();
      let idle = false;
      const scheduler = { clock: { now: () => now }, timers } as unknown as Scheduler;
      const connection = {
        _ttScheduler: scheduler,
        _ttProgress: () => 0,
        unsentBytes: 0,
        _ttss__judge: (watch: Watch) => watch.judge(),
      };
      new Watch(connection, TIMEOUT, () => void (idle = true));
      timers.queueDue((now = timers.nextAt));
      expect(idle, `begun at ${begun}`).to.be.true;
    }
  });

  it('that is due on a late loop says that it is not over, until it has been judged', () => {
    let now = 0;
    const timers = new TimerQueue();
    const judges: Watch[] = [];
    const connection = {
      _ttScheduler: { clock: { now: () => now }, timers } as unknown as Scheduler,
      _ttProgress: () => 0,
      unsentBytes: 0,
      _ttss__judge: (watch: Watch) => void judges.push(watch),
    };
    const watch = new Watch(connection, 1_000, () => {});
    expect(watch.deadline).to.equal(1_001);
    timers.queueDue((now = 1_500));
    expect(watch.deadline).to.equal(1_501);
    judges[0]!.judge();
    expect(watch.deadline).to.equal(1_001);
  });
});
