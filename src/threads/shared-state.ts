import { fail } from '../core/errors.js';
import type { SharedNames } from '../core/threads-port.js';
import { SharedIds } from './shared-ids.js';
import { SharedLock } from './shared-lock.js';

/** Threads that have a line of their own here; with more at once some share one, and are woken or counted for each other. */
const THREAD_LINES = 1_024;
/** Apart by a line of the processor's cache, so that threads don't slow each other down. */
const LINE_WORDS = 16;
/** Given names of Tonics, in all threads at once; a power of two. */
const NAME_SLOTS = 131_072;
/** Two halves of a hash, and the thread that has the name. */
const NAME_WORDS = 3;
/** Beyond it a search would be long. */
const MOST_NAMES = NAME_SLOTS * 0.75;

/** Words of the head. */
const LAST_THREAD = 1;
const LOCK = 2;
const NAMES = 3;
/** Words of a thread's line. */
const BELL = 0;
const ANSWER = 1;

const LINES = LINE_WORDS;
const TABLE = LINES + THREAD_LINES * LINE_WORDS;
const TABLE_END = TABLE + NAME_SLOTS * NAME_WORDS;
const WORDS = TABLE_END + SharedIds.words;

/**
 * The memory that all threads of an app share: the ids and the names that are taken, and for each thread its bell and
 * the last question that it has answered.
 *
 * Names lie in a table with open addressing, by a hash of 64 bits, under a lock that is held for about a microsecond.
 */
export class SharedState implements SharedNames {
  readonly #words: Int32Array;
  readonly #thread: number;
  readonly #line: number;
  readonly #lock: SharedLock;
  readonly #ids: SharedIds;

  /** @param thread the one that this view is for. */
  constructor(
    thread: number,
    readonly buffer = new SharedArrayBuffer(WORDS * 4),
  ) {
    this.#words = new Int32Array(buffer);
    this.#thread = thread;
    this.#line = lineOf(thread);
    this.#lock = new SharedLock(this.#words, LOCK, thread);
    this.#ids = new SharedIds(this.#words.subarray(TABLE_END), thread);
  }

  // ---- Ids and threads ----

  /** From here on ids are free. */
  beginIdsAt(id: number): void {
    this.#ids.beginAt(id);
  }

  newId(): number {
    return this.#ids.next();
  }

  /** How many names, and how many blocks of ids, all threads have. */
  get taken(): { readonly names: number; readonly ids: number } {
    return { names: this.#words[NAMES]!, ids: this.#ids.taken };
  }

  /** The number of a new thread. It is not given again: a handle of one that has ended must never reach another. */
  newThread(): number {
    return Atomics.add(this.#words, LAST_THREAD, 1) + 1;
  }

  // ---- Bell and answers ----

  /** Tells a thread that something was sent to it. */
  ring(thread: number): void {
    Atomics.add(this.#words, lineOf(thread) + BELL, 1);
  }

  /** How often this thread's bell was rung. */
  get rung(): number {
    return Atomics.load(this.#words, this.#line + BELL);
  }

  /** This thread was asked whether it goes on, for the n-th time, and it does. */
  answer(count: number): void {
    Atomics.store(this.#words, this.#line + ANSWER, count);
  }

  /** Nothing was asked of a new thread: another one may have had its line. */
  resetAnswer(thread: number): void {
    Atomics.store(this.#words, lineOf(thread) + ANSWER, 0);
  }

  /** The last question that a thread has answered. */
  answerOf(thread: number): number {
    return Atomics.load(this.#words, lineOf(thread) + ANSWER);
  }

  // ---- Names ----

  /** @throws {TaskTonicError} `TT_TOO_MANY_NAMES` */
  take(name: string): boolean {
    return this.#lock.locked(() => {
      const words = this.#words;
      const at = this.#find(name);
      if (words[at + 2] !== 0) return false;
      if (words[NAMES]! >= MOST_NAMES) throw fail('TT_TOO_MANY_NAMES', { count: MOST_NAMES });
      const [high, low] = hash(name);
      words[NAMES]!++;
      words[at] = high;
      words[at + 1] = low;
      words[at + 2] = this.#thread + 1;
      return true;
    });
  }

  release(name: string): void {
    this.#lock.locked(() => {
      const at = this.#find(name);
      if (this.#words[at + 2] === this.#thread + 1) this.#remove(at);
    });
  }

  /** A thread has ended, and runs no more: its names and ids are free, and so is the lock, if it held it. */
  forget(thread: number): void {
    this.#lock.free(thread);
    this.#ids.free(thread);
    this.#lock.locked(() => {
      for (let at = TABLE; at < TABLE_END; at += NAME_WORDS) {
        // What is moved here by a removal is looked at, too.
        while (this.#words[at + 2] === thread + 1) this.#remove(at);
      }
    });
  }

  /** The place of a name, or the free one where it would be. */
  #find(name: string): number {
    const words = this.#words;
    const [high, low] = hash(name);
    let at = homeOf(low);
    while (words[at + 2] !== 0 && (words[at] !== high || words[at + 1] !== low)) at = after(at);
    return at;
  }

  /** Frees a place, and moves those back that stood behind it because it was taken. */
  #remove(at: number): void {
    const words = this.#words;
    words[NAMES]!--;
    for (let next = after(at); words[next + 2] !== 0; next = after(next)) {
      if (!isBetween(homeOf(words[next + 1]!), at, next)) {
        words.copyWithin(at, next, next + NAME_WORDS);
        at = next;
      }
    }
    words.fill(0, at, at + NAME_WORDS);
  }
}

function lineOf(thread: number): number {
  return LINES + (thread % THREAD_LINES) * LINE_WORDS;
}

function homeOf(low: number): number {
  return TABLE + (low & (NAME_SLOTS - 1)) * NAME_WORDS;
}

function after(at: number): number {
  return at + NAME_WORDS === TABLE_END ? TABLE : at + NAME_WORDS;
}

/** Whether a home lies behind `from`, up to `to`, around the end of the table. */
function isBetween(home: number, from: number, to: number): boolean {
  return from <= to ? from < home && home <= to : home > from || home <= to;
}

/** Two hashes of 32 bits, mixed apart (after MurmurHash3's finalizer, Austin Appleby, public domain). */
function hash(name: string): [high: number, low: number] {
  let high = 0x9e3779b9 ^ name.length;
  let low = 0x85ebca6b;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + at), 0xc2b2ae35);
    low ^= low >>> 13;
  }
  return [mixed(high), mixed(low ^ high)];
}

function mixed(word: number): number {
  word ^= word >>> 16;
  word = Math.imul(word, 0x85ebca6b);
  word ^= word >>> 13;
  word = Math.imul(word, 0xc2b2ae35);
  return (word ^ (word >>> 16)) | 0;
}
