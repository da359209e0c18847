// The peer of the sparkle benchmarks: the barest queue that plain JavaScript can have, a ring of closures.

export class Ring {
  #slots;
  #mask;
  #head = 0;
  #tail = 0;

  /** @param {number} [capacity] a power of two */
  constructor(capacity = 1024) {
    this.#slots = new Array(capacity).fill(undefined);
    this.#mask = capacity - 1;
  }

  /** @param {() => void} closure */
  push(closure) {
    if (this.#tail - this.#head > this.#mask) this.#grow();
    this.#slots[this.#tail++ & this.#mask] = closure;
  }

  run() {
    while (this.#head !== this.#tail) {
      const at = this.#head++ & this.#mask;
      const closure = this.#slots[at];
      this.#slots[at] = undefined;
      closure();
    }
  }

  #grow() {
    const size = this.#slots.length;
    const slots = new Array(size * 2).fill(undefined);
    for (let i = 0; i < size; i++) slots[i] = this.#slots[(this.#head + i) & this.#mask];
    this.#slots = slots;
    this.#mask = size * 2 - 1;
    this.#head = 0;
    this.#tail = size;
  }
}
