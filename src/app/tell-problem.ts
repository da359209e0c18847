import type { TaskTonicError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { terminalSafe } from '../log/terminal-safe.js';

/** What a signal was to do is not done, and the app goes on: the log says why; where it says nothing, stderr. */
export function tellProblem({ log, main, testbench }: Runtime, { code, message }: TaskTonicError): void {
  log.line(main!, 'error', undefined, { code }, [message]);
  if (!log.tellsFailures && testbench === undefined) process.stderr.write(terminalSafe(`tasktonic: ${message}\n`));
}
