import { TcpConnection, showLog } from 'tasktonic';
import { LineBuffer } from '../line-protocol/line-buffer.js';

/** No app sends longer lines unless something is wrong. */
const LONGEST_LINE = 1024 * 1024;

/** What a viewer shows, and how. */
export interface View {
  /** Takes a text, of one line or several. */
  readonly print: (text: string) => void;
  /** Shows this lane only; `undefined` for all. */
  readonly lane: string | undefined;
  readonly colours: boolean;
}

/** One app that sends its log: each line of JSON is shown. */
export class LogSource extends TcpConnection {
  readonly #lines = new LineBuffer(LONGEST_LINE);
  readonly #view: View;

  constructor(view: View) {
    super();
    this.#view = view;
  }

  ttse__onData(data: Buffer): void {
    try {
      for (const line of this.#lines.push(data)) this.#show(line);
    } catch (error) {
      this.log.warn(`an app was cut off: ${(error as Error).message}`);
      this.ttsc__close();
    }
  }

  #show(line: string): void {
    const { print, lane, colours } = this.#view;
    if (lane === undefined || laneOf(line) === lane) print(showLog(line, { colours }));
  }
}

function laneOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { lane?: unknown } | null)?.lane;
  } catch {
    return undefined;
  }
}
