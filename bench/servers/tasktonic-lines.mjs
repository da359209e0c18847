// The same server as raw-split2.mjs, as a user of TaskTonic writes it.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { TcpConnection, TcpServer, Tonic, lines } from './tasktonic.mjs';

class Echo extends TcpConnection.with({ framing: lines() }) {
  ttse__onFrame(line) {
    this.sendFrame(line);
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

await runAlone(Main);
