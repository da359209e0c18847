import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { CliError } from './cli-error.js';

/** Not 0, which all processes of a terminal are told by. */
const PID = /^[1-9]\d{0,8}$/;

/** What kill(2) says, for a person. */
const PROBLEMS: Readonly<Record<string, (pid: number) => string>> = {
  ESRCH: (pid) => `there is no process ${pid}`,
  EPERM: (pid) => `process ${pid} is one of another user: only that user, and root, can tell it to upgrade`,
};

/**
 * Asks a process to let a new one of its program take over: SIGUSR2. That would end a process which does not listen to it, so it is looked at first.
 *
 * @returns what is done, for a person.
 * @throws {CliError} where there is no such process, or it does not listen, or may not be told.
 */
export function upgrade(word: string): string {
  const pid = Number(word);
  if (!PID.test(word)) throw new CliError(`${word} is not the number of a process`);
  try {
    process.kill(pid, 0);
    if (!listens(pid))
      throw new CliError(
        `process ${pid} does not listen to SIGUSR2, which would end it: its Formula must say upgrade/sigusr2`,
      );
    process.kill(pid, 'SIGUSR2');
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown;
    const { code } = thrown as NodeJS.ErrnoException;
    throw new CliError(PROBLEMS[code!]?.(pid) ?? `process ${pid} cannot be told to upgrade: ${code}`);
  }
  return `process ${pid} begins an upgrade: its log says how that goes\n`;
}

/** Whether it catches the signal: `SigCgt` of proc(5). Where that cannot be read it is believed. */
function listens(pid: number): boolean {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return true;
  }
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return caught === undefined || ((BigInt(`0x${caught}`) >> BigInt(constants.signals.SIGUSR2 - 1)) & 1n) === 1n;
}
