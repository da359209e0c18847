import { expect } from 'chai';
import type { Scheduler } from '../../src/core/any-tonic.js';
import { TimerQueue } from '../../src/core/timer-queue.js';
import { IdleWatch } from '../../src/tonics/connection-ends.js';

describe('an idle watch', () => {
  it('ends a connection at the time that it said, whatever the rounding of sums', () => {
    const TIMEOUT = 45_000;
    for (let nr = 0; nr < 1_000; nr++) {
      const begun = 46_907.683 + nr * 0.0137;
      const timers = new TimerQueue();
      let idle = false;
      const scheduler = { clock: { now: () => begun }, timers } as unknown as Scheduler;
      new IdleWatch({ _ttScheduler: scheduler, _ttIdle: () => void (idle = true) }, TIMEOUT);
      timers.queueDue(timers.nextAt);
      expect(idle, `begun at ${begun}`).to.be.true;
    }
  });
});
