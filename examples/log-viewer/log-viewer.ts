import { type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import { LogSource, type View } from './log-source.js';

/** Listens for apps that send their log, and shows what they send. */
export class LogViewer extends Tonic {
  readonly #port: number;
  readonly #view: View;

  constructor(port: number, view: View) {
    super({ name: 'viewer' });
    this.#port = port;
    this.#view = view;
  }

  ttse__onStart(): void {
    new TcpServer({
      host: '127.0.0.1',
      port: this.#port,
      maxConnections: 100,
      protocol: () => new LogSource(this.#view),
    });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info(`waits for logs on ${address} port ${port}`);
  }
}
