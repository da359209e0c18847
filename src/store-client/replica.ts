import { StoreClientError } from './error.js';
import type { WirePair } from './messages.js';
import { plainPath } from './paths.js';
import { type StoreClientValue, fromWire, same, toWire } from './values.js';

/** What a subscriber hears of one change. */
export interface StoreClientEvent {
  readonly path: string;
  /** What is there now; `undefined` is no value. */
  readonly value: StoreClientValue | undefined;
  /** What was there before. */
  readonly old: StoreClientValue | undefined;
  /** `'own'`: set here; `'refused'`: set here, and taken back; `'init'`: what `triggerNow` tells; else `undefined`. */
  readonly source: 'own' | 'refused' | 'init' | undefined;
}

/** A batch that was set here, and is not confirmed. */
export interface OwnBatch {
  readonly id: number;
  readonly pairs: readonly WirePair[];
  /** About how long it is when it is sent, in characters. */
  readonly length: number;
  isSent: boolean;
}

/**
 * What a page has of a Store: what the server has said, and on top of it what was set here and is not confirmed yet. Each step gives the events
 * that follow from it.
 */
export class Replica {
  /** What is seen. */
  readonly shown = new Map<string, StoreClientValue>();
  /** What the server has said. */
  #base = new Map<string, StoreClientValue>();
  /** What was set here, by path: the newest. */
  #above = new Map<string, StoreClientValue | undefined>();
  #own: OwnBatch[] = [];
  #ids = 0;

  /** The batches that are not confirmed, in their order. */
  get unsaved(): readonly OwnBatch[] {
    return this.#own;
  }

  // ---- What the server says ----

  /** All that there is. */
  all(pairs: readonly WirePair[]): StoreClientEvent[] {
    const before = this.#base;
    this.#base = new Map();
    this.#take(pairs);
    return this.#show([...this.#base.keys(), ...before.keys()], undefined);
  }

  /** What has changed. At and below the paths in `anew` there is nothing else. */
  changes(pairs: readonly WirePair[], anew: readonly string[] = []): StoreClientEvent[] {
    const touched = pairs.map(([path]) => path);
    if (anew.length > 0) {
      const isAnew = (path: string): boolean => anew.some((one) => one === '' || `${path}/`.startsWith(`${one}/`));
      for (const path of this.#base.keys()) if (isAnew(path) && this.#base.delete(path)) touched.push(path);
    }
    this.#take(pairs);
    return this.#show(touched, undefined);
  }

  /** All batches up to this one were carried out. */
  done(id: number): StoreClientEvent[] {
    return this.#drop((one) => one.id <= id, undefined);
  }

  /** Takes batches back. */
  refused(isRefused: (batch: OwnBatch) => boolean): StoreClientEvent[] {
    return this.#drop(isRefused, 'refused');
  }

  #take(pairs: readonly WirePair[]): void {
    for (const pair of pairs) {
      const value = pair.length < 2 ? undefined : fromWire(pair[1]);
      if (value === undefined) this.#base.delete(pair[0]);
      else this.#base.set(pair[0], value);
    }
  }

  #drop(isOver: (batch: OwnBatch) => boolean, source: 'refused' | undefined): StoreClientEvent[] {
    const over = this.#own.filter(isOver);
    if (over.length === 0) return [];
    this.#own = this.#own.filter((one) => !over.includes(one));
    this.#above = new Map();
    for (const { pairs } of this.#own) this.#putAbove(pairs);
    return this.#show(
      over.flatMap(({ pairs }) => pairs.map(([path]) => path)),
      source,
    );
  }

  // ---- What is set here ----

  /**
   * Sets values, as one batch.
   * @throws {StoreClientError} `'path'`, `'value'`, `'full'`; nothing is set then.
   */
  set(given: readonly (readonly [path: string, value: unknown])[], most: number): StoreClientEvent[] {
    const pairs = given.map(([path, value]) => pairOf(plainPath(path), value));
    const last = this.#own.at(-1);
    // What is set again and again while it waits is sent once.
    const isAgain =
      last?.isSent === false && last.pairs.length === 1 && pairs.length === 1 && last.pairs[0]![0] === pairs[0]![0];
    if (isAgain) this.#own.pop();
    else if (this.#own.length >= most)
      throw new StoreClientError('full', `${most} batches wait to be confirmed, as many as may ("maxUnsaved")`);
    const length = JSON.stringify(pairs).length;
    this.#own.push({ id: isAgain ? last.id : ++this.#ids, pairs, length, isSent: false });
    this.#putAbove(pairs);
    return this.#show(
      pairs.map(([path]) => path),
      'own',
    );
  }

  #putAbove(pairs: readonly WirePair[]): void {
    // What is sent stays as it is: a value is made of a copy.
    for (const pair of pairs)
      this.#above.set(pair[0], pair.length < 2 ? undefined : fromWire(JSON.parse(JSON.stringify(pair[1]))));
  }

  /** Shows paths as they are now; the events of those that are another than before. */
  #show(paths: readonly string[], source: StoreClientEvent['source']): StoreClientEvent[] {
    const events: StoreClientEvent[] = [];
    for (const path of new Set(paths)) {
      const value = this.#above.has(path) ? this.#above.get(path) : this.#base.get(path);
      const old = this.shown.get(path);
      if (value === undefined) this.shown.delete(path);
      else this.shown.set(path, value);
      if (!same(value, old)) events.push(Object.freeze({ path, value, old, source }));
    }
    return events;
  }
}

function pairOf(path: string, value: unknown): WirePair {
  if (value === undefined) return [path];
  try {
    return [path, JSON.parse(JSON.stringify(toWire(value)))];
  } catch (thrown) {
    throw new StoreClientError('value', `the value for ${JSON.stringify(path)}: ${(thrown as Error).message}`);
  }
}
