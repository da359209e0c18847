/** What is kept by when it was seen last. Its fields belong to the {@link SeenLists}. */
export interface Seen {
  /** When, in ms of the clock. */
  seenAt: number;
  /** How long it may not be seen, in ms. */
  patience: number | false;
  before: Seen | undefined;
  after: Seen | undefined;
}

/** One for each patience: the idlest first. */
class SeenList {
  first: Seen | undefined = undefined;
  last: Seen | undefined = undefined;

  append(one: Seen): void {
    one.before = this.last;
    one.after = undefined;
    if (this.last === undefined) this.first = one;
    else this.last.after = one;
    this.last = one;
  }

  unlink(one: Seen): void {
    if (one.before === undefined) this.first = one.after;
    else one.before.after = one.after;
    if (one.after === undefined) this.last = one.before;
    else one.after.before = one.before;
    one.before = one.after = undefined;
  }
}

/**
 * Peers in the order in which they were seen last. To see one again, and to find the idlest, takes a few steps however many they are; and to look for those that
 * have been idle for too long takes no more than there are.
 *
 * There is a list for each patience: in one of them who is first is due first.
 */
export class SeenLists<T extends Seen> {
  readonly #lists = new Map<number | false, SeenList>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(one: T, now: number): void {
    one.seenAt = now;
    this.#listOf(one.patience).append(one);
    this.#size++;
  }

  see(one: T, now: number): void {
    const list = this.#lists.get(one.patience)!;
    one.seenAt = now;
    if (list.last === one) return;
    list.unlink(one);
    list.append(one);
  }

  /** It has another patience, which begins now. */
  move(one: T, patience: number | false, now: number): void {
    this.remove(one);
    one.patience = patience;
    this.add(one, now);
  }

  remove(one: T): void {
    const list = this.#lists.get(one.patience)!;
    list.unlink(one);
    this.#size--;
    if (list.first === undefined) this.#lists.delete(one.patience);
  }

  /** The one that was seen the longest ago. */
  get idlest(): T | undefined {
    let idlest: Seen | undefined;
    for (const { first } of this.#lists.values())
      if (idlest === undefined || first!.seenAt < idlest.seenAt) idlest = first;
    return idlest as T | undefined;
  }

  /** When the next one has been idle for too long; `Infinity` for never. */
  get nextAt(): number {
    let next = Infinity;
    for (const [patience, { first }] of this.#lists)
      if (patience !== false) next = Math.min(next, first!.seenAt + patience);
    return next;
  }

  /** One that has been idle for too long by then. */
  expiredBy(now: number): T | undefined {
    for (const [patience, { first }] of this.#lists)
      if (patience !== false && first!.seenAt + patience <= now) return first as T;
    return undefined;
  }

  #listOf(patience: number | false): SeenList {
    let list = this.#lists.get(patience);
    if (list === undefined) this.#lists.set(patience, (list = new SeenList()));
    return list;
  }
}
