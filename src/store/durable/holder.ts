import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { threadId } from 'node:worker_threads';
import { checksum } from './checksum.js';

/** The holder of a lock: a thread of a process. */
export interface Holder {
  readonly pid: number;
  /**
   * When the process started, in ticks of the machine, as Linux reports it; `0` on other systems. With the pid it
   * identifies a process: a later process may have the same pid.
   */
  readonly start: string;
  /** Identifies the boot of the machine and the container. Pids can be compared only within it. */
  readonly space: string;
  readonly thread: number;
  readonly host: string;
}

const NAME = /^lock-(\d+)-(\d+)-([0-9a-f]+)-(\d+)-(.*)$/;

/** The file name of the lock of a holder. */
export function lockName({ pid, start, space, thread, host }: Holder): string {
  return `lock-${pid}-${start}-${space}-${thread}-${encodeURIComponent(host)}`;
}

/** The holder that the name of a lock file states; `undefined` if it is no lock file. */
export function holderNamed(name: string): Holder | undefined {
  const [whole, pid, start, space, thread, host] = NAME.exec(name) ?? [];
  if (whole === undefined) return undefined;
  return { pid: Number(pid), start: start!, space: space!, thread: Number(thread), host: decodeURIComponent(host!) };
}

export function thisThread(): Holder {
  return { pid: process.pid, start: startOf('self')?.ticks ?? '0', space: space(), thread: threadId, host: hostname() };
}

/**
 * Whether the holder of a lock is alive, as far as this process can know. A holder on another machine, or a process
 * that we may not inspect, counts as alive.
 */
export function lives(holder: Holder, lockPath: string): boolean {
  const own = thisThread();
  if (holder.host !== own.host) return true;
  // The machine or container with this name was started again since then.
  if (holder.space !== own.space) return false;
  if (holder.start === '0') return answers(holder.pid);
  const process = startOf(holder.pid);
  // The process may belong to another user, and be hidden from us.
  if (process === undefined) return answers(holder.pid);
  return process.state !== 'Z' && process.ticks === holder.start && hasOpen(holder.pid, lockPath);
}

/**
 * Whether a process has a file open. When a thread ends, its process may live on, but the file is closed. In a copy of
 * the directory nobody has the lock files open.
 */
function hasOpen(pid: number, path: string): boolean {
  let fds: string[];
  try {
    fds = readdirSync(`/proc/${pid}/fd`);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ENOENT';
  }
  const end = `/${basename(path)}`;
  return fds.some((fd) => {
    try {
      const open = `/proc/${pid}/fd/${fd}`;
      return readlinkSync(open).endsWith(end) && isSame(open, path);
    } catch {
      // The file descriptor was closed in the meantime.
      return false;
    }
  });
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
  return one.dev === other.dev && one.ino === other.ino;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The state and the start time of a process, on Linux: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: number | 'self'): { readonly state: string; readonly ticks: string } | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may contain any characters.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields?.[0], fields?.[19]];
  return state === undefined || ticks === undefined ? undefined : { state, ticks };
}

function space(): string {
  const boot = contentOf('/proc/sys/kernel/random/boot_id') ?? '';
  let container = '';
  try {
    container = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has this file.
  }
  return checksum(Buffer.from(boot + container)).toString(16);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
