import { Formula, type FormulaData, type ListenInfo, Tonic } from 'tasktonic';
import { Store } from 'tasktonic/store';
import { DevicePort, type PortOwner } from './device-port.js';
import { MqttDevices } from './mqtt-devices.js';
import { Rules } from './rules.js';
import { Screen, type Terminal } from './screen.js';
import { type WebOwner, WebServer } from './web-server.js';

export interface TwinOptions {
  readonly host: string;
  readonly port: number;
  /** Where it is kept; `undefined`: nowhere. */
  readonly directory: string | undefined;
  /** Above it fans go on; `undefined`: as it was, or 25. */
  readonly limit: number | undefined;
  /** The broker of further devices; `undefined`: none. */
  readonly mqtt: string | undefined;
  /** The port of its live page; `undefined`: there is none. */
  readonly web: number | undefined;
  readonly terminal: Terminal;
}

/** Devices in a Store, rules that switch them, and a screen that shows them. */
export class DigitalTwin extends Formula {
  constructor(private readonly options: TwinOptions) {
    super();
  }

  protected override creatingFormula(): FormulaData {
    return { project: { name: 'digital-twin' }, log: { level: 'warn' } };
  }

  protected override creatingStartingTonics(): void {
    const { directory } = this.options;
    const only = ['devices', 'rooms', 'rules'];
    this.use(Store, directory === undefined ? {} : { persist: { directory, only } });
    new Twin(this.options);
  }
}

class Twin extends Tonic.with({ states: ['opening', 'serving'] }) implements PortOwner, WebOwner {
  constructor(private readonly options: TwinOptions) {
    super({ name: 'twin' });
  }

  ttse__onStart(): void {
    const { host, port, limit } = this.options;
    const store = this.use(Store);
    if (limit !== undefined || !store.has('rules/limit')) store.set('rules/limit', limit ?? 25);
    this.toState('opening');
    new DevicePort(host, port);
  }

  ttse__onOpen({ address, port }: ListenInfo): void {
    const { terminal, mqtt, web, host } = this.options;
    terminal.write(`devices report to ${address} port ${port}\n`);
    Rules.spawn({ name: 'rules' });
    new Screen(terminal);
    if (mqtt !== undefined) new MqttDevices(mqtt);
    if (web !== undefined) new WebServer(host, web);
    this.toState('serving');
  }

  ttse__onServing({ port }: ListenInfo): void {
    this.options.terminal.write(`live page at http://localhost:${port}/\n`);
  }

  ttse_opening__onError(_port: Tonic, error: Error): void {
    console.error(error.message);
    process.exitCode = 1;
    this.ttsc__finish();
  }

  /** Such as that nobody hears where a device was: a later report tells where it is. */
  ttse_serving__onError(_port: Tonic, error: Error): void {
    this.log.debug(error.message);
  }
}
