import type { AnyTonic } from '../../core/any-tonic.js';
import type { Task } from '../../core/guests/task.js';
import { failTonic, failureInfo } from '../../core/life.js';
import type { StoreEvent } from '../event.js';
import { mergeInto } from '../tree/round.js';
import type { Hearer } from '../tree/subscription.js';

/** So many batches may wait for a subscriber's sparkle; what comes then is merged by path into one more. */
const MOST_BATCHES = 1_000;
/** When so many paths wait in that one, the subscriber is full. */
export const MOST_PATHS = 100_000;

/** A subscription that a sparkle hears: one order a batch, in the state that its Tonic is in then. */
export class Hearing implements Hearer, Task {
  readonly known: readonly unknown[];
  readonly #tonic: AnyTonic;
  readonly #key: string;
  readonly #full: Set<Hearing>;
  #waiting: (readonly StoreEvent[])[] = [];
  /** How many of these were heard. */
  #heard = 0;
  /** What came when there were too many, by path. */
  #merged: Map<string, StoreEvent> | undefined;
  #hasEnded = false;
  /** What the sparkle that runs hears. */
  #now: readonly StoreEvent[] | undefined;

  /** @param full has it in it while no more may come. */
  constructor(tonic: AnyTonic, key: string, known: readonly unknown[], full: Set<Hearing>) {
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

  /** What waits is not heard any more. */
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
