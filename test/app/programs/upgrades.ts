import '../../../src/compose.js';
// A service that is upgraded. Its argument is a file of JSON, which each of its processes reads anew: see `Said`. It answers with its number.
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import {
  type Address,
  Formula,
  type FormulaData,
  type ListenInfo,
  Readiness,
  TcpConnection,
  TcpServer,
  type TcpServerOptions,
  Tonic,
  UdpSocket,
} from 'tasktonic';
import { type HttpExchange, HttpConnection, HttpServer } from 'tasktonic/http';

/** What it is to do. */
export interface Said {
  /** Where it listens: ports, and a path. What is left out is not listened on. */
  readonly tcp?: number;
  readonly tls?: number;
  readonly http?: number;
  readonly udp?: number;
  readonly path?: string;
  readonly cert?: { readonly cert: string; readonly key: string };
  readonly catalysts?: number;
  readonly readiness?: { readonly pidFile?: string } | undefined;
  /** Whether that says that it is ready. */
  readonly saysReady?: boolean;
  readonly throws?: string;
  readonly upgrade?: FormulaData['upgrade'];
}

// Threads load the module for its protocols.
const said: Said = isMainThread ? (JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Said) : {};
const { pid } = process;

/** One line, in one write: several processes write to the same pipe. */
function say(text: string): void {
  process.stdout.write(`${pid} ${text}\n`);
}

export class Echo extends TcpConnection {
  static readonly module = import.meta.url;

  ttse__onData(data: Buffer): void {
    this.send(`${pid} ${String(data)}`);
  }
  ttse__onShutdown(): void {
    say('tells a connection');
  }
}

export class Session extends HttpConnection {
  static readonly module = import.meta.url;

  ttse__onRequest(exchange: HttpExchange): void {
    exchange.reply(String(pid));
  }
}

class Main extends Tonic {
  #missing = 0;
  readonly #ports: string[] = [];
  #readiness: Readiness | undefined;

  ttse__onStart(): void {
    const { tcp, tls, http, udp, path, cert, readiness, throws } = said;
    if (throws !== undefined) throw new Error(throws);
    if (readiness !== undefined) this.#readiness = new Readiness(readiness);
    const host = '127.0.0.1';
    const many = said.catalysts === undefined ? {} : { catalysts: said.catalysts };
    if (tcp !== undefined) this.#serve('tcp', { port: tcp, host, ...many });
    if (tls !== undefined) this.#serve('tls', { port: tls, host, tls: cert!, ...many });
    if (path !== undefined) this.#serve('unix', { path });
    if (http !== undefined) {
      this.#missing++;
      new HttpServer({ name: 'http', port: http, host, protocol: Session, ...many });
    }
    if (udp === undefined) return;
    this.#missing++;
    new UdpSocket({ name: 'udp', port: udp, host });
  }

  #serve(name: string, options: TcpServerOptions): void {
    this.#missing++;
    new TcpServer({ name, protocol: Echo, ...options });
  }

  ttse__onListening({ port, tonic }: ListenInfo): void {
    this.#ports.push(`${tonic.name}:${port}`);
    if (--this.#missing > 0) return;
    say(`listens ${this.#ports.sort().join(' ')}`);
    if (said.saysReady !== false) this.#readiness?.ttsc__ready();
  }

  ttse__onDatagram(socket: UdpSocket, data: Buffer, from: Address): void {
    socket.ttsc__send(`${pid} ${String(data)}`, from);
  }

  ttse__onShutdown({ upgrade }: { readonly upgrade: boolean }): void {
    say(`is to end, upgrade ${upgrade}`);
  }
}

class App extends Formula {
  protected override creatingFormula(): FormulaData {
    return { log: { to: 'json' }, upgrade: { sigusr2: true, drainDelay: 300, ...said.upgrade } };
  }
  protected override creatingStartingTonics(): void {
    new Main();
  }
}

if (isMainThread) {
  const { exitCode, signal } = await App.run();
  say(`ended by ${signal} with ${exitCode}`);
}
