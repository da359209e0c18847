import { expect } from 'chai';
import { Catalyst, type Remote, Tonic } from '../../src/index.js';
import { type CalendarTimerInfo, TimerEveryDay } from '../../src/calendar/index.js';
import { Distiller } from '../../src/testing/index.js';

export class Almanac extends Catalyst {
  static override readonly module = import.meta.url;
  declare readonly base: Remote<Reader>;
  ttse__onStart(): void {
    new TimerEveryDay({ time: '02:30', timeZone: 'Europe/Berlin', name: 'night' });
  }
  ttse__onNight({ due }: CalendarTimerInfo): void {
    this.base.ttsc__read(new Date(due).toISOString());
  }
}

class Reader extends Tonic {
  readonly nights: string[] = [];
  ttse__onStart(): void {
    Almanac.spawn();
  }
  ttsc__read(night: string): void {
    this.nights.push(night);
  }
}

describe('a calendar timer in a thread', () => {
  it('keeps the time of day of its zone, also in the night when the clocks go forward', async () => {
    const distiller = await Distiller.start(undefined, { seed: 1, wallTime: Date.UTC(2026, 2, 27, 12) });
    const reader = distiller.infuse(() => new Reader());
    await distiller.advance('3d');
    expect(reader.nights).to.deep.equal([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect((await distiller.finish()).leftOpen).to.deep.equal([]);
  });

  it('notices a clock that is set forward', async () => {
    const distiller = await Distiller.start(undefined, { seed: 1, wallTime: Date.UTC(2026, 5, 1, 12) });
    const reader = distiller.infuse(() => new Reader());
    await distiller.settle();
    distiller.clock.setWallTime(Date.UTC(2026, 5, 2, 0, 29));
    await distiller.advance('2m');
    expect(reader.nights).to.deep.equal(['2026-06-02T00:30:00.000Z']);
    await distiller.finish();
  });
});
