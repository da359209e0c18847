// The server of tasktonic-tcp.mjs in the main thread, while a Catalyst in another thread computes at full speed.
import { Busy } from '../threads/busy.mjs';
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { TcpConnection, TcpServer, Tonic } from './tasktonic.mjs';

class Echo extends TcpConnection {
  ttse__onData(data) {
    this.send(data);
  }
}

class Main extends Tonic {
  ttse__onStart() {
    Busy.spawn();
  }

  ttsc__begun() {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

await runAlone(Main);
