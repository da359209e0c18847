/** Ids that are given to a thread at once. */
const BLOCK_IDS = 32;
/** Blocks that are known by their thread; a million ids at once. */
const BLOCKS = 32_768;

/** Words of the head. */
const FIRST = 0;
const BEYOND = 1;
const LOWEST = 2;
const HEAD = 3;

/**
 * The ids of all threads. A thread takes a block of them when it needs one, and gives them to its Tonics again and again; when it has
 * ended, however it ended, its blocks are free. So ids stay as small as what lives at once needs, whatever comes and goes.
 *
 * Those beyond the last block are not given again.
 */
export class SharedIds {
  /** Words of memory that it needs. */
  static readonly words = HEAD + BLOCKS;

  readonly #words: Int32Array;
  readonly #owner: number;
  /** What is left of the block that was taken last. */
  #next = 0;
  #end = 0;

  /** @param thread the one that this view is for. */
  constructor(words: Int32Array, thread: number) {
    this.#words = words;
    this.#owner = thread + 1;
  }

  /** From here on ids are free. */
  beginAt(id: number): void {
    Atomics.store(this.#words, FIRST, id);
  }

  /** An id that no Tonic of any other thread has, and none of this one had. */
  next(): number {
    if (this.#next === this.#end) this.#takeBlock();
    return this.#next++;
  }

  /** Blocks that are taken. */
  get taken(): number {
    let taken = 0;
    for (let at = HEAD; at < SharedIds.words; at++) if (this.#words[at] !== 0) taken++;
    return taken;
  }

  /** A thread has ended: its ids are free. */
  free(thread: number): void {
    for (let at = SharedIds.words - 1; at >= HEAD; at--) {
      if (this.#words[at] !== thread + 1) continue;
      Atomics.store(this.#words, at, 0);
      // Where another one is faster a lower block is found later, and that is all.
      if (at < this.#words[LOWEST]! + HEAD) this.#words[LOWEST] = at - HEAD;
    }
  }

  #takeBlock(): void {
    const words = this.#words;
    const first = Atomics.load(words, FIRST);
    const lowest = Atomics.load(words, LOWEST);
    for (let tried = 0; tried < BLOCKS; tried++) {
      const block = (lowest + tried) % BLOCKS;
      if (Atomics.compareExchange(words, HEAD + block, 0, this.#owner) !== 0) continue;
      Atomics.store(words, LOWEST, (block + 1) % BLOCKS);
      this.#next = first + block * BLOCK_IDS;
      this.#end = this.#next + BLOCK_IDS;
      return;
    }
    this.#next = first + BLOCKS * BLOCK_IDS + Atomics.add(words, BEYOND, 1);
    this.#end = this.#next + 1;
  }
}
