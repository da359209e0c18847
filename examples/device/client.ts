// Shows the temperature of the device: `node dist/examples/device/client.js --host 127.0.0.1 --port 1502 --seconds 1`.
import { parseArgs } from 'node:util';
import { Formula, Tonic } from 'tasktonic';
import { Poller, type PollerOptions, type PollerOwner } from './poller.js';

class Display extends Tonic implements PollerOwner {
  constructor(private readonly options: PollerOptions) {
    super();
  }
  ttse__onStart(): void {
    new Poller(this.options);
  }
  ttse__onReading(temperature: number): void {
    console.log(`${temperature} °C`);
  }
}

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '1502' },
    seconds: { type: 'string', default: '1' },
  },
});

class App extends Formula {
  protected override creatingStartingTonics(): void {
    new Display({ host: values.host, port: Number(values.port), seconds: Number(values.seconds) });
  }
}

await App.run();
