import '../../../src/compose.js';
// A service behind a load balancer: lines over TCP, and HTTP, which is its health port as well. Says where it listens, and answers with its name.
import { Formula, type FormulaData, type ListenInfo, TcpConnection, TcpServer, Tonic } from 'tasktonic';
import { lines } from 'tasktonic/framing';
import { type HttpExchange, HttpServer } from 'tasktonic/http';

const name = process.argv[2]!;

class Lines extends TcpConnection.with({ framing: lines() }) {
  ttse__onFrame(line: string): void {
    this.sendFrame(`${name} ${line}`);
    this.ttsc__close();
  }
}

class Web extends HttpServer {
  ttse__onRequest(exchange: HttpExchange): void {
    const ends = this.catalyst.runtime.shutdown !== undefined;
    if (exchange.path === '/health') exchange.reply('', { status: ends ? 503 : 200 });
    else exchange.reply(name);
  }
}

class Service extends Tonic {
  readonly #ports: number[] = [];

  ttse__onStart(): void {
    new TcpServer({ port: 0, host: '127.0.0.1', protocol: Lines });
  }
  ttse__onListening({ port }: ListenInfo): void {
    this.#ports.push(port);
    if (this.#ports.length === 1) new Web({ port: 0, host: '127.0.0.1' });
    else console.log(`listens ${this.#ports.join(' ')}`);
  }
  ttse__onShutdown(): void {
    console.log('is to end');
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'off' }, shutdown: { drainDelay: 600_000 } };
  }
  protected override creatingStartingTonics(): void {
    new Service();
  }
}

await App.run();
