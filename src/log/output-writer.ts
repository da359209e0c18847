import type { Clock, ClockTimer } from '../core/time/clock.js';
import { LogBacklog } from './log-backlog.js';
import type { Output } from './output-fd.js';

/** So much is given at once. */
const CHUNK = 64 * 1024;
/** Where there was no room, it is looked for again after so long, in ms; doubled up to the second. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 64;
/** At the exit of the process nothing but this thread runs: it looks so often, in ms. */
const NAP = 5;
const napping = new Int32Array(new SharedArrayBuffer(4));

/** What an {@link OutputWriter} has. */
export interface OutputMeans {
  readonly clock: Clock;
  /** Opens what it writes to. */
  readonly open: () => Output;
  /** The most bytes that wait. */
  readonly most: number;
  /** How long the end waits for who reads, in ms. */
  readonly patience: number;
  /** The line that stands for so many that were dropped. */
  readonly note: (dropped: number) => string;
  /** Told how many lines were left at the end, where there were any. */
  readonly leftOver: (lines: number) => void;
}

/**
 * Writes lines to standard output, and never waits for who reads them.
 *
 * - While there is room a line has left when {@link write} returns, so that no crash takes it along.
 * - While there is none, lines wait in a {@link LogBacklog}: beyond its bound the oldest are dropped, and a line in their place tells how many.
 *   It is looked for room now and then; nothing is looked at while nothing waits.
 * - At the end (of the app, or of the process in whatever way it tells of) what waits has so long to leave as its patience says, once.
 */
export class OutputWriter {
  readonly #means: OutputMeans;
  readonly #backlog: LogBacklog;
  #output: Output | undefined;
  /** What is being written; `undefined` while nothing waits. */
  #chunk: Uint8Array | undefined;
  /** Whether a part of that has left. */
  #isPart = false;
  /** Half of a line was written, and its rest is lost: the next line is not to go on with it. */
  #brokeOff = false;
  /** Given to it since it was last looked for room. */
  #unlooked = 0;
  #timer: ClockTimer;
  #pause = FIRST_PAUSE;
  #patience: number;
  #exiting = false;
  #whenEmpty: (() => void) | undefined;
  #flushing: Promise<void> | undefined;
  #lost = 0;

  constructor(means: OutputMeans) {
    this.#means = means;
    this.#patience = means.patience;
    this.#backlog = new LogBacklog(means.most, (dropped) => {
      this.#lost += dropped;
      return means.note(dropped);
    });
  }

  /** Lines that were dropped or refused. */
  get lost(): number {
    return this.#lost + this.#backlog.dropped;
  }

  /** @throws the system's error, where that takes nothing at all: the disk is full. */
  write(line: string): void {
    if (this.#chunk === undefined) return this.#writeAtOnce(line);
    this.#backlog.push(line);
    this.#unlooked += line.length;
    if (this.#exiting) return this.#drainNow();
    // Who says much in one sparkle is not to lose it to a reader that is quick.
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
      // Who has read is gone: `| head` means no more than that.
      if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE') throw thrown;
      this.#lost++;
      return size;
    }
  }

  #give(data: string | Uint8Array): number {
    if (this.#output === undefined) {
      this.#output = this.#means.open();
      process.on('exit', this.#onExit);
    }
    return this.#output.write(data);
  }

  #wait(): void {
    this.#timer = this.#means.clock.setTimer(this.#look, this.#pause, false);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  readonly #look = (): void => {
    this.#drain();
    if (this.#chunk !== undefined) this.#wait();
  };

  /** Gives what waits, as far as there is room for it. */
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

  /** Of an error nobody is there to hear: what waits is lost, and the next line finds out whether there still is one. */
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
    this.#means.clock.clearTimer(this.#timer);
    this.#whenEmpty?.();
  }

  /** What waits leaves, within the patience that there is; then it lets go of the output, until the next line. */
  async flush(): Promise<void> {
    this.#flushing ??= this.#leave();
    await this.#flushing;
    this.#flushing = undefined;
  }

  async #leave(): Promise<void> {
    const { clock } = this.#means;
    if (this.#chunk !== undefined)
      await new Promise<void>((resolve) => {
        const deadline = clock.setTimer(() => this.#giveUp(), this.#patience);
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

  /** The process ends: no turn follows in which it could be looked for room. */
  #drainNow(): void {
    for (this.#drain(); this.#chunk !== undefined && this.#patience > 0; this.#drain()) {
      this.#patience -= NAP;
      Atomics.wait(napping, 0, 0, NAP);
    }
    if (this.#chunk !== undefined) this.#giveUp();
  }

  /** Nobody reads. Who comes later is not waited for again. */
  #giveUp(): void {
    this.#patience = 0;
    const lines = this.#forget();
    this.#empty();
    this.#means.leftOver(lines);
  }
}
