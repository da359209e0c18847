import { expect } from 'chai';
import type { TurnedAway, TurnedAwayReason } from '../../../../../src/index.js';
import { TimerQueue } from '../../../../doors/core.js';
import { TurnedAwayEvents } from '../../../../doors/tonics.js';

const scene = () => {
  let now = 0;
  const told: TurnedAway[] = [];
  const timers = new TimerQueue();
  const clock = { now: () => now } as never;
  const events = new TurnedAwayEvents<TurnedAway>({ clock, timers }, (peer) => told.push(peer));
  return {
    events,
    timers,
    told,
    away: (reason: TurnedAwayReason, port = 1) => events.add({ remote: { address: '192.0.2.1', port }, reason }),
    pass(ms: number) {
      now += ms;
      timers.queueDue(now);
    },
    shown: () => told.map(({ reason, count = 1 }) => `${reason} ${count}`),
  };
};

describe('events of peers that were turned away', () => {
  it('are one by one while there are few', () => {
    const { away, told, pass } = scene();
    for (let n = 0; n < 30; n++) {
      away('rate', n);
      pass(100);
    }
    expect(told.map(({ remote, count }) => [remote!.port, count])).to.deep.equal(
      Array.from({ length: 30 }, (_, n) => [n, undefined]),
    );
  });

  it('are ten in a second, and one for each reason that tells of the rest of it', () => {
    const { away, shown, told, pass } = scene();
    for (let n = 0; n < 10; n++) away('rate', n);
    for (let n = 0; n < 500; n++) away('rate', n);
    for (let n = 0; n < 20; n++) away('denied', n);
    expect(shown().length).to.equal(10);
    pass(999);
    expect(shown().length).to.equal(10);
    pass(1);
    expect(shown().slice(10)).to.deep.equal(['rate 500', 'denied 20']);
    expect(told[10]!.remote!.port, 'of the last one').to.equal(499);
  });

  it('begin anew with the next second', () => {
    const { away, shown, pass, timers } = scene();
    for (let n = 0; n < 12; n++) away('rate');
    pass(1_000);
    for (let n = 0; n < 3; n++) away('rate');
    expect(shown().slice(10)).to.deep.equal(['rate 2', 'rate 1', 'rate 1', 'rate 1']);
    pass(10_000);
    expect([shown().length, timers.size]).to.deep.equal([14, 0]);
  });

  it('are told at once where it ends', () => {
    const { events, away, shown, timers } = scene();
    for (let n = 0; n < 12; n++) away('rate');
    events.flush();
    expect([shown().at(-1), timers.size]).to.deep.equal(['rate 2', 0]);
  });
});
