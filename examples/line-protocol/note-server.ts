import { type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import { NoteConnection } from './note-connection.js';
import { Notes } from './notes.js';

const IDLE_MS = 5 * 60_000;

/** Serves notes over TCP. */
export class NoteServer extends Tonic {
  readonly #notes = new Notes();

  constructor(private readonly port: number) {
    super();
  }

  ttse__onStart(): void {
    new TcpServer({
      host: '127.0.0.1',
      port: this.port,
      idleTimeout: IDLE_MS,
      maxConnections: 1_000,
      protocol: () => new NoteConnection(this.#notes),
    });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info(`notes on ${address} port ${port}`);
  }
}
