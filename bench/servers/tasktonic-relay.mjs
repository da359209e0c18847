// The same relay as raw-relay.mjs, as a user of TaskTonic writes it.
import { tellPort } from './child.mjs';
import { startBackend } from './relay-backend.mjs';
import { Formula, TcpClient, TcpConnection, TcpServer, Tonic, relay } from './tasktonic.mjs';

const port = await startBackend();

class Visitor extends TcpConnection {
  ttse__onConnected() {
    relay(this, new TcpClient({ port, host: '127.0.0.1' }));
  }
}

class Main extends Tonic {
  ttse__onStart() {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Visitor });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

class RelayApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Main();
  }
}

await RelayApp.run();
// Its Child would keep the process.
process.exit(0);
