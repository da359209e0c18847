import { readFileSync, readdirSync } from 'node:fs';

/** Kept free for files, pipes, name look-ups and connections of one's own. */
const RESERVE = 8;

/**
 * The file descriptors of this process. Out of them, Node accepts a connection and closes it without a word; so
 * listeners ask here first, and tell whom they turn away.
 */
class Descriptors {
  /** Sockets that this package has open. */
  #open = 0;
  #most: number | undefined;

  opened(): void {
    this.#open++;
  }

  closed(): void {
    this.#open--;
  }

  /** How many connections may be open at once: the limit of the process, less what others hold and a reserve. */
  get most(): number {
    return (this.#most ??= Math.max(limit() - othersOpen(this.#open) - RESERVE, 1));
  }

  /** Whether one more socket would go into the reserve. */
  get exhausted(): boolean {
    return this.#open > this.most;
  }
}

export const descriptors = new Descriptors();

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

function othersOpen(ours: number): number {
  try {
    return Math.max(readdirSync('/proc/self/fd').length - ours, 0);
  } catch {
    return 32;
  }
}
