import { showLog } from './log-show.js';
import type { LogContext, LogSink } from '../core/log-sink.js';
import { OutputFd } from './output-fd.js';
import { OutputWriter } from './output-writer.js';
import { showsColours } from './styled.js';

/** The log service `json`: a line of JSON each, on standard output. */
export function openJson(_options: unknown, context: LogContext): LogSink {
  return new OutputSink(context, (line) => line);
}

/**
 * The log service `screen`: lines for a person, in colour on a terminal.
 *
 * `[12:03:04.123] INFO: 01.Main [open] listening {"port":7007}`
 */
export function openScreen(_options: unknown, context: LogContext): LogSink {
  const look = { colours: showsColours() };
  return new OutputSink(context, (line) => `${showLog(line, look)}\n`);
}

/** Standard output, whose reader may be slow. */
class OutputSink implements LogSink {
  readonly #writer: OutputWriter;
  readonly #shown: (line: string) => string;

  constructor({ clock, backlog, closeTimeout }: LogContext, shown: (line: string) => string) {
    this.#shown = shown;
    this.#writer = new OutputWriter({
      clock,
      open: () => new OutputFd(1),
      most: backlog,
      endTimeout: closeTimeout,
      note: (dropped) => shown(noteOf(dropped, clock.wallTime())),
      leftOver: (lines) => sayAtTheEnd(`${lines} lines of the log were not read from standard output`),
    });
  }

  get lost(): number {
    return this.#writer.lost;
  }

  write(line: string): void {
    this.#writer.write(this.#shown(line));
  }

  async flush(): Promise<void> {
    return this.#writer.flush();
  }
}

function noteOf(dropped: number, time: number): string {
  const msg = `${dropped} lines lost: the reader of standard output is too slow`;
  return `${JSON.stringify({ level: 40, time, dropped, msg })}\n`;
}

/**
 * On standard error, which may be the same pipe without a reader. Waiting there would keep the process alive, so it
 * does not wait.
 */
function sayAtTheEnd(text: string): void {
  const error = new OutputFd(2);
  try {
    error.write(`tasktonic: ${text}\n`);
  } catch {
    // Standard error is closed, too.
  }
  error.close();
}
