// The broker of the examples, as it is built.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { Broker } from '../../dist/examples/mqtt-broker/broker.js';

class Main extends Broker {
  constructor() {
    super([{ port: 0, host: '127.0.0.1' }]);
  }

  ttse__onListening({ port }) {
    tellPort(port);
  }
}

await runAlone(Main);
