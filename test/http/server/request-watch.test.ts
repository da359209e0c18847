import { expect } from 'chai';
import type { Scheduler } from '../../../src/index.js';
import { TimerQueue } from '../../doors/core.js';
import { type TimeoutKind, RequestWatch } from '../../doors/http.js';

const TIMES = { headersTimeout: 1_000, requestTimeout: 5_000, bodyRate: { perSecond: 100, grace: 2_000 } };

/** A connection as its watch sees it, on a clock that the test moves. */
class Watched {
  now = 0;
  readonly late: TimeoutKind[] = [];
  readonly #timers = new TimerQueue();
  _ttIsReadingPaused = false;
  _ttHasUnreadInput = false;
  _ttIsInBody = false;
  _ttIsIdle = false;
  unsentBytes = 0;
  readonly _ttScheduler = { clock: { now: () => this.now }, timers: this.#timers } as unknown as Scheduler;
  readonly _ttProgress = (): number => 0;
  readonly _ttss__judge = (watch: { judge(): void }): void => watch.judge();
  readonly _ttLate = (what: TimeoutKind): void => void this.late.push(what);

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end;) this.#timers.queueDue((this.now = Math.min(end, this.now + 100)));
  }
}

describe('the times of requests, where a loop has more to read than it can', () => {
  it('do not run against a peer whose head waits here to be read', () => {
    const watched = new Watched();
    new RequestWatch(watched, TIMES);
    watched._ttHasUnreadInput = true;
    watched.pass(10_000);
    expect(watched.late).to.deep.equal([]);
    watched._ttHasUnreadInput = false;
    watched.pass(1_000);
    expect(watched.late).to.deep.equal(['head']);
  });

  it('nor against one whose body does', () => {
    const watched = new Watched();
    const watch = new RequestWatch(watched, TIMES);
    watch.headEnded();
    watched._ttIsInBody = true;
    watch.bodyComes(10);
    watched._ttHasUnreadInput = true;
    watched.pass(60_000);
    expect(watched.late).to.deep.equal([]);
    watched._ttHasUnreadInput = false;
    watched.pass(2_000);
    expect(watched.late).to.deep.equal(['bodyRate']);
  });

  it('nor against one that has rested, and whose next request waits', () => {
    const watched = new Watched();
    const watch = new RequestWatch(watched, TIMES);
    watch.headEnded();
    watched._ttIsIdle = true;
    watch.setIdleTimeout(3_000);
    watched._ttHasUnreadInput = true;
    watched.pass(60_000);
    expect(watched.late).to.deep.equal([]);
    watched._ttHasUnreadInput = false;
    watched.pass(4_000);
    expect(watched.late).to.deep.equal(['idle']);
  });
});
