import { type StoredValue, isSimple } from '../values.js';
import { Batch } from './batch.js';
import type { Content } from './content.js';
import type { Delivery } from './delivery.js';
import type { Listeners } from './listeners.js';
import type { Node } from './node.js';
import { type Steps, eventOf } from './steps.js';

/**
 * Fast paths for most writes: one simple value, outside of a batch. They return false, and do nothing, if a write needs
 * the general path.
 */
export class SingleWrites {
  readonly #content: Content;
  readonly #listeners: Listeners;
  readonly #steps: Steps;
  readonly #delivery: Delivery;

  constructor(content: Content, listeners: Listeners, steps: Steps, delivery: Delivery) {
    this.#content = content;
    this.#listeners = listeners;
    this.#steps = steps;
    this.#delivery = delivery;
  }

  /** Whether a value needs neither a copy nor a check of its size. */
  takes(value: unknown): value is StoredValue {
    if (this.#steps.batch !== undefined || !isSimple(value)) return false;
    // A bigint may have any size, so it must be checked.
    if (typeof value === 'bigint') return false;
    return typeof value !== 'string' || value.length <= this.#content.limits.valueBytes;
  }

  /**
   * Sets a node that no subscription matches, or exactly one while no delivery is running. False if the write needs the
   * general path.
   */
  write(node: Node, value: StoredValue, silent: boolean): boolean {
    const { seen, alone, heardAs } = this.#listeners.matches(node);
    if (silent || seen.length === 0) {
      node.value = value;
      return true;
    }
    const { value: before } = node;
    if (Object.is(before, value)) return true;
    if (alone === undefined || this.#delivery.isBusy) return false;
    node.value = value;
    this.#delivery.tellAlone(alone, Object.freeze([eventOf(heardAs, value, before, undefined)]));
    return true;
  }

  /**
   * Sets the value of a path that was not used before.
   * @throws {TaskTonicError} `TT_STORE_PATH`, `TT_STORE_FULL`
   */
  writeNew(path: string, value: StoredValue, silent: boolean): boolean {
    if (this.#content.hasLinks || this.#delivery.isBusy) return false;
    const { node, made } = this.#content.place(path);
    if (this.write(node, value, silent)) return true;
    if (made !== undefined) this.#content.detach(made);
    return false;
  }

  /** A batch with one set value. Nothing in it can throw, so it needs no undo. */
  batchOf(node: Node, path: string, value: StoredValue, silent: boolean): Batch {
    const steps = this.#steps;
    const batch = new Batch();
    steps.batch = batch;
    steps.silent = silent;
    steps.set(node, path, value);
    steps.batch = undefined;
    steps.silent = false;
    return batch;
  }
}
