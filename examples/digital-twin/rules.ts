import { Catalyst } from 'tasktonic';
import { type Item, Store, type StoreEvent, type StoreHandle } from 'tasktonic/store';

/** A fan that is on stays so until it is so much cooler than the limit: it does not go on and off all the time. */
const DEGREES_BELOW = 1;

/** Switches the fans of rooms that are too warm, from a thread of its own: it has a copy of the Store. */
export class Rules extends Catalyst {
  static override readonly module = import.meta.url;
  #store!: StoreHandle;

  ttse__onStart(): void {
    this.#store = this.use(Store);
    const paths = ['rooms/*/*', 'rooms/*/*/value', 'rules/limit'];
    // Done when the copy is here.
    this.#store.subscribe(paths, this.ttse__onChange, { triggerNow: true });
  }

  ttse__onChange(events: readonly StoreEvent[]): void {
    const limit = this.#store.get('rules/limit');
    if (typeof limit !== 'number') return;
    const rooms = events.some(({ path }) => path === 'rules/limit')
      ? this.#store.at('rooms').keys()
      : new Set(events.map(({ path }) => path.split('/')[1]!));
    this.#store.source('rules', () => {
      for (const room of rooms) switchFans(this.#store.at(`rooms/${room}`).children(), limit);
    });
  }
}

function switchFans(devices: readonly Item[], limit: number): void {
  const warmest = devices.reduce((most, device) => Math.max(most, degreesOf(device)), -Infinity);
  const on = warmest > limit ? true : warmest <= limit - DEGREES_BELOW ? false : undefined;
  if (on === undefined || warmest === -Infinity) return;
  for (const device of devices) if (device.v === 'fan') device.set('on', on);
}

function degreesOf(device: Item): number {
  return device.v === 'thermometer' ? (device.get('value', -Infinity) as number) : -Infinity;
}
