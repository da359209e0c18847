import { closeSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';

/** What a process can tell of its file descriptors. */
export interface DescriptorSource {
  /** How many there may be; `Infinity` where that is not known. */
  readonly limit: number;
  /** Whether {@link inUse} is one quick call; else it takes longer the more there are. */
  readonly quick: boolean;
  /** How many are open now; `undefined` where that cannot be known. */
  inUse(): number | undefined;
  /** Takes one, which the returned function gives back; `undefined` where none is left. */
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
        // The one that it is read with is among them.
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

/** `RLIMIT_NOFILE` (getrlimit(2)); where it cannot be read, no bound is known. */
function limit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    if (soft !== undefined) return Number(soft);
  } catch {
    // Not Linux: a report knows it, at a price that only such systems pay.
  }
  const report = process.report?.getReport() as { userLimits?: { open_files?: { soft?: unknown } } } | undefined;
  const soft = report?.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
