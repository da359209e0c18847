import { type TaskTonicError, TcpConnection, showLog } from 'tasktonic';
import { lines } from 'tasktonic/framing';

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
export class LogSource extends TcpConnection.with({ framing: lines({ max: LONGEST_LINE, onTooLong: 'close' }) }) {
  readonly #view: View;

  constructor(view: View) {
    super();
    this.#view = view;
  }

  override ttse__onFrame(line: string): void {
    const { print, lane, colours } = this.#view;
    if (lane === undefined || laneOf(line) === lane) print(showLog(line, { colours }));
  }

  override ttse__onError(error: TaskTonicError): void {
    this.log.warn(`an app was cut off: ${error.message}`);
  }
}

function laneOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { lane?: unknown } | null)?.lane;
  } catch {
    return undefined;
  }
}
