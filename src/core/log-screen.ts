import { entryText, isEntry } from './log-entry-text.js';
import { screenLine } from './log-screen-line.js';
import type { LogSink } from './log-sink.js';
import { terminalSafe } from './terminal-safe.js';

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
  return { write: (line) => void out.write(terminalSafe(pretty(shown(line, colours)) ?? '')) };
}

/** An entry becomes a line whose message is all of it; any other line stays what it is. */
function shown(line: string, colours: boolean): string | object {
  if (!line.endsWith('"msg":"entry"}\n')) return line;
  const entry = JSON.parse(line) as Record<string, unknown>;
  const { level, time } = entry;
  if (!isEntry(entry)) return line;
  // A message has a colour; an entry has those of its parts only.
  return { level, time, msg: `${colours ? '\u001b[39m' : ''}${entryText(entry, colours)}` };
}
