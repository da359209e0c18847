/** Something that is due at a time. Its owner is the one that added it; `slot` belongs to the queue. */
export interface Due {
  /** @internal When, in ms of the clock. */
  at: number;
  /** @internal Its index in the heap, -1 while it is not queued. */
  slot: number;
  /** @internal Called by {@link TimerQueue.queueDue} when its time has come. */
  fire(now: number): void;
}

/**
 * The timers of a Catalyst: a binary heap, the next one on top. Setting and clearing one costs O(log n), so a hundred
 * thousand are cheap, and the loop needs one timer of the operating system for all of them.
 */
export class TimerQueue {
  readonly #heap: Due[] = [];
  /** Called when a timer was set that is due before all others. */
  onEarlier: (() => void) | undefined = undefined;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due, in ms of the clock; `Infinity` if there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** @internal */
  add(due: Due): void {
    this.remove(due);
    due.slot = this.#heap.push(due) - 1;
    this.#up(due);
    if (due.slot === 0) this.onEarlier?.();
  }

  /** @internal */
  remove(due: Due): void {
    const { slot } = due;
    if (slot < 0) return;
    due.slot = -1;
    const last = this.#heap.pop()!;
    if (last === due) return;
    this.#place(last, slot);
    this.#up(last);
    this.#down(last);
  }

  /**
   * Fires what is due at `now`, the earliest first. The number is limited, so that one that sets itself again cannot
   * block the loop.
   */
  queueDue(now: number): void {
    for (let left = this.#heap.length; left > 0; left--) {
      const first = this.#heap[0];
      if (first === undefined || first.at > now) return;
      this.remove(first);
      first.fire(now);
    }
  }

  #place(due: Due, slot: number): void {
    this.#heap[slot] = due;
    due.slot = slot;
  }

  #up(due: Due): void {
    let { slot } = due;
    while (slot > 0) {
      const above = this.#heap[(slot - 1) >> 1]!;
      if (above.at <= due.at) break;
      this.#place(above, slot);
      slot = (slot - 1) >> 1;
    }
    this.#place(due, slot);
  }

  #down(due: Due): void {
    let { slot } = due;
    for (;;) {
      let child = this.#heap[2 * slot + 1];
      const right = this.#heap[2 * slot + 2];
      if (child === undefined) break;
      if (right !== undefined && right.at < child.at) child = right;
      if (child.at >= due.at) break;
      const next = child.slot;
      this.#place(child, slot);
      slot = next;
    }
    this.#place(due, slot);
  }
}
