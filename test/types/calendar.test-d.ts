// Checked by `tsc -p tsconfig.json`, never run: what the compiler must refuse stands under @ts-expect-error, and all else
// must pass.
import { type TimerInfo, Tonic } from '../../src/index.js';
import {
  type CalendarTimer,
  type CalendarTimerInfo,
  type ClockSetInfo,
  TimerEveryDay,
  TimerEveryHour,
  TimerEveryMinute,
  TimerEveryMonth,
  TimerEveryWeek,
  TimerEveryYear,
} from '../../src/calendar/index.js';

class Clock extends Tonic {
  ttse__onChime({ due, next, clockSet, missed, timer }: CalendarTimerInfo): void {
    const times: number[] = [due, next, clockSet, missed];
    const of: CalendarTimer = timer;
    void [times, of];
  }
  ttse__any(_info: TimerInfo): void {}
  ttse__text(_text: string): void {}
  ttse__onClockSet({ by, wallTime }: ClockSetInfo): void {
    void (by + wallTime);
  }

  ttse__onStart(): void {
    new TimerEveryMinute();
    new TimerEveryMinute({ second: 30.8, name: 'chime', sparkleBack: this.ttse__onChime });
    new TimerEveryHour({ minute: 5, sparkleBack: this.ttse__any });
    new TimerEveryDay({ time: '23:59:59', timeZone: 'Europe/Amsterdam' });
    new TimerEveryDay({ hour: 6.5, base: this, logMode: 'off' });
    new TimerEveryWeek({ day: 'Monday' });
    new TimerEveryWeek({ day: ['mon', 'FRI', 7] });
    new TimerEveryMonth({ day: -1 });
    new TimerEveryMonth({ day: 'monday' });
    new TimerEveryMonth({ day: 'monday', inWeek: -1 });
    new TimerEveryYear({ month: 'august', day: 3 });
    new TimerEveryYear({ month: 8, day: 'Tue', inWeek: 2 });
    new TimerEveryYear({ week: 53, day: 7 });

    // @ts-expect-error a word that does not exist
    new TimerEveryWeek({ day: 'mondya' });
    // @ts-expect-error which day?
    new TimerEveryWeek({ hour: 3 });
    // @ts-expect-error which day?
    new TimerEveryWeek();
    // @ts-expect-error inWeek goes with the name of a day
    new TimerEveryMonth({ day: 3, inWeek: 1 });
    // @ts-expect-error a month that does not exist
    new TimerEveryYear({ month: 'agust', day: 3 });
    // @ts-expect-error which month?
    new TimerEveryYear({ day: 3 });
    // @ts-expect-error a week is not in a month
    new TimerEveryYear({ month: 1, week: 1, day: 3 });
    // @ts-expect-error an hour has no hours
    new TimerEveryHour({ hour: 3 });
    // @ts-expect-error an option that does not exist
    new TimerEveryDay({ timezone: 'UTC' });
    // @ts-expect-error a sparkle that takes something else
    new TimerEveryDay({ sparkleBack: this.ttse__text });
  }

  ttsc__ask(timer: TimerEveryDay): void {
    const next: number | undefined = timer.next;
    const after: number = timer.nextAfter(new Date(0)) + timer.nextAfter(0);
    for (const time of timer.upcoming()) {
      const text: string = timer.inZone(time);
      void [next, after, text];
      break;
    }
    timer.start();
    timer.stop();
    timer.restart();
    // @ts-expect-error it has no period
    timer.changePeriod({ seconds: 3 });
  }
}
void Clock;
