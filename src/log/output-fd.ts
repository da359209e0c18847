import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { nodeTty } from '../core/lazy-node.js';

/** Takes bytes without blocking the caller. */
export interface Output {
  /**
   * Takes as many bytes as there is room for.
   * @returns the number of bytes; 0 if there is no room.
   * @throws the error of the system if it can take none at all.
   */
  write(data: string | Uint8Array): number;
  close(): void;
}

/**
 * Standard output (1) or standard error (2), as it was when it was opened.
 *
 * Writing to a descriptor without O_NONBLOCK blocks until the reader reads, and the flag is shared with other processes
 * that have the descriptor, such as a shell. So a pipe or a terminal is opened a second time, if the system allows it.
 * For other descriptors Node's stream makes one that does not block. A file is fast, and its position is shared, so it
 * is not opened again.
 */
export class OutputFd implements Output {
  readonly #fd: number;
  readonly #isOwn: boolean;

  constructor(std: 1 | 2) {
    const own = isFile(std) ? undefined : openOnceMore(std);
    this.#fd = own ?? std;
    this.#isOwn = own !== undefined;
  }

  write(data: string | Uint8Array): number {
    try {
      return typeof data === 'string' ? writeSync(this.#fd, data) : writeSync(this.#fd, data);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw thrown;
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#fd);
  }
}

function isFile(std: number): boolean {
  try {
    return fstatSync(std).isFile();
  } catch {
    // It is closed; the next write will fail.
    return true;
  }
}

function openOnceMore(std: 1 | 2): number | undefined {
  const isTerminal = nodeTty().isatty(std);
  try {
    if (isTerminal || fstatSync(std).isFIFO())
      return openSync(`/proc/self/fd/${std}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // The system does not support it, the terminal belongs to another user, or nobody reads the pipe.
  }
  // Creating the stream is enough. For a terminal Node would make a blocking one.
  if (!isTerminal) void (std === 1 ? process.stdout : process.stderr).writable;
  return undefined;
}
