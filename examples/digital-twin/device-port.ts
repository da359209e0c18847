import { type Address, type ListenInfo, type Remote, UdpSocket } from 'tasktonic';
import { Store, type StoreEvent } from 'tasktonic/store';
import { Devices } from './devices.js';
import { Refusals } from './refusals.js';
import { reportIn } from './report.js';

/** Who hears that it is open. */
export interface PortOwner {
  ttse__onOpen(info: ListenInfo): void;
}

/** Takes the reports of devices, and tells them whether they are to be on. */
export class DevicePort extends UdpSocket {
  declare readonly base: Remote<PortOwner>;
  #devices!: Devices;
  #refusals!: Refusals;

  constructor(host: string, port: number) {
    super({ name: 'devices', host, port });
  }

  ttse__onListening(info: ListenInfo): void {
    const store = this.use(Store);
    this.#devices = new Devices(store);
    this.#refusals = new Refusals();
    // All that are known are told at once; one that comes from another address has begun anew, and is told again.
    store.subscribe(['devices/*/on', 'devices/*/at'], this.ttse__onChange, { triggerNow: true });
    this.base.ttse__onOpen(info);
  }

  ttse__onDatagram(data: Buffer, from: Address): void {
    try {
      this.#devices.keep(reportIn(data), from);
    } catch (thrown) {
      const { message: error } = thrown as Error;
      this.#refusals.ttsc__note(error, from.address);
      this.send(JSON.stringify({ error }), from);
    }
  }

  ttse__onChange(events: readonly StoreEvent[]): void {
    for (const device of new Set(events.map(({ path }) => path.split('/')[1]!))) {
      const on = this.#devices.isOn(device);
      const address = this.#devices.addressOf(device);
      if (on !== undefined && address !== undefined) this.send(JSON.stringify({ device, on }), address);
    }
  }
}
