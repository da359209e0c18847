// The same server as raw-udp-sessions.mjs, as a user of TaskTonic writes it.
import { tellPort } from './child.mjs';
import { Formula, Tonic, UdpServer, UdpSession } from './tasktonic.mjs';

class Echo extends UdpSession {
  ttse__onData(data) {
    this.send(data);
  }
}

class Main extends Tonic {
  ttse__onStart() {
    new UdpServer({ port: 0, host: '127.0.0.1', protocol: Echo, maxPeers: 20_000 });
  }

  ttse__onListening(info) {
    tellPort(info.port);
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
