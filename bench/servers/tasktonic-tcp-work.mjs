// A server whose connections are spread over as many Catalysts, in threads of their own, as the first argument says; with TLS if the second one
// is `tls`.
import { certFile, keyFile } from '../lib/certificate.mjs';
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { TcpServer, Tonic } from './tasktonic.mjs';
import { WorkingEcho } from './working-echo.mjs';

const catalysts = Number(process.argv[2]);
const tls = process.argv[3] === 'tls' ? { tls: { certFile, keyFile } } : {};

class Main extends Tonic {
  ttse__onStart() {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: WorkingEcho, catalysts, ...tls });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

await runAlone(Main);
