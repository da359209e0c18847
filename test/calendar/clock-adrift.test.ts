import { expect } from 'chai';
import fc from 'fast-check';
import { type CalendarTimer, TimerEveryDay, TimerEveryHour } from '../../src/calendar/index.js';
import { everyDay, everyHour, LOOK_EVERY, type Rule } from '../doors/calendar.js';
import { DAY, HOUR, Timed, startAt } from './support/timed.js';
import { howMany } from '../support/how-many.js';

/** What befalls a clock: time passes, the loop is held up, somebody sets it. */
type Step = readonly ['pass' | 'stall' | 'set', number];

const ms = (hours: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: hours * HOUR });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('pass' as const), ms(6)),
  fc.tuple(fc.constant('stall' as const), ms(30)),
  fc.tuple(fc.constant('set' as const), fc.integer({ min: -60 * HOUR, max: 60 * HOUR })),
  // Less than a second is not worth an event, and yet must do no harm.
  fc.tuple(fc.constant('set' as const), fc.integer({ min: -999, max: 999 })),
);

/** A Tonic that notes what a timer that fires must never do. */
class Judge extends Timed {
  readonly wrong: string[] = [];
  rule!: Rule;
  override ttse__onTimer(info: Timed['infos'][number]): void {
    const before = this.infos.at(-1);
    const { due, missed, next, clockSet } = info;
    if (due > this._ttScheduler.clock.wallTime()) this.wrong.push('it fired early');
    if (this.rule.upTo(due) !== due) this.wrong.push('it fired for a time that is none');
    if (due === before?.due) this.wrong.push('it fired twice for the same time');
    if (next <= due) this.wrong.push('the next time is not later');
    if (before !== undefined && clockSet === 0 && !this.nudged && this.rule.count(before.due, due) !== missed + 1)
      this.wrong.push('a time was neither heard nor missed');
    this.nudged = false;
    super.ttse__onTimer(info);
  }
  /** The clock was set by less than is told. */
  nudged = false;
}

describe('a calendar timer, whatever happens to the clock,', () => {
  const kinds: [string, Rule, (base: Judge) => CalendarTimer][] = [
    [
      'that is daily',
      everyDay({ time: '02:30', timeZone: 'Europe/Amsterdam' }, 'T'),
      (base) => new TimerEveryDay({ time: '02:30', timeZone: 'Europe/Amsterdam', base }),
    ],
    [
      'that is hourly',
      everyHour({ minute: 15, timeZone: 'Australia/Lord_Howe' }, 'T'),
      (base) => new TimerEveryHour({ minute: 15, timeZone: 'Australia/Lord_Howe', base }),
    ],
  ];
  for (const [what, rule, make] of kinds) {
    it(`${what} fires never early, never twice for the same time in a row, and loses nothing`, async function () {
      this.timeout(60_000);
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const { app, timed, clock } = await startAt('2026-03-28T12:00Z');
        const judge = new Judge({ base: timed });
        judge.rule = rule;
        const timer = make(judge);
        for (const [does, by] of steps) {
          if (does === 'pass') await app.pass(by);
          else if (does === 'stall') clock.stall(by);
          else clock.setWallTime(clock.wallTime() + by);
          judge.nudged ||= does === 'set' && Math.abs(by) < 1_000;
        }
        await app.pass(LOOK_EVERY);
        const now = clock.wallTime();
        // It has caught up: what is next lies ahead, at most one time further than the next one there is.
        expect(timer.next).to.be.greaterThan(now);
        expect(rule.count(now, timer.next!)).to.be.within(1, 2);
        await app.pass(2 * DAY);
        expect(judge.wrong).to.deep.equal([]);
        expect(judge.infos.at(-1)!.due).to.equal(rule.upTo(clock.wallTime()));
        await app.finish();
      });
      await fc.assert(property, { numRuns: howMany(10, 25) });
    });
  }
});
