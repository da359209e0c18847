import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { threadId } from 'node:worker_threads';
import { checksum } from './checksum.js';

/** Who holds a lock: a thread of a process. */
export interface Holder {
  readonly pid: number;
  /** When the process started, in ticks of the machine, as Linux tells it; `0` elsewhere. With the pid it is the process, and no later one. */
  readonly start: string;
  /** The run of the machine and the container, where pids mean the same. */
  readonly space: string;
  readonly thread: number;
  readonly host: string;
}

const NAME = /^lock-(\d+)-(\d+)-([0-9a-f]+)-(\d+)-(.*)$/;

/** The name of the file that says so. */
export function lockName({ pid, start, space, thread, host }: Holder): string {
  return `lock-${pid}-${start}-${space}-${thread}-${encodeURIComponent(host)}`;
}

/** Who a lock's file says that its holder is; `undefined` where it is no lock's. */
export function holderNamed(name: string): Holder | undefined {
  const [whole, pid, start, space, thread, host] = NAME.exec(name) ?? [];
  if (whole === undefined) return undefined;
  return { pid: Number(pid), start: start!, space: space!, thread: Number(thread), host: decodeURIComponent(host!) };
}

export function thisThread(): Holder {
  return { pid: process.pid, start: startOf('self')?.ticks ?? '0', space: space(), thread: threadId, host: hostname() };
}

/**
 * Whether the holder of a lock lives, as far as we can know. Where another machine has it, nobody here can: it counts as one that lives. So does a
 * process that we may not look into.
 */
export function lives(holder: Holder, lockPath: string): boolean {
  const own = thisThread();
  if (holder.host !== own.host) return true;
  // The machine, or the container of this name, has started anew since.
  if (holder.space !== own.space) return false;
  if (holder.start === '0') return answers(holder.pid);
  const process = startOf(holder.pid);
  // It may be one of another user's that we do not see.
  if (process === undefined) return answers(holder.pid);
  return process.state !== 'Z' && process.ticks === holder.start && hasOpen(holder.pid, lockPath);
}

/** A thread that ends leaves its process, but no file open. A copy of the directory has locks that nobody has open. */
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
      // It was closed meanwhile.
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

/** The state and the start of a process, on Linux: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: number | 'self'): { readonly state: string; readonly ticks: string } | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may have anything in it.
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
    // Only Linux has it.
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
