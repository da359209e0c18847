import { fits } from './paths.js';
import type { StoreClientEvent } from './replica.js';

/** Hears the events of one batch. */
export type StoreClientCallback = (events: readonly StoreClientEvent[]) => void;

interface Subscriber {
  readonly patterns: readonly (readonly string[])[];
  readonly recursive: boolean;
  readonly callback: StoreClientCallback;
}

/** Who hears of changes: batch after batch, also where one that hears sets something. */
export class Subscribers {
  readonly #all = new Set<Subscriber>();
  readonly #waiting: (readonly StoreClientEvent[])[] = [];
  #isTelling = false;

  add(subscriber: Subscriber): () => void {
    this.#all.add(subscriber);
    return () => void this.#all.delete(subscriber);
  }

  tell(events: readonly StoreClientEvent[]): void {
    if (events.length === 0) return;
    this.#waiting.push(events);
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) this.#tellAll(batch);
    this.#isTelling = false;
  }

  #tellAll(events: readonly StoreClientEvent[]): void {
    const paths = events.map(({ path }) => (path === '' ? [] : path.split('/')));
    for (const subscriber of [...this.#all]) {
      const { patterns, recursive, callback } = subscriber;
      const heard = events.filter((_, at) => patterns.some((pattern) => fits(pattern, paths[at]!, recursive)));
      if (heard.length > 0 && this.#all.has(subscriber)) call(callback, Object.freeze(heard));
    }
  }
}

/** What it throws is seen as an error that nobody caught, and keeps nobody else from hearing. */
export function call<T>(callback: (told: T) => void, told: T): void {
  try {
    callback(told);
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
