import '../../../src/compose.js';
// Has few file descriptors: serves as many as it can, or (with a port) connects to it more often than it can. Told so, it opens files.
import { closeSync, openSync } from 'node:fs';
import {
  Formula,
  type FormulaData,
  type ListenInfo,
  TcpClient,
  TcpConnection,
  TcpServer,
  type TaskTonicError,
  Tonic,
  type TurnedAway,
} from 'tasktonic';
import { answering, tell } from './control.js';

const [port, clients] = process.argv.slice(2).map(Number);
let turnedAway = 0;
const errors: string[] = [];
const files: number[] = [];
let server: TcpServer | undefined;

class Echo extends TcpConnection {
  ttse__onData(data: Buffer): void {
    this.send(data);
  }
}

class Server extends Tonic {
  ttse__onStart(): void {
    server = new TcpServer({ port: 0, host: '127.0.0.1', protocol: Echo });
  }
  ttse__onListening({ port: at, maxConnections }: ListenInfo): void {
    tell('listening', { port: at, maxConnections });
  }
  ttse__onTurnedAway(_server: TcpServer, { count = 1 }: TurnedAway): void {
    turnedAway += count;
  }
  ttse__onError(_tonic: unknown, { code }: TaskTonicError): void {
    errors.push(code);
    tell('failed', { code });
  }
}

class Client extends TcpClient {
  override ttse__onConnected(): void {
    tell('outcome', { code: 'connected' });
  }
  override ttse__onError({ code }: TaskTonicError): void {
    tell('outcome', { code });
  }
}

class Clients extends Tonic {
  ttse__onStart(): void {
    for (let count = 0; count < clients!; count++) new Client({ host: '127.0.0.1', port: port!, retries: 0 });
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' } };
  }
  protected creatingStartingTonics(): void {
    if (port === undefined) new Server();
    else new Clients();
  }
}

/** Opens files: so many, or (with none left) as many as it can. */
function open(count: number): number {
  try {
    while (count-- > 0) files.push(openSync('/dev/null', 'r'));
  } catch {
    // None is left.
  }
  return files.length;
}

answering({
  counts: () => ({ counts: server!.counts, heard: turnedAway, errors, maxConnections: server!.maxConnections }),
  openSome: () => ({ files: open(10) }),
  openAll: () => ({ files: open(Infinity) }),
  closeFiles: () => {
    for (const file of files.splice(0)) closeSync(file);
    return {};
  },
});
await App.run();
