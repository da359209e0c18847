import type { Address } from 'tasktonic';
import type { Cursor, StoreValue } from 'tasktonic/store';
import type { Report } from './report.js';

/** What devices have told, in the Store: `devices/t1` is the kind of one, what it has is below, and `rooms/kitchen/t1` is an alias of it. */
export class Devices {
  readonly #store: Cursor;
  readonly #most: number;

  /** @param most so many devices there may be: peers cannot fill the memory. */
  constructor(store: Cursor, most = 1_000) {
    this.#store = store;
    this.#most = most;
  }

  /**
   * Keeps a report; throws an Error where there is no place for another device.
   * @param from where it can be told something, if anywhere.
   */
  keep({ device, kind, room, value }: Report, from?: Address): void {
    const place = this.#store.at(`devices/${device}`);
    const before = place.get('room');
    if (before === undefined && this.#store.at('devices').keys().length >= this.#most)
      throw new Error(`more than ${this.#most} devices`);
    this.#store.source('device', () => {
      if (before !== room) this.#move(device, before, room);
      place.set({ '': kind, room });
      if (from !== undefined) place.set('at', { address: from.address, port: from.port });
      if (value !== undefined) place.set('value', value);
      // A page sets what is there, and makes nothing.
      if (!place.has('on')) place.set('on', undefined);
    });
  }

  /** Where a device has reported from last. */
  addressOf(device: string): Address | undefined {
    return this.#store.get(`devices/${device}/at`) as Address | undefined;
  }

  /** Whether a device is to be on; `undefined` where nobody has said so. What else a page has set there is nothing. */
  isOn(device: string): boolean | undefined {
    const on = this.#store.get(`devices/${device}/on`);
    return typeof on === 'boolean' ? on : undefined;
  }

  #move(device: string, before: StoreValue | undefined, room: string): void {
    if (before !== undefined) this.#store.remove(`rooms/${String(before)}/${device}`);
    this.#store.at(`rooms/${room}/${device}`).linkTo(`devices/${device}`, { bubbleEvents: true });
  }
}
