import { inspect } from 'node:util';
import type { TraceEntry } from './trace.js';

const WIDEST_ARGS = 80;

/**
 * A trace as a table to be read, one line a sparkle:
 *
 * ```text
 *  nr      time  tonic  state           sparkle
 *   1         0  door   -> locked       ttse__onStart()
 *   2  1:30.250  door   locked -> open  ttsc__unlock('42') <- 02.Visitor.ttse__onTimer {tries: 1}
 * ```
 */
export function traceTable(entries: readonly TraceEntry[]): string {
  const hosts = new Set(entries.map(({ host }) => host)).size > 1;
  const head = ['nr', 'time', ...(hosts ? ['host'] : []), 'tonic', 'state', 'sparkle'];
  const rows = entries.map((entry) => cells(entry, hosts));
  // A long trace has more rows than a call can have arguments.
  const widths = head.map((title, at) => rows.reduce((widest, row) => Math.max(widest, row[at]!.length), title.length));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at < 2 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

function cells(entry: TraceEntry, hosts: boolean): string[] {
  const { nr, host, tonic, atEnter, atExit } = entry;
  const change = `${atEnter.state ?? ''} -> ${atExit?.state ?? ''}`.trim();
  const state = atExit === undefined || atExit.state === atEnter.state ? (atEnter.state ?? '') : change;
  return [String(nr), timeText(atEnter.at), ...(hosts ? [host] : []), tonic, state, what(entry)];
}

function what({ sparkle, args, source, extra, atExit, error }: TraceEntry): string {
  const parts = [`${extra ? '  ' : ''}${sparkle}(${args.map(shortText).join(', ')})`];
  if (source !== undefined) parts.push(`<- ${source.name}${source.sparkle === undefined ? '' : `.${source.sparkle}`}`);
  if (error !== undefined) parts.push(`threw ${error}`);
  if (atExit !== undefined && Object.keys(atExit.probes).length > 0) parts.push(shortText(atExit.probes));
  if (atExit === undefined) parts.push('...');
  if (atExit?.catalystRuns === false) parts.push('(its Catalyst has finished)');
  return parts.join(' ');
}

/** A value in few words. */
export function shortText(value: unknown): string {
  const text = inspect(value, { breakLength: Infinity, depth: 2, maxArrayLength: 10, maxStringLength: WIDEST_ARGS });
  return text.length <= WIDEST_ARGS ? text : `${text.slice(0, WIDEST_ARGS)}...`;
}

/** `250` ms, `1.500` s, `2:03.004`, `1:00:00.000`: as much as there is. */
export function timeText(ms: number): string {
  if (ms < 1_000) return String(Math.round(ms * 1_000) / 1_000);
  const whole = Math.floor(ms / 1_000);
  const [hours, minutes, seconds] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  // At least the ms, and the microseconds where there are any.
  const fraction = (ms / 1_000 - whole).toFixed(6).slice(1).replace(/0{3}$/, '');
  const two = (part: number): string => String(part).padStart(2, '0');
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds)}${fraction}`;
  return minutes > 0 ? `${minutes}:${two(seconds)}${fraction}` : `${seconds}${fraction}`;
}
