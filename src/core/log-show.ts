import { LABELS, entryText, isEntry } from './log-entry-text.js';
import { screenLine } from './log-screen-line.js';
import { terminalSafe } from './terminal-safe.js';

/** How {@link showLog} shows a line. */
export interface ShowLogOptions {
  /** Whether lanes are in colour. Default `false`. */
  readonly colours?: boolean | undefined;
}

/** What the text of a line tells already. */
const TOLD = [
  'level', 'time', 'msg', 'tonic', 'id', 'thread', 'state', 'to', 'sparkle', 'ms', 'from', 'fromSparkle', 'slow', 'lane', 'life', 'err',
]; // prettier-ignore

/**
 * A line of the log (JSON) as a person reads it, for a viewer: an entry is a head and indented lines.
 *
 * It may come from anywhere: what is no JSON is shown as it is, nothing is thrown, and what would steer a terminal is not let through.
 */
export function showLog(json: string, { colours = false }: ShowLogOptions = {}): string {
  return terminalSafe(textOf(json, colours));
}

function textOf(json: string, colours: boolean): string {
  const line = parsed(json);
  if (line === undefined) return json.trimEnd();
  const head = `${clockTime(line['time'])}${LABELS[Number(line['level'])] ?? 'LINE'}: `;
  if (isEntry(line)) return head + entryText(line, colours);
  const rest = Object.fromEntries(Object.entries(line).filter(([key]) => !TOLD.includes(key)));
  const fields = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  const { stack } = (line['err'] ?? {}) as { stack?: unknown };
  const message = typeof line['msg'] === 'string' ? line['msg'] : '';
  return `${head}${screenLine(line, message, colours)}${fields}${typeof stack === 'string' ? `\n${stack}` : ''}`;
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const line: unknown = JSON.parse(json);
    return typeof line === 'object' && line !== null && !Array.isArray(line)
      ? (line as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** `[12:03:04.123] `, in this machine's time zone. */
function clockTime(time: unknown): string {
  const date = new Date(Number(time));
  if (typeof time !== 'number' || Number.isNaN(date.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `[${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}] `;
}
