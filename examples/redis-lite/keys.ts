import { BoundedMap } from 'tasktonic/collections';

/** What the Map and the entry need beside the texts, about. */
const OVERHEAD = 100;

/** What is kept under keys. It is bounded in keys and in bytes: where there is no room, nothing more is kept. */
export class Keys extends BoundedMap<string, string> {
  constructor(now: () => number, items: number, bytes: number) {
    super({ items, bytes, sizeOf: (value, key) => key.length + value.length + OVERHEAD, clock: { now } });
  }
}
