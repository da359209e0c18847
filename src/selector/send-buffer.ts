import type { Bytes } from './network.js';

/**
 * The most bytes of one piece. Node tells that a write has left only when all of it has: so a megabyte in one write looks like no progress
 * for as long as a slow peer takes for it.
 */
export const LARGEST_WRITE = 64 * 1024;

/** Up to so many bytes, or from so many parts on, a piece of several parts is joined: one copy is cheaper than a list of writes. */
const JOIN_UP_TO = 16 * 1024;
const MOST_PARTS = 32;

/** Of so many bytes and more it is always told when they have left: what might be waited for must not leave in silence. */
const TELL_FROM = 4 * 1024;

/** Smaller parts than this are joined when so many wait in a row, so that a million single bytes take no more memory than a few megabytes. */
const SMALL = 512;
const MOST_SMALL = 256;

/** Replaces bytes whose buffer was transferred, because copying from such a buffer throws. */
const NOTHING = new Uint8Array(0);

/** Writes pieces to the kernel. */
export interface Sink {
  /** Bytes of pieces that were given and have not left whole. */
  readonly pending: number;
  /**
   * Gives a piece: one part, or several to be written together.
   *
   * @param tells whether `pump` is to be called again when it has left whole.
   */
  give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void;
}

/** So many that are not needed are kept: in a turn about so many connections send, most of them for that turn only. */
const MOST_SPARE = 64;
const spare: SendBuffer[] = [];
const NOBODY: Sink = { pending: 0, give: () => {} };

/**
 * What waits to be sent on one connection, and how it leaves.
 *
 * ```text
 *   put()          pump(): one piece at a time,
 *   -----> parts  -----------------------------> sink (pending)  ---> the kernel
 *                  while the sink has none pending
 * ```
 *
 * ## Contract
 *
 * - Order is kept, and nothing is copied that need not be.
 * - While the sink takes pieces at once, all that waits leaves; when the kernel is full, one piece of at most {@link LARGEST_WRITE} bytes is with
 *   the sink. So `size + sink.pending` is what has not left, to within one piece.
 * - Where something waits here, or a few KiB are pending, the sink has been told to call `pump` again.
 * - A part whose buffer was moved away (`transfer`) before it left is skipped and counted: the others leave.
 */
export class SendBuffer {
  /** Bytes that wait here. */
  size = 0;
  #sink: Sink;
  /** Mostly there is one part, so the list is made for the second. */
  #only: Bytes | undefined = undefined;
  #parts: PartList | undefined = undefined;
  #lost = 0;
  /** Whether the sink calls `pump` when its last piece was sent. */
  #told = true;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** An empty one: whoever has nothing to send needs none, and gives it back with {@link giveBack}. */
  static take(sink: Sink): SendBuffer {
    const taken = spare.pop();
    if (taken === undefined) return new SendBuffer(sink);
    taken.#sink = sink;
    return taken;
  }

  /** Gives the buffer to another sink, if nothing waits, is lost or is pending. */
  giveBack(): boolean {
    if (this.size > 0 || this.#lost > 0 || this.#sink.pending > 0) return false;
    this.#sink = NOBODY;
    this.#told = true;
    if (spare.length < MOST_SPARE) spare.push(this);
    return true;
  }

  /** Adds bytes; `size` is how many, known to who calls. */
  put(bytes: Bytes, size: number): void {
    if (size === 0) return;
    if (this.size === 0) this.#only = bytes;
    else {
      const parts = (this.#parts ??= new PartList());
      if (this.#only !== undefined) parts.put(this.#only, this.size);
      this.#only = undefined;
      this.#lost += parts.put(bytes, size);
      this.size = parts.size;
      return;
    }
    this.size = size;
  }

  /**
   * Hands pieces over until one is pending, or all have left.
   *
   * @param tells whether `pump` is to be called again also when the last piece has left.
   */
  pump(tells: boolean): void {
    while (this.size > 0 && (this.#sink.pending === 0 || !this.#told)) this.#giveNext(tells);
  }

  /** Hands all bytes over at once, because another owner will write after them. */
  handAll(): void {
    while (this.size > 0) this.#giveNext(false);
  }

  /** Bytes that were lost with their buffers since it was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Whether bytes were lost with their buffers. */
  get hasLost(): boolean {
    return this.#lost > 0;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#only = this.#parts = undefined;
    this.size = 0;
  }

  /** Forgets what waits behind the first so many bytes; tells how many those were. */
  keepOnly(most: number): number {
    const given = this.size - most;
    if (given <= 0) return 0;
    const kept = new PartList();
    const parts = (this.#parts ??= new PartList());
    if (this.#only !== undefined) parts.put(this.#only, this.size);
    this.#only = undefined;
    let lost = 0;
    while (kept.size + lost < most) lost += parts.moveTo(kept, most - kept.size - lost);
    this.#lost += lost;
    this.#parts = kept;
    this.size = kept.size;
    return given;
  }

  #giveNext(tells: boolean): void {
    if (this.#only !== undefined && this.size > LARGEST_WRITE) {
      this.#parts ??= new PartList();
      this.#parts.put(this.#only, this.size);
      this.#only = undefined;
    }
    const only = this.#only;
    if (only === undefined) return this.#giveFrom(this.#parts!, tells);
    const size = typeof only === 'string' ? this.size : only.length;
    this.#lost += this.size - size;
    this.#only = undefined;
    this.size = 0;
    if (size > 0) this.#give(only, size, tells);
  }

  #giveFrom(parts: PartList, tells: boolean): void {
    const { bytes, size, lost } = parts.take();
    this.size = parts.size;
    if (this.size === 0) this.#parts = undefined;
    this.#lost += lost;
    if (size > 0) this.#give(bytes, size, tells);
  }

  #give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void {
    this.#told = tells || this.size > 0 || size >= TELL_FROM || this.#sink.pending > 0;
    this.#sink.give(piece, size, this.#told);
  }
}

/** What is given to the sink at once. */
interface Piece {
  readonly bytes: Bytes | readonly Bytes[];
  readonly size: number;
  /** Bytes of the piece that were lost, because their buffers were transferred. */
  readonly lost: number;
}

/** Parts in a row, taken out in pieces. Sizes stand beside them, since to count the bytes of a text costs. */
class PartList {
  size = 0;
  #parts: Bytes[] = [];
  #sizes: number[] = [];
  #head = 0;
  /** How many small ones stand at the end. */
  #small = 0;

  /** Adds a part; gives how many bytes were lost with buffers that had been moved away. */
  put(bytes: Bytes, size: number): number {
    this.#parts.push(bytes);
    this.#sizes.push(size);
    this.size += size;
    this.#small = size < SMALL ? this.#small + 1 : 0;
    return this.#small < MOST_SMALL ? 0 : this.#joinSmall();
  }

  /** Takes the next piece: a part, or several that fit together. */
  take(): Piece {
    if (this.#sizes[this.#head]! > LARGEST_WRITE) return this.#cut();
    let end = this.#head;
    let expected = 0;
    while (end < this.#parts.length && expected + this.#sizes[end]! <= LARGEST_WRITE) expected += this.#sizes[end++]!;
    const parts = this.#parts.slice(this.#head, end);
    this.#parts.fill('', this.#head, end);
    this.#head = end;
    this.size -= expected;
    this.#tidy();
    return pieceOf(parts, expected);
  }

  /** The first part is larger than a piece: its beginning is taken. */
  #cut(): Piece {
    const head = this.#head;
    const part = this.#parts[head]!;
    const whole = typeof part === 'string' ? Buffer.from(part) : part;
    const size = this.#sizes[head]!;
    if (whole.length < size) {
      // The buffer was transferred, so the rest of the part is lost.
      this.#sizes[head] = 0;
      this.#parts[head] = '';
      this.size -= size;
      return { bytes: '', size: 0, lost: size };
    }
    this.#parts[head] = whole.subarray(LARGEST_WRITE);
    this.#sizes[head] = size - LARGEST_WRITE;
    this.size -= LARGEST_WRITE;
    return { bytes: whole.subarray(0, LARGEST_WRITE), size: LARGEST_WRITE, lost: 0 };
  }

  /** Moves the first part to another list, or as much of it as `most`; gives how many bytes of that were lost. */
  moveTo(other: PartList, most: number): number {
    const { bytes, size, lost } = this.#sizes[this.#head]! > LARGEST_WRITE ? this.#cut() : this.#first();
    const part = typeof bytes === 'string' ? Buffer.from(bytes) : (bytes as Uint8Array);
    const moved = Math.min(size, most);
    if (size > 0) other.put(size > most ? part.subarray(0, most) : part, moved);
    return Math.min(lost, most - moved);
  }

  #first(): Piece {
    const size = this.#sizes[this.#head]!;
    const part = this.#parts[this.#head]!;
    this.#parts[this.#head++] = '';
    this.size -= size;
    return pieceOf([part], size);
  }

  /** Removes the taken parts when they are more than half of the list. */
  #tidy(): void {
    this.#small = Math.min(this.#small, this.#parts.length - this.#head);
    if (this.#head < 64 || this.#head * 2 < this.#parts.length) return;
    this.#parts = this.#parts.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }

  #joinSmall(): number {
    const from = this.#parts.length - this.#small;
    let expected = 0;
    for (let at = from; at < this.#sizes.length; at++) expected += this.#sizes[at]!;
    const joined = join(this.#parts.splice(from), expected);
    this.#sizes.length = from;
    this.#small = 0;
    this.#parts.push(joined);
    this.#sizes.push(joined.length);
    this.size -= expected - joined.length;
    return expected - joined.length;
  }
}

function pieceOf(parts: readonly Bytes[], expected: number): Piece {
  const isWhole = parts.every((part) => part.length > 0);
  if (isWhole && (parts.length === 1 || (expected > JOIN_UP_TO && parts.length < MOST_PARTS)))
    return { bytes: parts.length === 1 ? parts[0]! : parts, size: expected, lost: 0 };
  const joined = join(parts, expected);
  return { bytes: joined, size: joined.length, lost: expected - joined.length };
}

/** @param expected how many bytes they were; of what was moved away meanwhile nothing is there. */
function join(parts: readonly Bytes[], expected: number): Buffer {
  const joined = Buffer.allocUnsafe(expected);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') at += joined.write(part, at);
    else {
      joined.set(part.length === 0 ? NOTHING : part, at);
      at += part.length;
    }
  }
  return at === expected ? joined : joined.subarray(0, at);
}
