import type { PoolCall } from './pool-call.js';

export interface WaitingSettings {
  readonly maxWaiting: number;
  readonly waitingBytes: number;
  readonly onMaxWaiting: 'refuse' | 'dropOldest';
}

/** The requests that wait for a client, in the order in which they came; all of them have the same time to wait. */
export class WaitingCalls {
  /** How many bytes they have. */
  bytes = 0;
  readonly #settings: WaitingSettings;
  readonly #calls = new Set<PoolCall>();

  constructor(settings: WaitingSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The one that has waited longest. */
  get first(): PoolCall | undefined {
    for (const call of this.#calls) return call;
    return undefined;
  }

  put(call: PoolCall): void {
    this.#calls.add(call);
    this.bytes += call.size;
  }

  /** It waits no more; false where it did not. */
  leave(call: PoolCall): boolean {
    if (!this.#calls.delete(call)) return false;
    this.bytes -= call.size;
    return true;
  }

  /**
   * The one that has to go, where more wait than may; call it until there is none.
   *
   * @param last the one that came last.
   * @param besides so many do not count.
   */
  excess(last: PoolCall, besides: number): PoolCall | undefined {
    const { maxWaiting, waitingBytes, onMaxWaiting } = this.#settings;
    if (this.size - besides <= maxWaiting && this.bytes <= waitingBytes) return undefined;
    return onMaxWaiting === 'refuse' || maxWaiting === 0 || last.size > waitingBytes ? last : this.first;
  }

  /** Takes all of them. */
  takeAll(): PoolCall[] {
    const all = [...this.#calls];
    this.#calls.clear();
    this.bytes = 0;
    return all;
  }
}
