// Shows the temperature of the device: `node dist/examples/device/client.js --host 127.0.0.1 --port 1502 --seconds 1`.
import { parseArgs } from 'node:util';
import { Formula, Tonic } from 'tasktonic';
import { Poller, type PollerOwner } from './poller.js';

const text = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
const { values } = parseArgs({ options: { host: text('127.0.0.1'), port: text('1502'), seconds: text('1') } });

class Display extends Tonic implements PollerOwner {
  ttse__onStart(): void {
    new Poller({ host: values.host, port: Number(values.port), seconds: Number(values.seconds) });
  }
  ttse__onReading(temperature: number): void {
    console.log(`${temperature} °C`);
  }
}

class App extends Formula {
  protected override creatingStartingTonics(): void {
    new Display();
  }
}

await App.run();
