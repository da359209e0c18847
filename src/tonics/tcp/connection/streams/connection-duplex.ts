import { Duplex } from 'node:stream';
import type { DisconnectInfo } from '../disconnect.js';
import { Pause } from '../pause.js';
import type { ClosingConnection } from '../closing-connection.js';
import { sizeOf } from '../../../socket-tonic.js';

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
  readonly connection: ClosingConnection<string>;
  /** Called when the connection has room again. */
  #waits: (() => void) | undefined = undefined;
  /** Its reader is behind. */
  #isFull = false;
  /** Of texts that come without one. */
  #textEncoding: BufferEncoding = 'utf8';

  constructor(connection: ClosingConnection<string>) {
    super({ decodeStrings: false });
    this.connection = connection;
  }

  // ---- What the connection tells ----

  received(data: Buffer): void {
    if (this.isHeardAtOnce) return void this.emit('data', data);
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

  /** Its reader takes what comes as it comes: the stream would keep nothing of it, only look whether it does. */
  protected get isHeardAtOnce(): boolean {
    return (
      this.readableFlowing === true &&
      this.readableLength === 0 &&
      this.readableDidRead &&
      this.readableEncoding === null &&
      this.readable
    );
  }

  // ---- What Node asks ----

  /** What is written while there is room for it is the connection's at once: nothing of it waits here, whether corked or not. */
  override write(chunk: Chunk, encoding?: BufferEncoding | Done | null, done?: Done | null): boolean {
    if (typeof encoding === 'function') return this.write(chunk, undefined, encoding);
    encoding ??= this.#textEncoding;
    if (!this.mayGive(chunk)) return super.write(chunk, encoding, done ?? undefined);
    this.send(chunk, encoding);
    this.wake();
    if (typeof done === 'function') process.nextTick(done, null);
    return true;
  }

  override setDefaultEncoding(encoding: BufferEncoding): this {
    super.setDefaultEncoding(encoding);
    this.#textEncoding = encoding;
    return this;
  }

  /** Whether there is room for it, and nothing waits before it. */
  protected mayGive(chunk: Chunk): boolean {
    const { connection } = this;
    if (!this.writable || this.writableLength > 0 || !connection._ttSends) return false;
    // A character has up to three bytes.
    const most = typeof chunk === 'string' ? 3 * chunk.length : chunk instanceof Uint8Array ? chunk.length : Infinity;
    return connection.unsentBytes + most <= connection._ttSettings.highWaterMark;
  }

  override _read(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.connection._ttResume(Pause.stream);
  }

  override _write(chunk: Chunk, encoding: BufferEncoding, done: Done): void {
    return this.#giveAll([{ chunk, encoding }], done);
  }

  override _writev(chunks: readonly Written[], done: Done): void {
    return this.#giveAll(chunks, done);
  }

  /** In pieces, each when there is room for it: what is written may be more than a connection may have unsent. */
  #giveAll(chunks: readonly Written[], done: Done): void {
    // Where few may be unsent a piece is smaller: it must fit below the limit when what waited is down at the low-water mark.
    const { unsentLimit, lowWaterMark } = this.connection._ttSettings;
    const pieces = piecesOf(chunks, Math.min(PIECE, Math.max(unsentLimit - lowWaterMark, 1)));
    let piece = pieces.next();
    const goOn = (): void => {
      for (; piece.done !== true; piece = pieces.next()) {
        if (!this.#hasRoomFor(piece.value)) return this.#onceDrained(goOn);
        this.send(piece.value, 'utf8');
      }
      return this.#onceRoom(done);
    };
    goOn();
  }

  protected send(chunk: Chunk, encoding: BufferEncoding): void {
    const { connection } = this;
    // Of a response that was corked the last one is empty.
    if (chunk.length === 0 || !connection._ttSends) return;
    const bytes = inBytes(chunk, encoding);
    connection._ttSend(bytes, sizeOf(bytes));
  }

  #onceRoom(done: Done): void {
    this.wake();
    if (this.#isBlocked) this.#waits = done;
    else done();
  }

  /** The limit of what is unsent ends a connection: a stream never comes to it. */
  #hasRoomFor(piece: Chunk): boolean {
    const { connection } = this;
    if (!connection._ttSends) return true;
    if (this.#isBlocked) return false;
    const { unsentLimit } = connection._ttSettings;
    const size = sizeOf(piece);
    if (connection.unsentBytes + size <= unsentLimit) return true;
    connection._ttChannel?.flush();
    return connection.unsentBytes + size <= unsentLimit;
  }

  #onceDrained(goOn: () => void): void {
    this.#waits = goOn;
    if (!this.#isBlocked) this.connection._ttBlock();
    this.wake();
  }

  /** What is written outside of a turn is to leave as well. */
  protected wake(): void {
    const { selector } = this.connection._ttCatalyst;
    if (selector.parked) selector.wakeup();
  }

  get #isBlocked(): boolean {
    return this.connection._ttBacklog?.blocked === true && this.connection._ttSends;
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

function* piecesOf(chunks: readonly Written[], most: number): Generator<Chunk, void> {
  for (const { chunk, encoding } of chunks) {
    // A character has up to three bytes.
    if ((typeof chunk === 'string' ? 3 * chunk.length : chunk.length) <= most) yield inBytes(chunk, encoding);
    else {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      for (let from = 0; from < bytes.length; from += most) yield bytes.subarray(from, from + most);
    }
  }
}

/** A text that is sent as it is stays one. */
function inBytes(chunk: Chunk, encoding: BufferEncoding): Chunk {
  return typeof chunk === 'string' && !UTF8.has(encoding) ? Buffer.from(chunk, encoding) : chunk;
}
