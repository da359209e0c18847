import { closeSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';

/** What is known about the file descriptors of a process. */
export interface DescriptorSource {
  /** The limit of their number; `Infinity` if unknown. */
  readonly limit: number;
  /** Whether {@link inUse} is one quick call; else it takes longer the more there are. */
  readonly quick: boolean;
  /** The number of open descriptors; `undefined` if unknown. */
  inUse(): number | undefined;
  /** Opens a descriptor, which the returned function closes; `undefined` if none is left. */
  take(): (() => void) | undefined;
}

/** Where the system lists the descriptors of a process: Linux, and others. */
const LISTS = ['/proc/self/fd', '/dev/fd'];

/** `devNull` of `node:os`, which nothing else at a start needs. */
const NOWHERE = process.platform === 'win32' ? '\\\\.\\nul' : '/dev/null';

/** The descriptors of this process: all its threads share them. */
export class ProcessDescriptors implements DescriptorSource {
  #limit: number | undefined;
  #quick: boolean | undefined;
  /** From Linux 6.2 on the size of that folder is the number of what is in it. */
  get quick(): boolean {
    return (this.#quick ??= sizeOf(LISTS[0]!) > 0);
  }

  get limit(): number {
    return (this.#limit ??= limit());
  }

  inUse(): number | undefined {
    if (this.quick) return sizeOf(LISTS[0]!);
    for (const list of LISTS) {
      try {
        // The descriptor used for reading the folder is among them.
        return readdirSync(list).length - 1;
      } catch (error) {
        if (isNoneLeft(error)) return this.limit;
      }
    }
    return undefined;
  }

  take(): (() => void) | undefined {
    try {
      const descriptor = openSync(NOWHERE, 'r');
      return () => closeSync(descriptor);
    } catch {
      return undefined;
    }
  }
}

function sizeOf(folder: string): number {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

function isNoneLeft(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}

/** `RLIMIT_NOFILE` (getrlimit(2)); `Infinity` if it cannot be read. */
function limit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    if (soft !== undefined) return Number(soft);
  } catch {
    // This is not Linux. A diagnostic report has the limit, but is slow to make.
  }
  const report = process.report?.getReport() as { userLimits?: { open_files?: { soft?: unknown } } } | undefined;
  const soft = report?.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
