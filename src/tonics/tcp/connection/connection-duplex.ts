import { Duplex } from 'node:stream';
import type { DisconnectInfo } from './disconnect.js';
import { Pause } from './pause.js';
import type { TcpConnection } from './tcp-connection.js';
import { sizeOf } from '../../socket-tonic.js';

/** Texts in these are sent as they are. */
const UTF8: ReadonlySet<string> = new Set(['utf8', 'utf-8']);

type Done = (error?: Error | null) => void;
type Chunk = string | Uint8Array;
interface Written {
  readonly chunk: Chunk;
  readonly encoding: BufferEncoding;
}

/**
 * A connection as a stream of Node's, for libraries that take one. What the connection hears it tells this one; what is written here is gathered with the other
 * writes of the turn, and leaves with them.
 *
 * Reading pauses while the stream's reader is behind. A write is done when the connection has room for more, below its high-water mark.
 */
export class ConnectionDuplex extends Duplex {
  /** Whose stream it is. */
  readonly connection: TcpConnection<string>;
  /** Called when the connection has room again. */
  #waits: (() => void) | undefined = undefined;
  /** Its reader is behind. */
  #isFull = false;

  constructor(connection: TcpConnection<string>) {
    super({ decodeStrings: false });
    this.connection = connection;
  }

  // ---- What the connection tells ----

  received(data: Buffer): void {
    if (this.destroyed || this.push(data)) return;
    this.#isFull = true;
    this.connection._ttPause(Pause.stream);
  }

  /** The peer sends no more. */
  peerEnded(): void {
    if (!this.destroyed) this.push(null);
  }

  /** What waited has left. */
  drained(): void {
    const waits = this.#waits;
    this.#waits = undefined;
    waits?.();
  }

  /** The connection is closed. */
  disconnected({ reason, error, discarded }: DisconnectInfo): void {
    const isClean = discarded === 0 && (reason === 'peerEnded' || reason === 'closedHere' || reason === 'finished');
    if (isClean && !this.readableEnded) this.peerEnded();
    this.destroy(isClean ? undefined : ((error?.cause as Error | undefined) ?? error));
    this.drained();
  }

  // ---- What Node asks ----

  override _read(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.connection._ttResume(Pause.stream);
  }

  override _write(chunk: Chunk, encoding: BufferEncoding, done: Done): void {
    this.#send(chunk, encoding);
    this.#onceRoom(done);
  }

  override _writev(chunks: readonly Written[], done: Done): void {
    for (const { chunk, encoding } of chunks) this.#send(chunk, encoding);
    this.#onceRoom(done);
  }

  #send(chunk: Chunk, encoding: BufferEncoding): void {
    const { connection } = this;
    // Of a response that was corked the last one is empty.
    if (chunk.length === 0 || !connection._ttSends) return;
    const bytes = typeof chunk === 'string' && !UTF8.has(encoding) ? Buffer.from(chunk, encoding) : chunk;
    connection._ttSend(bytes, sizeOf(bytes));
  }

  #onceRoom(done: Done): void {
    const { connection } = this;
    // What is written outside of a turn is to leave as well.
    const { selector } = connection._ttCatalyst;
    if (selector.parked) selector.wakeup();
    if (connection._ttBacklog?.blocked === true && connection._ttSends) this.#waits = done;
    else done();
  }

  override _final(done: Done): void {
    this.connection.ttsc__end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.connection.ttsc__close();
    done(error);
  }
}
