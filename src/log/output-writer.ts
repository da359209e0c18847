import type { Clock, ClockTimer } from '../core/time/clock.js';
import { LogBacklog } from './log-backlog.js';
import type { Output } from './output-fd.js';

/** The most bytes of one write. */
const CHUNK = 64 * 1024;
/** The delay before the next attempt if there was no room, in ms; it is doubled up to the second value. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 64;
/** At the exit of the process only this thread runs: it tries again after this many ms. */
const NAP = 5;
const napping = new Int32Array(new SharedArrayBuffer(4));

/** What an {@link OutputWriter} needs. */
export interface OutputDependencies {
  readonly clock: Clock;
  /** Opens the output. */
  readonly open: () => Output;
  /** The most bytes that wait. */
  readonly most: number;
  /** How long the end waits for the reader, in ms. */
  readonly endTimeout: number;
  /** Makes the line that replaces dropped lines. */
  readonly note: (dropped: number) => string;
  /** Called with the number of lines that were left at the end, if there were any. */
  readonly leftOver: (lines: number) => void;
}

/**
 * Writes lines to standard output without waiting for the reader.
 *
 * - While there is room a line has left the process when {@link write} returns, so a crash does not lose it.
 * - Without room lines wait in a {@link LogBacklog}. Beyond its limit the oldest are dropped, and a line with their
 *   number takes their place. The writer tries again from time to time, and does nothing while no line waits.
 * - At the end of the app or the process, waiting lines may leave within `patience`, once.
 */
export class OutputWriter {
  readonly #dependencies: OutputDependencies;
  readonly #backlog: LogBacklog;
  #output: Output | undefined;
  /** The bytes that are being written; `undefined` while nothing waits. */
  #chunk: Uint8Array | undefined;
  /** Whether a part of them was written. */
  #isPart = false;
  /** A line was written in part, and its rest is lost: the next line must not continue it. */
  #brokeOff = false;
  /** The bytes given since the last attempt to write. */
  #unlooked = 0;
  #timer: ClockTimer;
  #pause = FIRST_PAUSE;
  #endTimeout: number;
  #exiting = false;
  #whenEmpty: (() => void) | undefined;
  #flushing: Promise<void> | undefined;
  #lost = 0;

  constructor(dependencies: OutputDependencies) {
    this.#dependencies = dependencies;
    this.#endTimeout = dependencies.endTimeout;
    this.#backlog = new LogBacklog(dependencies.most, (dropped) => {
      this.#lost += dropped;
      return dependencies.note(dropped);
    });
  }

  /** The number of lines that were dropped or refused. */
  get lost(): number {
    return this.#lost + this.#backlog.dropped;
  }

  /** @throws the error of the system if it takes nothing at all, such as a full disk. */
  write(line: string): void {
    if (this.#chunk === undefined) return this.#writeAtOnce(line);
    this.#backlog.push(line);
    this.#unlooked += line.length;
    if (this.#exiting) return this.#drainNow();
    // A sparkle that logs much must not lose lines if the reader is fast.
    if (this.#unlooked >= CHUNK) this.#drain();
    return undefined;
  }

  #writeAtOnce(given: string): void {
    const line = this.#brokeOff ? `\n${given}` : given;
    const size = Buffer.byteLength(line);
    const taken = this.#giveOrTell(line, size);
    this.#brokeOff &&= taken === 0;
    if (taken >= size) return undefined;
    this.#backlog.begin(line);
    this.#isPart = taken > 0;
    this.#chunk = Buffer.from(line).subarray(taken);
    return this.#exiting ? this.#drainNow() : this.#wait();
  }

  #giveOrTell(line: string, size: number): number {
    try {
      return this.#give(line);
    } catch (thrown) {
      // The reader has closed the pipe, as in `| head`.
      if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE') throw thrown;
      this.#lost++;
      return size;
    }
  }

  #give(data: string | Uint8Array): number {
    if (this.#output === undefined) {
      this.#output = this.#dependencies.open();
      process.on('exit', this.#onExit);
    }
    return this.#output.write(data);
  }

  #wait(): void {
    this.#timer = this.#dependencies.clock.setTimer(this.#look, this.#pause, false);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  readonly #look = (): void => {
    this.#drain();
    if (this.#chunk !== undefined) this.#wait();
  };

  /** Writes waiting lines, as far as there is room. */
  #drain(): void {
    this.#unlooked = 0;
    while (this.#chunk !== undefined) {
      const taken = this.#giveOrLose(this.#chunk);
      if (taken === 0) return;
      this.#pause = FIRST_PAUSE;
      this.#isPart = taken < this.#chunk.length;
      if (this.#isPart) this.#chunk = this.#chunk.subarray(taken);
      else this.#next();
    }
  }

  /**
   * Nobody can be told of an error here: the waiting lines are lost, and the next line shows whether the error is still
   * there.
   */
  #giveOrLose(chunk: Uint8Array): number {
    try {
      return this.#give(chunk);
    } catch {
      this.#forget();
      return chunk.length;
    }
  }

  #forget(): number {
    const lines = this.#backlog.clear();
    this.#lost += lines;
    this.#brokeOff ||= this.#isPart;
    return lines;
  }

  #next(): void {
    this.#backlog.left(0);
    const text = this.#backlog.take(CHUNK);
    if (text !== '') this.#chunk = Buffer.from(text);
    else this.#empty();
  }

  #empty(): void {
    this.#chunk = undefined;
    this.#dependencies.clock.clearTimer(this.#timer);
    this.#whenEmpty?.();
  }

  /** Waiting lines may leave within `patience`; then the output is closed until the next line. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#leave();
    await this.#flushing;
    this.#flushing = undefined;
  }

  async #leave(): Promise<void> {
    const { clock } = this.#dependencies;
    if (this.#chunk !== undefined)
      await new Promise<void>((resolve) => {
        const deadline = clock.setTimer(() => this.#giveUp(), this.#endTimeout);
        this.#whenEmpty = () => {
          clock.clearTimer(deadline);
          resolve();
        };
      });
    this.#whenEmpty = undefined;
    process.off('exit', this.#onExit);
    this.#output?.close();
    this.#output = undefined;
  }

  readonly #onExit = (): void => {
    this.#exiting = true;
    this.#drainNow();
  };

  /** The process ends: no later turn can try again. */
  #drainNow(): void {
    for (this.#drain(); this.#chunk !== undefined && this.#endTimeout > 0; this.#drain()) {
      this.#endTimeout -= NAP;
      Atomics.wait(napping, 0, 0, NAP);
    }
    if (this.#chunk !== undefined) this.#giveUp();
  }

  /** Nobody reads; later lines do not wait again. */
  #giveUp(): void {
    this.#endTimeout = 0;
    const lines = this.#forget();
    this.#empty();
    this.#dependencies.leftOver(lines);
  }
}
