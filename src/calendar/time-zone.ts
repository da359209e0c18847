import type { Temporal } from 'temporal-polyfill';
import { temporal } from './temporal.js';
import { didYouMean } from './date-names.js';
import { badOption, told } from '../core/options/option-problem.js';

/** `Europe/Amsterdam`, `UTC`, `+05:30`. Temporal itself takes a whole date as a zone, too. */
const ZONE = /^([a-z][\w+-]*(\/[\w+-]+)*|[+-]\d\d(:?\d\d)?)$/i;

/**
 * The id of a time zone, as the system knows it; its own where none is given.
 * @throws {TaskTonicError} `TT_BAD_OPTION`
 */
export function timeZoneOf(zone: string | undefined, of: string): string {
  if (zone === undefined) return new Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    if (ZONE.test(zone)) return zoned(0, zone).timeZoneId;
  } catch {
    // There is no such zone.
  }
  const problem = `it is ${told(zone, 'timeZone')}, and must be an IANA time zone, such as "Europe/Amsterdam"${nearZone(zone)}`;
  throw badOption(of, 'timeZone', problem);
}

/** An instant, in ms since 1970-01-01 UTC, as the clocks of a zone show it. */
export function zoned(instant: number, zone: string): Temporal.ZonedDateTime {
  return temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
export function offsetAt(instant: number, zone: string): number {
  return Math.round(zoned(instant, zone).offsetNanoseconds / 1e6);
}

/** The first instant after this one at which the clocks of a zone are changed; `Infinity` where none is known. */
export function changeAfter(instant: number, zone: string): number {
  return zoned(instant, zone).getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
}

/**
 * The instant of a time of day on a date. A time that is skipped when the clocks are put forward is as much later as they
 * are put forward (02:30 is 03:30); one that there is twice is the first. So says RFC 5545, 3.3.5; Temporal calls it "compatible".
 */
export function instantOf(date: Temporal.PlainDate, timeOfDay: number, zone: string): number {
  const time = temporal.PlainTime.from({
    hour: Math.floor(timeOfDay / 3_600_000),
    minute: Math.floor(timeOfDay / 60_000) % 60,
    second: Math.floor(timeOfDay / 1_000) % 60,
    millisecond: timeOfDay % 1_000,
  });
  return date.toPlainDateTime(time).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

function nearZone(zone: string): string {
  const zones = Intl.supportedValuesOf('timeZone');
  const near = didYouMean(zone, zones);
  if (near !== '') return near;
  // `Amsterdam` alone is what people write.
  const city = zones.find((known) =>
    known.toLowerCase().endsWith(`/${zone.trim().toLowerCase().replaceAll(' ', '_')}`),
  );
  return city === undefined ? '' : `: did you mean "${city}"?`;
}
