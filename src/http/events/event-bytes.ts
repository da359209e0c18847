import { fail } from '../../core/errors.js';
import { told } from '../../core/options/option-problem.js';

/** One event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerEvent {
  /** Its name; without one the event of the browser is `message`. It must not contain a line end. */
  readonly event?: string;
  /** What the browser sends as `Last-Event-ID` when it connects again. No line end may be in it. */
  readonly id?: string;
  /** Any text, of any number of lines. */
  readonly data?: string;
  /** How long the browser waits before it connects again, in whole ms. */
  readonly retry?: number;
}

/**
 * Encodes an event.
 * @throws {TaskTonicError} `TT_BAD_EVENT`
 */
export function eventBytes({ event, id, data, retry }: ServerEvent): Buffer {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine('event', event)}\n`;
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`;
  if (retry !== undefined) text += `retry: ${wholeMs(retry)}\n`;
  // A browser ignores an event without data.
  if (data !== undefined || event !== undefined) text += linesOf('data: ', data ?? '');
  if (text === '') throw fail('TT_BAD_EVENT', { problem: 'it has neither event, id, data nor retry' });
  return Buffer.from(`${text}\n`);
}

/** Encodes a comment, which a browser ignores. @throws {TaskTonicError} `TT_BAD_EVENT` */
export function commentBytes(comment: string): Buffer {
  return Buffer.from(`${linesOf(': ', comment)}\n`);
}

function linesOf(before: string, text: unknown): string {
  if (typeof text !== 'string')
    throw fail('TT_BAD_EVENT', { problem: `its data is ${told(text, 'data')}, and no text` });
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `${before}${line}\n`)
    .join('');
}

function oneLine(field: string, value: unknown): string {
  // A browser ignores an id that contains NUL.
  if (typeof value === 'string' && !/[\r\n\0]/.test(value)) return value;
  throw fail('TT_BAD_EVENT', { problem: `its ${field} is ${told(value, field)}, and must be a text of one line` });
}

function wholeMs(retry: unknown): number {
  if (typeof retry === 'number' && Number.isInteger(retry) && retry >= 0) return retry;
  throw fail('TT_BAD_EVENT', { problem: `its retry is ${told(retry, 'retry')}, and must be whole ms` });
}
