// examples/tcp-proxy before the same backend as the relays.
import { Proxy } from '../../dist/examples/tcp-proxy/proxy.js';
import { settings } from '../../dist/examples/tcp-proxy/settings.js';
import { tellPort } from './child.mjs';
import { startBackend } from './relay-backend.mjs';
import { Formula } from './tasktonic.mjs';

const backend = await startBackend();

class Told extends Proxy {
  ttse__onListening({ port }) {
    tellPort(port);
  }
}

class ProxyApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' }, proxy: { backends: { hosts: [`127.0.0.1:${backend}`] } } };
  }

  creatingConfiguration() {
    return { schema: settings };
  }

  creatingStartingTonics() {
    new Told([{ host: '127.0.0.1', port: 0 }]);
  }
}

await ProxyApp.run();
// Its Child would keep the process.
process.exit(0);
