import { isDeepStrictEqual } from 'node:util';
import { TaskTonicError, fail } from '../core/errors.js';
import { parseOptions } from '../core/options/option-schema.js';
import type { Decoder, Framing } from '../framing/framing.js';
import { type CheckFramingOptions, checkFramingSchema } from './bench-options.js';
import { SeededRandom } from './seeded-random.js';
import { shortText } from './trace-table.js';
import { snapshot } from './snapshot.js';

export type { CheckFramingOptions } from './bench-options.js';

const EXPECTED = new Set(['TT_FRAME_TOO_LONG', 'TT_BAD_FRAME', 'TT_FRAME_INCOMPLETE']);
/** For at most this many bytes each position is tried as a cut; for more, as many random ones. */
const PLACES = 2_000;
const ROUNDS = 100;
/** The most bytes that headers may add to `max`. */
const AROUND = 1_024;

/**
 * Checks that a framing holds what one promises, on these frames: they come back from what `encode()` makes of them, at every cut in two,
 * byte by byte and at random cuts; what is not taken yet is given back to the byte; a stream that ends early gives the frames before its
 * end and then an error; and random bytes bring only errors of framing, in bounded memory.
 *
 * @throws {TaskTonicError} `TT_BAD_FRAMING`, with what does not hold.
 */
export function checkFraming<Frame, Sent>(
  framing: Framing<Frame, Sent>,
  frames: readonly NoInfer<Sent>[],
  options: CheckFramingOptions = {},
): void {
  const { seed, lastWithoutEnd } = parseOptions(checkFramingSchema, options, 'checkFraming()');
  const check = new FramingCheck(framing, frames, new SeededRandom(seed));
  check.cuts();
  check.buffered();
  check.takenOver();
  check.truncations(lastWithoutEnd);
  check.randomBytes();
  check.bounds();
}

class FramingCheck<Frame, Sent> {
  readonly #framing: Framing<Frame, Sent>;
  readonly #frames: readonly Sent[];
  readonly #random: SeededRandom;
  readonly #bytes: Buffer;
  /** The end of each frame. */
  readonly #ends: readonly number[];

  constructor(framing: Framing<Frame, Sent>, frames: readonly Sent[], random: SeededRandom) {
    this.#framing = framing;
    this.#frames = frames;
    this.#random = random;
    const encoded = frames.map((frame) => framing.encode(frame));
    this.#bytes = Buffer.concat(encoded);
    let end = 0;
    this.#ends = encoded.map(({ length }) => (end += length));
  }

  cuts(): void {
    const { length } = this.#bytes;
    this.#comesBack([], 'whole');
    for (const place of this.#places()) this.#comesBack([place], `cut at byte ${place}`);
    const all = Array.from({ length: Math.max(0, length - 1) }, (_, at) => at + 1);
    this.#comesBack(all, 'byte by byte');
    for (let round = 0; round < ROUNDS; round++) {
      const cuts = Array.from({ length: this.#random.below(12) }, () => this.#random.below(length + 1));
      cuts.sort((a, b) => a - b);
      this.#comesBack(cuts, `cut at ${cuts.join(', ')}`);
    }
  }

  /**
   * Decodes the pieces between the cuts: each piece when it arrives, and all pieces before the first frame is taken.
   */
  #comesBack(cuts: readonly number[], how: string): void {
    for (const late of [false, true]) {
      const decoder = this.#framing.decoder();
      const found: Frame[] = [];
      let from = 0;
      for (const to of [...cuts, this.#bytes.length]) {
        decoder.push(this.#bytes.subarray(from, to));
        from = to;
        if (!late) found.push(...this.#all(decoder, how));
      }
      decoder.end();
      found.push(...this.#all(decoder, how));
      this.#compare(found, this.#frames.length, late ? `${how}, all pushed before the first next()` : how);
    }
  }

  /** After each frame, the remaining bytes are those of the other frames. */
  buffered(): void {
    for (let taken = 0; taken <= this.#ends.length; taken++) {
      const decoder = this.#framing.decoder();
      const half = this.#random.below(this.#bytes.length + 1);
      decoder.push(this.#bytes.subarray(0, half));
      decoder.push(this.#bytes.subarray(half));
      for (let frame = 0; frame < taken; frame++) decoder.next();
      const { buffered, place } = decoder;
      const end = this.#ends[taken - 1] ?? 0;
      if (place !== end || buffered !== this.#bytes.length - end) {
        throw this.#broken(
          `after ${taken} frames it is at byte ${place} with ${buffered} bytes left, and should be at ${end}`,
        );
      }
      if (decoder.takeBuffered().equals(this.#bytes.subarray(end)) && decoder.buffered === 0) continue;
      throw this.#broken(`after ${taken} frames takeBuffered() gave other bytes than those of the frames that follow`);
    }
  }

  /** A decoder whose bytes were taken behaves like a new one: it accepts them again. */
  takenOver(): void {
    for (const place of this.#places()) {
      const how = `with takeBuffered() after ${place} bytes, and those pushed again`;
      const decoder = this.#framing.decoder();
      decoder.push(this.#bytes.subarray(0, place));
      const one = decoder.next();
      const rest = decoder.takeBuffered();
      decoder.push(rest);
      const found: Frame[] = one === undefined ? [] : [one];
      found.push(...this.#all(decoder, how));
      decoder.push(decoder.takeBuffered());
      decoder.push(this.#bytes.subarray(place));
      found.push(...this.#all(decoder, how));
      this.#compare(found, this.#frames.length, how);
    }
  }

  truncations(lastWithoutEnd: boolean): void {
    for (const place of this.#places()) {
      const decoder = this.#framing.decoder();
      decoder.push(this.#bytes.subarray(0, place));
      const how = `of the first ${place} bytes`;
      const found = this.#all(decoder, how);
      const whole = this.#ends.filter((end) => end <= place).length;
      this.#compare(found, whole, how);
      decoder.end();
      if (lastWithoutEnd) continue;
      const isAtEnd = place === (this.#ends[whole - 1] ?? 0);
      const error = errorOf(() => this.#compare(this.#all(decoder, how), 0, how));
      this.#mustBeExpected(error, how);
      if (isAtEnd && error !== undefined)
        throw this.#broken(`${how} it told ${error.message}, though they are whole frames`);
      if (!isAtEnd && error === undefined)
        throw this.#broken(`${how} it told no error in the end, and the last frame is not whole`);
    }
  }

  randomBytes(): void {
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = round % 2 === 0 ? this.#random256(1 + this.#random.below(500)) : this.#damaged();
      const decoder = this.#framing.decoder();
      const half = this.#random.below(bytes.length + 1);
      decoder.push(bytes.subarray(0, half));
      const how = `of the bytes ${bytes.subarray(0, 64).toString('hex')}`;
      let frames = this.#drain(decoder, how);
      decoder.push(bytes.subarray(half));
      frames += this.#drain(decoder, how);
      decoder.end();
      frames += this.#drain(decoder, how);
      if (frames > bytes.length) throw this.#broken(`it made ${frames} frames ${how}, which are ${bytes.length}`);
    }
  }

  /** In an endless stream it keeps no more than a frame. */
  bounds(): void {
    const { max } = this.#framing;
    if (max > 4_194_304) return;
    for (const byte of [0, 0x20, 0x31, 0x61, 0x80, 0x93, 0xff, -1]) {
      const decoder = this.#framing.decoder();
      const how = byte < 0 ? 'of random bytes' : `of bytes 0x${byte.toString(16)}`;
      const piece = byte < 0 ? this.#random256(4_096) : Buffer.alloc(4_096, byte);
      for (let pushed = 0; pushed < 2 * max + 8_192; pushed += piece.length) {
        decoder.push(piece);
        const { length } = piece;
        if (this.#drain(decoder, how) < 0) break;
        if (decoder.buffered <= max + Math.max(length, AROUND)) continue;
        throw this.#broken(`${how} it keeps ${decoder.buffered}, and "max" is ${max}`);
      }
    }
  }

  /** Takes all frames and errors; -1 if the decoder has ended with an error. */
  #drain(decoder: Decoder<Frame>, how: string): number {
    let frames = 0;
    for (let before: Error | undefined; ;) {
      let frame: Frame | undefined;
      const error = errorOf(() => (frame = decoder.next()));
      this.#mustBeExpected(error, how);
      if (error !== undefined && error === before) return -1;
      before = error;
      if (error !== undefined) continue;
      if (frame === undefined) return frames;
      frames++;
      const size = typeof frame === 'string' || frame instanceof Uint8Array ? frame.length : 0;
      if (size > this.#framing.max)
        throw this.#broken(`${how} it made a frame longer than "max", ${this.#framing.max}`);
      if (frames > decoder.place) throw this.#broken(`it makes frames of no bytes ${how}`);
    }
  }

  #all(decoder: Decoder<Frame>, how: string): Frame[] {
    const found: Frame[] = [];
    for (;;) {
      const frame = decoder.next();
      if (frame === undefined) return found;
      found.push(frame);
      if (found.length > this.#frames.length) throw this.#broken(`${how} it made more frames than were encoded`);
    }
  }

  #compare(found: readonly Frame[], count: number, how: string): void {
    for (let at = 0; at < Math.max(count, found.length); at++) {
      if (at < found.length && at < count && same(found[at], this.#frames[at])) continue;
      const [is, must] = [found, this.#frames.slice(0, count)].map((list) =>
        at < list.length ? shortText(snapshot(list[at])) : 'nothing',
      );
      throw this.#broken(`${how}: frame ${at + 1} came as ${is} instead of ${must}`);
    }
  }

  #mustBeExpected(error: Error | undefined, how: string): void {
    if (error === undefined || (error instanceof TaskTonicError && EXPECTED.has(error.code))) return;
    if (error instanceof TaskTonicError && error.code === 'TT_BAD_FRAMING') throw error;
    throw this.#broken(`${how} it threw ${String(error)}`, error);
  }

  #places(): number[] {
    const { length } = this.#bytes;
    if (length <= PLACES) return Array.from({ length: length + 1 }, (_, at) => at);
    return Array.from({ length: PLACES }, () => this.#random.below(length + 1));
  }

  #random256(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#random.below(256)));
  }

  /** The encoded frames with some bytes changed. */
  #damaged(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, PLACES));
    for (let left = 1 + this.#random.below(4); left > 0 && bytes.length > 0; left--) {
      bytes[this.#random.below(bytes.length)] = this.#random.below(256);
    }
    return bytes;
  }

  #broken(problem: string, cause?: unknown): TaskTonicError {
    return fail('TT_BAD_FRAMING', { framing: this.#framing.name, problem }, cause);
  }
}

/** Whether values are equal. Bytes may have been given in another form, or as text. */
function same(found: unknown, sent: unknown): boolean {
  if (!Buffer.isBuffer(found) || !(typeof sent === 'string' || sent instanceof Uint8Array)) {
    return isDeepStrictEqual(found, sent);
  }
  return found.equals(typeof sent === 'string' ? Buffer.from(sent) : sent);
}

function errorOf(what: () => unknown): Error | undefined {
  try {
    what();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}
