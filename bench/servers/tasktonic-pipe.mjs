// The same as raw-pipe.mjs, with the stream that toDuplex() gives.
import { tellPort } from './child.mjs';
// By itself, as a user imports it: what else is loaded makes collections of the read buffers dearer, see README.md.
import { Formula, TcpConnection, TcpServer, Tonic } from '../../dist/lib/index.js';

class Echo extends TcpConnection {
  ttse__onConnected() {
    const stream = this.toDuplex();
    stream.pipe(stream);
    stream.on('error', () => {});
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

class PipeApp extends Formula {
  creatingFormula() {
    return { log: { to: 'off' } };
  }

  creatingStartingTonics() {
    new Main();
  }
}

await PipeApp.run();
