// A simulated device: `node dist/examples/device/server.js`, then `mbpoll -m tcp -p 1502 -t 4 -r 1 -1 127.0.0.1`; `--help` shows more.
import { runServer } from '../shared/program.js';
import { Device } from './device.js';

await runServer({
  name: 'device',
  about: 'A simulated boiler that speaks Modbus TCP: coil 1 switches its heater, register 1 has tenths of a degree',
  defaults: { host: '127.0.0.1', port: 1502 },
  start: (places) => void new Device(places),
});
