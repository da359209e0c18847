import { checkOption, count } from '../../core/options/option-schema.js';

const limitOption = count(0);

/** The file descriptors of a simulated host: each open socket uses one. */
export class HostDescriptors {
  readonly #connections = new Set<object>();
  readonly #others = new Set<object>();
  readonly #watchers = new Set<(most: number) => void>();
  readonly #listeners = new Set<() => void>();
  #limit: number;
  #told: number;
  /** The test has taken all free descriptors. */
  #ranOut = false;

  constructor(limit: number) {
    this.#limit = this.#told = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  set limit(limit: number) {
    checkOption(limitOption, limit, 'SimulatedHost', 'descriptors');
    this.#limit = limit;
    const noneLeft = this.inUse >= this.#limit;
    const begins = noneLeft && !this.#ranOut;
    this.#ranOut = noneLeft;
    if (begins) for (const ranOut of this.#listeners) ranOut();
    this.#tell();
  }

  get inUse(): number {
    return this.#connections.size + this.#others.size;
  }

  /** Takes one for a socket; false if none is left. */
  take(socket: object, use: 'connection' | 'other'): boolean {
    if (this.inUse >= this.#limit) return false;
    (use === 'connection' ? this.#connections : this.#others).add(socket);
    this.#tell();
    return true;
  }

  giveBack(socket: object): void {
    this.#connections.delete(socket);
    this.#others.delete(socket);
    if (this.inUse < this.#limit) this.#ranOut = false;
    this.#tell();
  }

  /** The host has crashed. */
  clear(): void {
    this.#connections.clear();
    this.#others.clear();
    this.#listeners.clear();
    this.#tell();
  }

  /** The sockets that are no connections. */
  get others(): Iterable<object> {
    return this.#others;
  }

  watch(tell: (most: number) => void): () => void {
    this.#watchers.add(tell);
    tell(this.#most);
    return () => void this.#watchers.delete(tell);
  }

  /** Calls the listener each time the test takes all descriptors. */
  listen(ranOut: () => void): () => void {
    this.#listeners.add(ranOut);
    return () => void this.#listeners.delete(ranOut);
  }

  get #most(): number {
    return Math.max(this.#limit - this.#others.size, this.#connections.size);
  }

  #tell(): void {
    const most = this.#most;
    if (most === this.#told) return;
    this.#told = most;
    for (const tell of this.#watchers) tell(most);
  }
}
