// The same server as raw-tls.mjs, as a user of TaskTonic writes it.
import { certFile, keyFile } from '../lib/certificate.mjs';
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { TcpConnection, TcpServer, Tonic, lines } from './tasktonic.mjs';

class Echo extends TcpConnection {
  ttse__onData(data) {
    this.send(data);
  }
}

class EchoLines extends TcpConnection.with({ framing: lines({ encoding: 'latin1' }) }) {
  ttse__onFrame(line) {
    this.sendFrame(line);
  }
}

class Main extends Tonic {
  ttse__onStart() {
    const protocol = process.argv[2] === 'lines' ? EchoLines : Echo;
    new TcpServer({ port: 0, host: '127.0.0.1', protocol, tls: { certFile, keyFile } });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }

  ttse__onTurnedAway() {}
}

await runAlone(Main);
