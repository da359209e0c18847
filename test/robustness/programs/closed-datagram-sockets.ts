import '../../../src/compose.js';
// Opens and closes more datagram sockets than it has file descriptors, a few at a time; then it serves connections.
import { Formula, type FormulaData, type ListenInfo, TcpConnection, TcpServer, Tonic, UdpSocket } from 'tasktonic';
import { answering, tell } from './control.js';

const sockets = Number(process.argv[2]);
let server: TcpServer | undefined;

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

class Main extends Tonic {
  #left = sockets;

  ttse__onStart(): void {
    this.#next();
  }
  ttse__onListening(info: ListenInfo): void {
    if (info.transport === 'tcp') tell('listening', { port: info.port });
    else info.tonic.ttsc__finish();
  }
  ttse__onInfusionFinished(): void {
    this.#next();
  }
  #next(): void {
    if (this.#left-- > 0) new UdpSocket({ host: '127.0.0.1' });
    else server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' } };
  }
  protected creatingStartingTonics(): void {
    new Main();
  }
}

answering({ counts: () => ({ counts: server!.counts }) });
await App.run();
