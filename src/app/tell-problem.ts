import type { TaskTonicError } from '../core/errors.js';
import type { Runtime } from '../core/runtime.js';
import { terminalSafe } from '../log/terminal-safe.js';

/** Reports why the action of a signal was not carried out: in the log, or on stderr if the log is off. */
export function tellProblem({ log, main, testbench }: Runtime, { code, message }: TaskTonicError): void {
  log.line(main!, 'error', undefined, { code }, [message]);
  if (!log.tellsFailures && testbench === undefined) process.stderr.write(terminalSafe(`tasktonic: ${message}\n`));
}
