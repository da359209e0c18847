// The same server as raw-tcp.mjs, as a user of TaskTonic writes it.
import { tellPort } from './child.mjs';
// By itself, as a user imports it: `tasktonic.mjs` loads what serves HTTP as well, and the row of the start-up measures this file.
import { Formula, TcpConnection, TcpServer, Tonic } from '../../dist/lib/index.js';

class Echo extends TcpConnection {
  ttse__onData(data) {
    this.send(data);
  }
}

class Main extends Tonic {
  ttse__onStart() {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

class EchoApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Main();
  }
}

await EchoApp.run();
