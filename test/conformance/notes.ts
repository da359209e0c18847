import type { TaskTonicError } from '../../src/index.js';

/** Where in the stream a byte is decides what it is, so that one that is lost, doubled or out of its place shows. */
export function pattern(from: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let n = 0, at = from; n < size; n++, at++) bytes[n] = at ^ (at >>> 8) ^ (at >>> 16);
  return bytes;
}

/** What one saw, line by line; bytes that came in several pieces are one line. */
export class Notes {
  readonly lines: string[] = [];
  received = 0;
  /** It will see nothing more. */
  over = false;
  /** After so many pieces more it pauses for a moment. */
  rests = 0;
  /** It does so now. */
  isResting = false;
  /** It was told to pause, and does not read on after a rest. */
  isPaused = false;
  #inLine = 0;

  add(line: string): void {
    this.lines.push(line);
    this.#inLine = 0;
  }

  bytes(bytes: Buffer): void {
    if (!bytes.equals(pattern(this.received, bytes.length))) this.add(`wrong bytes from ${this.received} on`);
    this.received += bytes.length;
    if (this.#inLine > 0) this.lines.pop();
    this.#inLine += bytes.length;
    this.lines.push(`${this.#inLine} bytes`);
  }
}

/**
 * An error as the system tells it, which is the cause of ours; without the ports, since each run has others. Which call hears of a reset
 * that comes with data is the affair of the version of Node.
 */
export function shown(error: Error): string {
  const { code, cause } = error as TaskTonicError;
  const told = (cause ?? error) as NodeJS.ErrnoException;
  const text = `${code}: ${told.message.replace(/:\d+\b/g, ':PORT')} ${told.errno ?? ''} ${told.syscall ?? ''}`.trim();
  return told.code === 'ECONNRESET' ? text.replaceAll('write', 'read') : text;
}
