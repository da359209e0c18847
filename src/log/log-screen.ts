import { showLog } from './log-show.js';
import { loadPino } from './load-pino.js';
import type { LogSink } from '../core/log-sink.js';
import { showsColours } from './styled.js';

/** The log service `json`: a line of JSON each, on standard output. */
export async function openJson(): Promise<LogSink> {
  const pino = await loadPino();
  const out = pino.destination({ dest: 1, sync: true });
  return { write: (line) => void out.write(line) };
}

/**
 * The log service `screen`: lines for a person, in colour on a terminal.
 *
 * `[12:03:04.123] INFO: 01.Main [open] listening {"port":7007}`
 */
export async function openScreen(): Promise<LogSink> {
  const pino = await loadPino();
  const out = pino.destination({ dest: 1, sync: true });
  const look = { colours: showsColours() };
  return { write: (line) => void out.write(`${showLog(line, look)}\n`) };
}
