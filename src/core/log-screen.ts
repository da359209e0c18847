import { inLane } from './log-lane.js';
import { entryText, isEntry } from './log-entry-text.js';
import type { LogSink } from './log-sink.js';

/** The log service `json`: a line of JSON each, on standard output. */
export async function openJson(): Promise<LogSink> {
  const { pino } = await import('pino');
  const out = pino.destination({ dest: 1, sync: true });
  return { write: (line) => void out.write(line) };
}

/**
 * The log service `screen`: lines for a person, in colour on a terminal.
 *
 * `[12:03:04.123] INFO: 01.Main [open] listening {"port":7007}`
 */
export async function openScreen(): Promise<LogSink> {
  const [{ pino }, { prettyFactory }] = await Promise.all([import('pino'), import('pino-pretty')]);
  const out = pino.destination({ dest: 1, sync: true });
  const colours = process.stdout.isTTY;
  const pretty = prettyFactory({
    colorize: colours,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'tonic,id,thread,state,sparkle,life,slow,ms,from,fromSparkle,to,lane',
    singleLine: true,
    messageFormat: (line, messageKey) => screenLine(line, String(line[messageKey] ?? ''), colours),
  });
  return { write: (line) => void out.write(pretty(isEntry(line) ? shownEntry(line, colours) : line)) };
}

/** An entry as a line whose message is all of it. */
function shownEntry(line: string, colours: boolean): object {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const { level, time } = entry;
  return { level, time, msg: entryText(entry, headOf(entry, colours), colours) };
}

function headOf(entry: Record<string, unknown>, colours: boolean): string {
  return screenLine({ ...entry, flags: undefined }, 'sparkle', colours);
}

/** The part of a line between its level and its further fields. */
export function screenLine(line: Record<string, unknown>, message: string, colours = false): string {
  const { tonic, state, sparkle, ms, from, fromSparkle, to, slow, lane } = line;
  const parts: unknown[] = [colours && typeof tonic === 'string' ? inLane(tonic, lane) : tonic];
  if (state !== undefined) parts.push(to === undefined ? `[${text(state)}]` : `[${text(state)} -> ${text(to)}]`);
  if (message === 'sparkle' || slow !== undefined) parts.push(sparkle, ms === undefined ? undefined : `${text(ms)} ms`);
  if (slow !== undefined) parts.push('SLOW');
  else if (message !== 'sparkle') parts.push(message);
  if (from !== undefined) parts.push(`<- ${text(from)}${fromSparkle === undefined ? '' : `.${text(fromSparkle)}`}`);
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

const text = (value: unknown): string => String(value);
