import { Tonic } from '../../../src/index.js';
import type { CalendarTimerInfo, ClockSetInfo } from '../../../src/calendar/index.js';
import type { VirtualClock } from '../../../src/testing/index.js';
import { type App, startApp } from '../../support/app.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Writes down what it hears: the event with the time of day at which it heard it. */
export class Timed extends Tonic {
  readonly words: string[] = [];
  readonly infos: CalendarTimerInfo[] = [];
  readonly sets: ClockSetInfo[] = [];
  ttse__onTimer(info: CalendarTimerInfo): void {
    this.#heard('timer', info);
  }
  ttse__onLightsOff(info: CalendarTimerInfo): void {
    this.#heard('lightsOff', info);
  }
  ttse__enough(info: CalendarTimerInfo): void {
    this.#heard('enough', info);
  }
  ttse__onClockSet(info: ClockSetInfo): void {
    this.sets.push(info);
    this.words.push(`set by ${info.by / HOUR} h`);
  }
  #heard(what: string, info: CalendarTimerInfo): void {
    this.infos.push(info);
    this.words.push(`${iso(this._ttScheduler.clock.wallTime())} ${what}`);
  }
}

/** `2026-03-29 01:30:00`, in UTC; with ms where there are any. */
export function iso(at: number | undefined): string {
  return at === undefined
    ? 'never'
    : new Date(at)
        .toISOString()
        .replace('T', ' ')
        .replace(/(\.000)?Z$/, '');
}

/** An app whose time of day begins there, and a Tonic to hear its timers. */
export async function startAt(wallTime: string): Promise<{ app: App; timed: Timed; clock: VirtualClock }> {
  let timed!: Timed;
  const app = await startApp(() => (timed = new Timed({ name: 'timed' })), { wallTime: Date.parse(wallTime) });
  return { app, timed, clock: app.clock };
}
