import type { Socket } from 'node:net';
import { type Duplex, finished } from 'node:stream';
import type { Address } from '../network.js';
import { NodeStream } from './node-stream.js';

/** Where the ends of a stream are, as far as somebody says so. */
export interface StreamEnds {
  readonly local: Address | undefined;
  readonly remote: Address | undefined;
}

/** A Duplex of Node's as a channel: whatever it is, it is read, written and ended as a socket is. It has no reset: it is destroyed. */
export class DuplexChannel extends NodeStream {
  readonly #stream: Duplex;
  readonly #ends: StreamEnds;
  /** It was closed here. */
  #isGivenUp = false;

  constructor(stream: Duplex, ends: StreamEnds) {
    super(stream as Socket, false, false);
    this.#stream = stream;
    this.#ends = ends;
    this.listenTo(stream as Socket, DuplexChannel.#heard);
    // What has happened before is told to nobody any more.
    if (stream.readableEnded) NodeStream.onSocket.end(this);
    if (stream.destroyed) NodeStream.onSocket.close(this);
    else finished(stream, (error) => this.#over(error));
  }

  /** A stream may give texts, or bytes that are no Buffer. */
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

  /** The stream may have others that need them. */
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
