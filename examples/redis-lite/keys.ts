export interface Entry {
  value: string;
  /** When it is gone, in ms of the clock. */
  until: number;
}

/** What the Map and the entry need beside the texts, about. */
const OVERHEAD = 100;

/** What is kept under keys. It is bounded in keys and in bytes: where there is no room, nothing more is kept. */
export class Keys {
  readonly #entries = new Map<string, Entry>();
  bytes = 0;

  constructor(
    readonly now: () => number,
    readonly maxKeys: number,
    readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /** What has had its time is found gone where it is asked for. */
  get(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.until === Infinity || entry.until > this.now()) return entry;
    this.#remove(key, entry);
    return undefined;
  }

  /** Keeps a value; false where there is no room. */
  set(key: string, value: string, until = Infinity): boolean {
    const entry = this.get(key);
    const more = value.length - (entry?.value.length ?? -key.length - OVERHEAD);
    if (entry === undefined && this.size >= this.maxKeys) return false;
    if (more > 0 && this.bytes + more > this.maxBytes) return false;
    this.bytes += more;
    if (entry === undefined) this.#entries.set(key, { value, until });
    else {
      entry.value = value;
      entry.until = until;
    }
    return true;
  }

  delete(key: string): boolean {
    const entry = this.get(key);
    if (entry !== undefined) this.#remove(key, entry);
    return entry !== undefined;
  }

  /** Removes all that has had its time. */
  sweep(): void {
    const now = this.now();
    for (const [key, entry] of this.#entries) if (entry.until <= now) this.#remove(key, entry);
  }

  #remove(key: string, { value }: Entry): void {
    this.#entries.delete(key);
    this.bytes -= key.length + value.length + OVERHEAD;
  }
}
