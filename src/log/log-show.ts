import * as v from 'valibot';
import { OptionCheck } from '../core/options/option-check.js';
import { flag } from '../core/options/option-schema.js';
import { valueText } from '../core/options/value-text.js';
import { entryText, isEntry } from './log-entry-text.js';
import { levelText } from './log-levels.js';
import { furtherFields, indented, screenLine } from './log-screen-line.js';
import { styled } from './styled.js';
import { terminalSafe, terminalSafeInColour } from './terminal-safe.js';

export const showLogSchema = v.strictObject({
  /** Whether levels, fields and lanes are in colour. */
  colours: v.optional(flag, false),
});
const showLogCheck = OptionCheck.of(showLogSchema);

/** How {@link showLog} shows a line. */
export type ShowLogOptions = Readonly<v.InferInput<typeof showLogSchema>>;

/** The fields that the text of a line already shows. */
const TOLD = [
  'level', 'time', 'msg', 'tonic', 'id', 'thread', 'state', 'to', 'sparkle', 'ms', 'from', 'fromSparkle', 'slow', 'lane', 'life', 'infused', 'err',
]; // prettier-ignore

/**
 * A line of the log (JSON) as a person reads it, for a viewer: an entry is a head and indented lines, and so is what has
 * more lines than one, such as an error with its stack.
 *
 * It may come from anywhere: what is no JSON is shown as it is, nothing of it throws, and what would steer a terminal is not let through.
 * Colours are those of the levels, fields and lanes: a text has none of its own.
 *
 * @throws {TaskTonicError} `TT_BAD_OPTION` for the options alone.
 */
export function showLog(json: string, options: ShowLogOptions = {}): string {
  showLogCheck.check(options, 'showLog()');
  if (typeof json !== 'string') return terminalSafe(valueText(json));
  const text = textOf(json, options.colours === true);
  if (text === undefined) return terminalSafe(indented(json.trimEnd()));
  return options.colours === true ? terminalSafeInColour(text) : terminalSafe(text);
}

/** `undefined` if it is no log line. */
function textOf(json: string, colours: boolean): string | undefined {
  try {
    const line = parsed(json);
    if (line === undefined) return undefined;
    const head = `${clockTime(line['time'])}${levelText(line['level'], colours)}: `;
    if (isEntry(line)) return head + entryText(line, colours);
    const message = typeof line['msg'] === 'string' ? line['msg'] : '';
    const told = screenLine(line, message, colours);
    return indented([`${head}${told}${fieldsText(line, colours)}`, ...errorLines(line['err'])].join('\n'));
  } catch {
    // It is no JSON, or an object that cannot become a text: too deep, or with a "toString" that is no function.
    return undefined;
  }
}

function fieldsText(line: Readonly<Record<string, unknown>>, colours: boolean): string {
  const text = furtherFields(line, TOLD);
  if (text === '') return '';
  return ` ${colours ? styled('gray', text) : text}`;
}

/** An error with its stack, which includes its causes; then its other fields. */
function errorLines(err: unknown): string[] {
  if (err === undefined) return [];
  if (typeof err !== 'object' || err === null) return [JSON.stringify(err)];
  const { type: _type, message: _message, stack, ...more } = err as Readonly<Record<string, unknown>>;
  if (typeof stack !== 'string') return [JSON.stringify(err)];
  return Object.keys(more).length === 0 ? [stack] : [stack, JSON.stringify(more)];
}

function parsed(json: string): Record<string, unknown> | undefined {
  const line: unknown = AN_ESCAPE.test(json) ? JSON.parse(json, withoutEscapes) : JSON.parse(json);
  return typeof line === 'object' && line !== null && !Array.isArray(line)
    ? (line as Record<string, unknown>)
    : undefined;
}

const AN_ESCAPE = /\\u001b/i;

/** Colours come only from us: one in a text could hide the rest of the line. */
function withoutEscapes(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? terminalSafe(value) : value;
}

/** `[12:03:04.123] `, in the local time zone. */
function clockTime(time: unknown): string {
  const date = new Date(Number(time));
  if (typeof time !== 'number' || Number.isNaN(date.getTime())) return '';
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `[${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}] `;
}
