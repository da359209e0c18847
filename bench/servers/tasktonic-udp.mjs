// The same server as raw-udp.mjs, as a user of TaskTonic writes it.
import { tellPort } from './child.mjs';
import { Formula, UdpSocket } from './tasktonic.mjs';

class Echo extends UdpSocket {
  ttse__onListening(info) {
    tellPort(info.port);
  }

  ttse__onDatagram(data, from) {
    this.send(data, from);
  }
}

class EchoApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Echo({ port: 0, host: '127.0.0.1' });
  }
}

await EchoApp.run();
