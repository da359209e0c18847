import { fail, toError } from '../../../../core/errors.js';
import type { DisconnectInfo } from '../disconnect.js';
import { Pause } from '../pause.js';
import { ConnectionDuplex } from './connection-duplex.js';
import { handOut } from './hand-out.js';
import { OwnPipe } from './own-pipe.js';
import type { Taker } from './taker.js';

type Done = (error?: Error | null) => void;

/** What Node asks of a stream and its connection cannot do yet: it is done when that is open. */
interface Put {
  readonly go: () => void;
  readonly done: Done;
}

/** The stream that `toDuplex()` of a connection returns: it has the connection from then on, which may not be open yet. */
export class TakenDuplex extends ConnectionDuplex implements Taker {
  readonly by = 'toDuplex()';
  readonly takes = 'bytes';
  readonly room = Infinity;
  /** Waits until the connection is open. */
  #put: Put | undefined = undefined;
  /** The peer has said that this was all. */
  #isWhole = false;
  /** The connection is closed. */
  #isOver = false;
  /** What is written now leaves when all that has come was heard. */
  #isReceiving = false;
  /** To the stream of a connection: that one, or another. */
  #pipe: OwnPipe<TakenDuplex> | undefined = undefined;
  /** Waits until it is. */
  #destroyed: (() => void) | undefined = undefined;

  // ---- What the connection tells ----

  opened(): void {
    const put = this.#put;
    this.#put = undefined;
    // Behind what was sent before there was a connection.
    if (put !== undefined) this.connection._ttss__run({ run: () => this.#onceOpen(put.done, put.go) });
  }

  /** Who hears it is the user's: what that throws fails the Tonic of the connection, as a throw in a sparkle does. */
  override received(data: Buffer): void {
    try {
      super.received(data);
    } catch (thrown) {
      this.connection._ttss__throw(toError(thrown), this.by);
    }
  }

  receivedStraight(data: Buffer): 'kept' | 'left' {
    const pipe = this.#pipe;
    // Nothing else is to hear it: it needs no event, and nobody has its bytes when they have left.
    if (pipe !== undefined && this.isHeardAtOnce && pipe.isAlone && pipe.to.mayGive(data)) {
      pipe.to.send(data, 'utf8');
      return handOut(pipe.to.connection);
    }
    this.#isReceiving = true;
    this.received(data);
    this.#isReceiving = false;
    // What was written meanwhile leaves together.
    this.connection._ttChannel?.flush();
    return 'kept';
  }

  protected override wake(): void {
    if (!this.#isReceiving) super.wake();
  }

  broke(): void {}

  override peerEnded(): void {
    this.#isWhole = true;
    super.peerEnded();
  }

  over(info: DisconnectInfo): void {
    this.#isOver = true;
    if (info.reason === 'peerEnded' && info.truncated !== true && !this.#isWhole) this.peerEnded();
    const destroyed = this.#destroyed;
    if (destroyed !== undefined) return destroyed();
    const isClean = this.#isWhole && info.error === undefined && info.discarded === 0;
    if (!isClean) this.destroy(info.error ?? undefined);
    // What has come is still to be read.
    else if (this.readableEnded) this.destroy();
    else this.once('end', () => this.destroy());
    this.#giveUp();
    this.drained();
  }

  // ---- What Node asks ----

  override pipe<T extends NodeJS.WritableStream>(to: T, options?: { end?: boolean }): T {
    if (!(to instanceof TakenDuplex)) return super.pipe(to, options);
    this.#pipe = OwnPipe.of<TakenDuplex>(this, to, () => super.pipe(to, options));
    return to;
  }

  override _write(chunk: string | Uint8Array, encoding: BufferEncoding, done: Done): void {
    this.#onceOpen(done, () => super._write(chunk, encoding, done));
  }

  override _writev(
    chunks: readonly { readonly chunk: string | Uint8Array; readonly encoding: BufferEncoding }[],
    done: Done,
  ): void {
    this.#onceOpen(done, () => super._writev(chunks, done));
  }

  override _final(done: Done): void {
    this.#onceOpen(done, () => super._final(done));
  }

  #onceOpen(done: Done, go: () => void): void {
    const { connection } = this;
    if (connection._ttSends) go();
    else if (connection._ttChannel === undefined && !this.#isOver) this.#put = { go, done };
    else done(fail('TT_SEND_REFUSED', { bytes: 'Some', why: 'the connection is closed, or closing' }));
  }

  #giveUp(): void {
    const put = this.#put;
    this.#put = undefined;
    put?.done(fail('TT_SEND_REFUSED', { bytes: 'Some', why: 'there was no connection' }));
  }

  /** It is closed when its connection is. */
  override _destroy(error: Error | null, done: Done): void {
    const { connection } = this;
    if (this.#isOver) return done(error);
    this.#destroyed = () => done(error);
    // A loop over a stream that has come to its end leaves it with such an error, where it can still be written to.
    if (error !== null && !(this.readableEnded && error.name === 'AbortError')) connection.ttsc__abort();
    else if (!this.readableEnded || !this.writableFinished) connection.ttsc__close();
    return connection._ttResume(Pause.stream);
  }
}
