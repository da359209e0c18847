// A UDP server whose sessions are spread over as many Catalysts, in threads of their own, as the first argument says.
import { tellPort } from './child.mjs';
import { runAlone } from '../micro/app.mjs';
import { Tonic, UdpServer } from './tasktonic.mjs';
import { WorkingSession } from './working-session.mjs';

const catalysts = Number(process.argv[2]);

class Main extends Tonic {
  ttse__onStart() {
    new UdpServer({ port: 0, host: '127.0.0.1', protocol: WorkingSession, catalysts });
  }

  ttse__onListening(...args) {
    tellPort(args.at(-1).port);
  }
}

await runAlone(Main);
