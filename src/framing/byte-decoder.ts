import { type TaskTonicError, fail } from '../core/errors.js';
import { ByteWindow } from './byte-window.js';
import type { Decoder } from './framing.js';

/** What happens at a frame that is longer than `max`. */
export type OnTooLong = 'error' | 'close' | 'skip';

/** What all decoders of one framing share. */
export interface Limits {
  readonly name: string;
  readonly max: number;
  readonly onTooLong: OnTooLong;
}

/** What all decoders do alike: when they look, what they leave out, and how a stream ends. */
export abstract class ByteDecoder<Frame> extends ByteWindow implements Decoder<Frame> {
  skipped = 0;
  protected readonly limits: Limits;
  /** How many bytes from `at` on were looked at before, in vain. */
  protected seen = 0;
  /** How many bytes from `at` on are needed; 0 where that is not known. */
  protected need = 0;
  /** Whether the bytes up to the end of a frame, wherever that is, are left out. */
  protected skipping = false;
  /** How many bytes more are left out. */
  #left = 0;
  #ended = false;
  #error: TaskTonicError | undefined;

  constructor(limits: Limits) {
    super();
    this.limits = limits;
  }

  get broken(): boolean {
    return this.#error !== undefined;
  }

  /**
   * Takes a frame off the window; `undefined` where it needs more bytes. It looks at all bytes of the window that it can use.
   */
  protected abstract read(): Frame | undefined;

  /** Where `skipping` is ever set: leaves out what is in the window, up to the end of the frame at most, where `skipping` ends. */
  protected skip(): void {}

  /** What to make of the bytes that are left in the end: a frame, or nothing where that is an error. */
  protected readLast(): Frame | undefined {
    return undefined;
  }

  next(): Frame | undefined {
    if (this.#error !== undefined) throw this.#error;
    do {
      if (this.#left > 0) this.leaveOut(this.#left);
      const frame = this.#left > 0 ? undefined : this.read();
      if (frame !== undefined) return frame;
    } while (this.more(this.need));
    return this.#ended ? this.#last() : undefined;
  }

  skipRest(): boolean {
    do {
      if (this.#left > 0) this.leaveOut(this.#left);
      else if (this.skipping) this.skip();
      if (this.#left === 0 && !this.skipping) return true;
    } while (this.more(this.need));
    return false;
  }

  override takeBuffered(): Buffer {
    this.#left = this.seen = this.need = 0;
    this.skipping = false;
    return super.takeBuffered();
  }

  end(): void {
    this.#ended = true;
  }

  /** The frame at hand is taken: it had so many bytes, with all around it. */
  protected taken(bytes: number): void {
    this.at += bytes;
    this.seen = this.need = 0;
  }

  /**
   * Leaves out the next bytes, also those that have not come yet.
   *
   * @returns whether all of them had come.
   */
  protected leaveOut(bytes: number): boolean {
    const here = Math.min(bytes, this.to - this.at);
    this.taken(here);
    this.#left = bytes - here;
    return this.#left === 0;
  }

  /**
   * The frame at hand is too long. Call it before anything of that frame is left out.
   *
   * @returns what to throw as soon as that is done; nothing where it is only counted.
   */
  protected tooLong(): TaskTonicError | undefined {
    const { onTooLong } = this.limits;
    if (onTooLong === 'close') throw this.breaks(this.longer());
    this.skipped++;
    return onTooLong === 'skip' ? undefined : this.longer();
  }

  /** The error of a frame that is too long. */
  protected longer(): TaskTonicError {
    const { name, max } = this.limits;
    return fail('TT_FRAME_TOO_LONG', { framing: name, max, place: this.place });
  }

  /** The bytes at hand are no frame, and where the next one begins is not known. */
  protected bad(problem: string, cause?: unknown): TaskTonicError {
    return this.breaks(badFrame(this.limits.name, this.place, problem, cause));
  }

  /** From now on each `next()` throws this error. */
  protected breaks(error: TaskTonicError): TaskTonicError {
    this.#error = error;
    return error;
  }

  #last(): Frame | undefined {
    if (this.#left > 0 || this.skipping) {
      this.takeBuffered();
      return undefined;
    }
    if (this.to === this.at) return undefined;
    const frame = this.readLast();
    if (frame !== undefined || this.to === this.at) return frame;
    const { buffered, place } = this;
    throw this.breaks(fail('TT_FRAME_INCOMPLETE', { framing: this.limits.name, bytes: buffered, place }));
  }
}

/** The error of bytes that are no frame. */
export function badFrame(framing: string, place: number, problem: string, cause?: unknown): TaskTonicError {
  return fail('TT_BAD_FRAME', { framing, place, problem }, cause);
}
