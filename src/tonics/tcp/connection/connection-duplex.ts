import { Duplex } from 'node:stream';
import type { DisconnectInfo } from './disconnect.js';
import { Pause } from './pause.js';
import type { TcpConnection } from './tcp-connection.js';
import { sizeOf } from '../../socket-tonic.js';

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
    this.#give(bytesOf(chunk, encoding), done);
  }

  override _writev(chunks: readonly Written[], done: Done): void {
    const parts = chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding));
    if (parts.every((part) => part.length < PIECE)) return this.#give(parts, done);
    const next = (at: number): void => (at === parts.length ? done() : this.#give(parts[at]!, () => next(at + 1)));
    return next(0);
  }

  /** So much at once as there is room for: what is given may be more than a connection may have unsent. */
  #give(data: Chunk | Chunk[], done: Done): void {
    const size = sizeOf(data);
    if (size > PIECE && !Array.isArray(data)) return this.#giveInPieces(Buffer.from(data as string), 0, done);
    this.#send(data, size);
    return this.#thenOnceRoom(done);
  }

  #giveInPieces(bytes: Buffer, from: number, done: Done): void {
    if (from >= bytes.length) return done();
    const piece = bytes.subarray(from, from + PIECE);
    this.#send(piece, piece.length);
    return this.#thenOnceRoom(() => this.#giveInPieces(bytes, from + PIECE, done));
  }

  #send(data: Chunk | Chunk[], size: number): void {
    const { connection } = this;
    if (!connection._ttSends) return;
    connection._ttSend(data, size);
    // Outside of a turn it is to leave as well.
    const { selector } = connection._ttCatalyst;
    if (selector.parked) selector.wakeup();
  }

  #thenOnceRoom(then: Done): void {
    if (this.connection._ttBacklog?.blocked === true) this.#waits = then;
    else then();
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

/** At most so many bytes are given at once. */
const PIECE = 65_536;

function bytesOf(chunk: Chunk, encoding: BufferEncoding): Chunk {
  return typeof chunk === 'string' && encoding !== 'utf8' && encoding !== 'utf-8'
    ? Buffer.from(chunk, encoding)
    : chunk;
}
