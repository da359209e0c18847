import { Tonic } from 'tasktonic';
import { MqttBridge, Store, type StoreEvent, type StoreHandle } from 'tasktonic/store';
import { Devices } from './devices.js';
import { Refusals } from './refusals.js';
import { reportOf } from './report.js';

/** Devices that report by MQTT, at `twin/report/t1`, and hear at `twin/on/f1`; `twin/limit` sets the limit. */
export class MqttDevices extends Tonic {
  #store!: StoreHandle;
  #devices!: Devices;
  #refusals!: Refusals;

  constructor(private readonly url: string) {
    super({ name: 'mqtt' });
  }

  ttse__onStart(): void {
    this.#store = this.use(Store);
    this.#devices = new Devices(this.#store);
    this.#refusals = new Refusals();
    this.#store.subscribe('reports/*', this.ttse__onReport);
    new MqttBridge({
      url: this.url,
      subscribe: [
        { topic: 'twin/report/+', path: 'reports/*' },
        { topic: 'twin/limit', path: 'rules/limit' },
      ],
      publish: [{ path: 'devices/*/on', topic: 'twin/on/+', retain: true, initial: true }],
      payloadLimit: 1_000,
    });
  }

  ttse__onReport(events: readonly StoreEvent[]): void {
    for (const { path, value } of events) {
      if (value === undefined) continue;
      try {
        this.#devices.keep(reportOf(value));
      } catch (thrown) {
        this.#refusals.ttsc__note((thrown as Error).message, path);
      }
    }
  }

  ttse__onMqttOnline(): void {
    this.#store.set('mqtt/online', true);
  }

  ttse__onMqttOffline(): void {
    this.#store.set('mqtt/online', false);
  }
}
