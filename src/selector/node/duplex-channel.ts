import type { Socket } from 'node:net';
import { type Duplex, finished } from 'node:stream';
import type { Address } from '../network.js';
import { NodeStream } from './node-stream.js';

/** The addresses of both ends of a stream, as far as they were given. */
export interface StreamEnds {
  readonly local: Address | undefined;
  readonly remote: Address | undefined;
}

/** A Duplex of Node's as a channel: whatever it is, it is read, written and ended as a socket is. It has no reset: it is destroyed. */
export class DuplexChannel extends NodeStream {
  readonly #stream: Duplex;
  readonly #ends: StreamEnds;
  /** The stream was closed by this side. */
  #isGivenUp = false;

  constructor(stream: Duplex, ends: StreamEnds) {
    super(stream as Socket, false, false);
    this.#stream = stream;
    this.#ends = ends;
    this.listenTo(stream as Socket, DuplexChannel.#heard);
    // The stream does not repeat events that happened before.
    if (stream.readableEnded) NodeStream.onSocket.end(this);
    if (stream.destroyed) NodeStream.onSocket.close(this);
    else finished(stream, (error) => this.#over(error));
  }

  /** A stream may emit texts, or bytes that are not a Buffer. */
  static readonly #heard = function (this: Socket, given: unknown): void {
    const bytes =
      typeof given === 'string' ? Buffer.from(given, this.readableEncoding ?? 'utf8') : (given as Uint8Array);
    const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    NodeStream.onSocket.data(NodeStream.of(this), buffer);
  };

  override get local(): Address | undefined {
    return this.#ends.local;
  }

  override get remote(): Address | undefined {
    return this.#ends.remote;
  }

  /** The stream may keep what was written to it. */
  override get handsToKernel(): boolean {
    return false;
  }

  /** Other users of the stream may need these bytes. */
  protected override free(): void {}

  /** Only sockets are reset. */
  protected override askForReset(): void {}

  override close(): void {
    this.#isGivenUp = true;
    this.#stream.destroy();
  }

  override detach(): void {
    this.#isGivenUp = true;
    super.detach();
  }

  /** Both sides have ended, or one broke: a stream need not say so by itself, nor close. */
  #over(error: Error | null | undefined): void {
    const stream = this.#stream;
    if (error !== null && error !== undefined && !this.hasFailed && !this.#isGivenUp)
      NodeStream.onSocket.error(this, error);
    stream.destroy();
    if (!this.closed) process.nextTick(() => NodeStream.onSocket.close(this));
  }
}
