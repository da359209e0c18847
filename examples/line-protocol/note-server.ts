import { type ListenInfo, TcpServer, Tonic } from 'tasktonic';
import type { Serving } from '../shared/serving.js';
import { NoteConnection } from './note-connection.js';
import { Notes } from './notes.js';

export interface NoteServerOptions {
  /** Where it listens, and how: a TcpServer for each. */
  readonly places: readonly Serving[];
  /** A peer that is silent for so long is sent away, in ms. */
  readonly idleTimeout?: number;
  /** How long a peer may take for one note. */
  readonly noteSeconds?: number;
}

/** Serves notes over TCP, TLS and UNIX sockets. */
export class NoteServer extends Tonic {
  readonly #notes = new Notes();

  constructor(private readonly options: NoteServerOptions) {
    super();
  }

  ttse__onStart(): void {
    const { places, idleTimeout = 5 * 60_000, noteSeconds = 60 } = this.options;
    for (const place of places)
      new TcpServer({
        ...place,
        idleTimeout,
        maxConnections: 1_000,
        protocol: () => new NoteConnection(this.#notes, noteSeconds, place.tls !== undefined),
      });
  }

  ttse__onListening({ address, port }: ListenInfo): void {
    this.log.info(port === 0 ? `notes on ${address}` : `notes on ${address} port ${port}`);
  }
}
