import { type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import { NoteConnection } from './note-connection.js';
import { Notes } from './notes.js';

export interface NoteServerOptions {
  readonly port: number;
  /** A peer that is silent for so long is sent away, in ms. */
  readonly idleTimeout?: number;
  /** How long a peer may take for one note. */
  readonly noteSeconds?: number;
}

/** Serves notes over TCP. */
export class NoteServer extends Tonic {
  readonly #notes = new Notes();

  constructor(private readonly options: NoteServerOptions) {
    super();
  }

  ttse__onStart(): void {
    const { port, idleTimeout = 5 * 60_000, noteSeconds = 60 } = this.options;
    new TcpServer({
      host: '127.0.0.1',
      port,
      idleTimeout,
      maxConnections: 1_000,
      protocol: () => new NoteConnection(this.#notes, noteSeconds),
    });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info(`notes on ${address} port ${port}`);
  }
}
