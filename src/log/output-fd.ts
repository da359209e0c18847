import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { nodeTty } from '../core/lazy-node.js';

/** What takes bytes, and never has who gives them wait. */
export interface Output {
  /**
   * Takes as many bytes as there is room for now.
   * @returns how many; 0 where there is no room.
   * @throws the system's error where it takes none at all.
   */
  write(data: string | Uint8Array): number;
  close(): void;
}

/**
 * Standard output (1) or standard error (2), as it is when it is opened.
 *
 * A descriptor without O_NONBLOCK has its writer wait for who reads, and the flag is shared with whoever else has the same one: a shell, a
 * child. So a pipe or a terminal is opened once more for us alone, where the system can do that; what else there is, Node's own stream
 * makes one that does not wait. A file is quick, and has a position that would not be ours.
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
    // It is closed; writing will tell.
    return true;
  }
}

function openOnceMore(std: 1 | 2): number | undefined {
  const isTerminal = nodeTty().isatty(std);
  try {
    if (isTerminal || fstatSync(std).isFIFO())
      return openSync(`/proc/self/fd/${std}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Another system, a terminal of another user, a pipe that nobody reads.
  }
  // Making the stream is enough. A terminal it would make one that waits.
  if (!isTerminal) void (std === 1 ? process.stdout : process.stderr).writable;
  return undefined;
}
