// The example dns, as it is built.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { zone } from './dns-zone.mjs';
import { DnsServer } from '../../dist/examples/dns/dns-server.js';

class Main extends DnsServer {
  constructor() {
    super(zone, { host: '127.0.0.1', port: 0 });
  }

  ttse__onListening({ transport, port }) {
    if (transport === 'udp') tellPort(port);
  }
}

await runAlone(Main);
