import type { AnyTonic } from '../../core/any-tonic.js';
import type { Task } from '../../core/features/task.js';
import { failTonic, failureInfo } from '../../core/life.js';
import type { StoreEvent } from '../event.js';
import { mergeInto } from '../tree/events-by-subscription.js';
import type { Subscriber } from '../tree/subscription.js';

/** The most batches that wait for a subscriber's sparkle. Later events are merged by path into one more batch. */
const MOST_BATCHES = 1_000;
/** The most paths in that merged batch; then the subscriber is full. */
export const MOST_PATHS = 100_000;

/** A subscription of a sparkle: the sparkle runs once for each batch, in the state that its Tonic has at that time. */
export class SparkleSubscription implements Subscriber, Task {
  readonly known: readonly unknown[];
  readonly #tonic: AnyTonic;
  readonly #key: string;
  readonly #full: Set<SparkleSubscription>;
  #waiting: (readonly StoreEvent[])[] = [];
  /** The number of these batches that were delivered. */
  #heard = 0;
  /** The merged events, by path, if there were too many batches. */
  #merged: Map<string, StoreEvent> | undefined;
  #hasEnded = false;
  /** The events for the sparkle that is running. */
  #now: readonly StoreEvent[] | undefined;

  /** @param full the set of subscriptions that can take no more events; this one adds itself to it. */
  constructor(tonic: AnyTonic, key: string, known: readonly unknown[], full: Set<SparkleSubscription>) {
    this.#tonic = tonic;
    this.#key = key;
    this.known = known;
    this.#full = full;
  }

  deliver(events: readonly StoreEvent[]): void {
    if (this.#tonic.finished) return;
    if (this.#waiting.length - this.#heard < MOST_BATCHES && this.#merged === undefined) this.#waiting.push(events);
    else {
      const isFirst = this.#merged === undefined;
      mergeInto((this.#merged ??= new Map<string, StoreEvent>()), events);
      if (this.#merged.size >= MOST_PATHS) this.#full.add(this);
      if (!isFirst) return;
    }
    this.#tonic._ttss__run(this);
  }

  /** Discards the waiting events. */
  end(): void {
    this.#hasEnded = true;
    this.#waiting = [];
    this.#merged = undefined;
    this.#full.delete(this);
  }

  run(): void {
    if (this.#hasEnded) return;
    const tonic = this.#tonic;
    this.#now = this.#next();
    const thrown = tonic._ttScheduler.runHook(tonic, this.#key, this.#now);
    this.#now = undefined;
    if (thrown !== undefined) failTonic(tonic, thrown, failureInfo(this.#key, tonic));
  }

  given(key: string): readonly [events: unknown, nothing: undefined] | undefined {
    return key === this.#key ? [this.#now, undefined] : undefined;
  }

  toString(): string {
    return `${this.#key} of ${this.#tonic.name}`;
  }

  #next(): readonly StoreEvent[] {
    const events = this.#waiting[this.#heard];
    if (events !== undefined) {
      this.#heard++;
      if (this.#heard * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#heard);
        this.#heard = 0;
      }
      return events;
    }
    const merged = Object.freeze([...this.#merged!.values()]);
    this.#merged = undefined;
    this.#full.delete(this);
    return merged;
  }
}
