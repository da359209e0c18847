import type { Socket } from 'node:net';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, Bytes, StraightTaker, StreamChannel } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { SendBuffer, type Sink } from '../send-buffer.js';
import { descriptors } from './descriptors.js';
import { freeMemory } from './free-memory.js';

/**
 * With so many bytes waiting to be taken, no more are read: one poll of the kernel could bring megabytes of each connection,
 * which a turn then had to keep all at once.
 */
const INBOX = 32 * 1024;

const CHANNEL = Symbol('channel');
type Linked = Socket & { [CHANNEL]: NodeStream };

/** The flags of a stream in one number, because there may be many thousands of idle streams. */
const Is = {
  /** Received bytes are wanted. */
  reading: 1,
  /** No more bytes are read until the waiting ones have been taken. */
  full: 2,
  /** The stream is flushed at the end of the turn. */
  flushing: 4,
  /** WRITE is wanted, so each piece reports when it was sent. */
  awaited: 8,
  /** The end is sent after the unsent bytes. */
  ending: 16,
  /** The peer has ended. */
  ended: 32,
  closed: 64,
  /** The stream uses no descriptor of this process. */
  uncounted: 128,
  /** The socket has another owner now. */
  released: 256,
} as const;

/** How it failed. */
interface Failed {
  error: Error | undefined;
  /** Unsent when an error closed it. */
  discarded: number;
}

/**
 * A stream socket of Node's as a channel. The listeners are shared functions: a connection costs no closure. What only one that sends or
 * fails needs is made then.
 */
export class NodeStream implements StreamChannel, Sink {
  #socket: Linked;
  #key: ChannelKey | undefined = undefined;
  /** Received and not taken: mostly one buffer, so the list is made for the second. */
  #first: Buffer | undefined = undefined;
  #more: Buffer[] | undefined = undefined;
  #received = 0;
  #is: number = Is.reading;
  /** Gets received bytes at once. */
  #straight: StraightTaker | undefined = undefined;
  /** Unsent bytes; `undefined` if there are none. */
  #out: SendBuffer | undefined = undefined;
  /** Bytes of the last piece that was given to the socket. */
  #lastPiece = 0;
  /** Made when the first piece is to tell that it has left. */
  #onLeft: (() => void) | undefined = undefined;
  #failed: Failed | undefined = undefined;

  /**
   * @param counts whether it takes a descriptor of this process: a new one, or the one that another stream had.
   * @param hears whether it hears the socket from the beginning; else it is told later, with {@link listenTo}.
   */
  constructor(socket: Socket, counts: boolean | 'already' = true, hears = true) {
    if (counts === true) descriptors.opened();
    if (counts === false) this.#is |= Is.uncounted;
    this.#socket = socket as Linked;
    if (hears) this.listenTo(socket);
  }

  /**
   * Hears that socket from now on.
   * @param heard hears its bytes.
   */
  protected listenTo(socket: Socket, heard: (this: Socket, bytes: Buffer) => void = onData): void {
    this.#socket = socket as Linked;
    this.#socket[CHANNEL] = this;
    // Node keeps it from now on, so that an error can name the peer when the socket has gone.
    void socket.remoteAddress;
    socket.on('data', heard).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  /** A socket that is still to be connected. */
  static connecting(socket: Socket, stream = new NodeStream(socket)): NodeStream {
    socket.once('connect', onConnect);
    return stream;
  }

  get local(): Address | undefined {
    const { localAddress: address, localPort: port, localFamily } = this.#socket;
    return address === undefined || port === undefined
      ? undefined
      : { address, port, family: localFamily as Address['family'] };
  }

  get remote(): Address | undefined {
    const { remoteAddress: address, remotePort: port, remoteFamily } = this.#socket;
    return address === undefined || port === undefined
      ? undefined
      : { address, port, family: remoteFamily as Address['family'] };
  }

  get ended(): boolean {
    return this.#has(Is.ended) && this.#first === undefined;
  }

  get received(): number {
    return this.#received;
  }

  get unsent(): number {
    if (this.#has(Is.closed)) return this.#failed?.discarded ?? 0;
    return (this.#out === undefined ? 0 : this.#out.size) + this.#socket.writableLength;
  }

  get pending(): number {
    return this.#socket.writableLength;
  }

  get flushed(): boolean {
    return this.#socket.writableFinished;
  }

  get closed(): boolean {
    return this.#has(Is.closed);
  }

  takeError(): Error | undefined {
    const error = this.#failed?.error;
    if (error !== undefined) this.#failed!.error = undefined;
    return error;
  }

  takeLost(): number {
    return this.#out?.takeLost() ?? 0;
  }

  keepOnly(most: number): number {
    return this.#out?.keepOnly(Math.max(most - this.#socket.writableLength, 0)) ?? 0;
  }

  take(most = Infinity): Buffer | undefined {
    const bytes = this.#first;
    if (bytes === undefined) return undefined;
    const isWhole = bytes.length <= most;
    this.#first = isWhole ? this.#more?.shift() : bytes.subarray(most);
    this.#received -= isWhole ? bytes.length : most;
    if (this.#first === undefined && this.#has(Is.full)) this.#emptied();
    return isWhole ? bytes : bytes.subarray(0, most);
  }

  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#first !== undefined) (this.#more ??= []).unshift(this.#first);
    this.#first = bytes;
    this.#received += bytes.length;
    this.#key?.signal(Interest.READ);
  }

  straightTo(taker: StraightTaker | undefined): void {
    this.#straight = taker;
  }

  write(bytes: Bytes, size: number): void {
    (this.#out ??= SendBuffer.take(this)).put(bytes, size);
    this.#flushLater();
  }

  end(): void {
    this.#is |= Is.ending;
    this.#flushLater();
  }

  #flushLater(): void {
    if (this.#has(Is.flushing)) return;
    this.#is |= Is.flushing;
    this.#key?.flushAfterTurn();
  }

  flush(): void {
    this.#is &= ~Is.flushing;
    const socket = this.#socket;
    const out = this.#out;
    if (socket.destroyed || this.#has(Is.released)) return out?.clear();
    if (out !== undefined) {
      out.pump(this.#has(Is.awaited));
      if (out.hasLost) this.#key?.signal(Interest.HANGUP);
      if (out.size > 0) return undefined;
      if (out.giveBack()) this.#out = undefined;
    }
    if (this.#has(Is.ending) && !socket.writableEnded) socket.on('finish', onFinished).end();
    return undefined;
  }

  give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void {
    const socket = this.#socket;
    this.#lastPiece = size;
    const onLeft = tells ? (this.#onLeft ??= this.#makeOnLeft()) : undefined;
    if (typeof piece === 'string' || piece instanceof Uint8Array) socket.write(piece, onLeft);
    else writeAll(socket, piece, onLeft);
  }

  #makeOnLeft(): () => void {
    return () => this.#left();
  }

  /** A piece was sent: the next one is sent at once, not in the next turn. */
  #left(): void {
    this.flush();
    if (this.#has(Is.awaited)) this.#key?.signal(Interest.WRITE);
  }

  close(reset = false): void {
    if (this.#has(Is.released)) return;
    // Node would wait with a reset until it is connected.
    if (reset && !this.#socket.connecting) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.#first !== undefined || this.#has(Is.ended)) key.signal(Interest.READ);
    if (this.#has(Is.closed) || this.#failed?.error !== undefined) key.signal(Interest.HANGUP);
  }

  interestChanged(interest: InterestSet): void {
    this.#set(Is.awaited, (interest & Interest.WRITE) !== 0);
    this.#set(Is.reading, (interest & Interest.READ) !== 0);
    if (this.#has(Is.released)) return;
    if (!this.#has(Is.reading)) this.#socket.pause();
    else if (!this.#has(Is.full)) this.#socket.resume();
  }

  /** If data and a reset come in one poll, Node 20 reports an end. An empty write makes the kernel report the reset. */
  protected askForReset(): void {
    const socket = this.#socket;
    if (socket.writableEnded || socket.writableLength > 0) return;
    this.#lastPiece = 0;
    socket.write('');
  }

  #emptied(): void {
    this.#is &= ~Is.full;
    if (this.#has(Is.reading)) this.#socket.resume();
  }

  #has(what: number): boolean {
    return (this.#is & what) !== 0;
  }

  #set(what: number, holds: boolean): void {
    this.#is = holds ? this.#is | what : this.#is & ~what;
  }

  detach(): void {
    this.#key = this.#straight = undefined;
    if (!this.#has(Is.released)) this.#socket.destroy();
  }

  /**
   * Gives the socket to who takes it over, with what was received and not taken. From then on this channel is closed, and touches it no more.
   * All that was written is the socket's then. One that has ended or closed keeps what it received: there is nothing to take over.
   */
  release(): Socket {
    const socket = this.#socket;
    this.#out?.handAll();
    socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose).off('connect', onConnect);
    socket.pause();
    if (!this.#has(Is.ended) && !socket.destroyed)
      for (const bytes of [this.#first, ...(this.#more ?? [])].reverse())
        if (bytes !== undefined) socket.unshift(bytes);
    this.#first = this.#more = undefined;
    this.#received = 0;
    // Its descriptor counts for who takes it over.
    this.#is |= Is.released | Is.closed;
    return socket;
  }

  get handsToKernel(): boolean {
    return true;
  }

  /** Nobody needs these received bytes any more. */
  protected free(bytes: Buffer): void {
    freeMemory(bytes);
  }

  /** The stream failed: its owner is told. */
  protected failed(error: Error): void {
    NodeStream.onSocket.error(this, error);
  }

  protected get hasFailed(): boolean {
    return this.#failed !== undefined;
  }

  /** The stream is ready for these. */
  protected signal(ready: InterestSet): void {
    this.#key?.signal(ready);
  }

  /** The socket is closed. */
  #closed(): void {
    if (this.#has(Is.closed)) return;
    if (!this.#has(Is.uncounted)) descriptors.closed();
    this.#is |= Is.closed;
  }

  /** The stream of a socket. @internal */
  static of(socket: Socket): NodeStream {
    return (socket as Linked)[CHANNEL];
  }

  /** @internal */
  static readonly onSocket = {
    data(stream: NodeStream, bytes: Buffer): void {
      if (stream.#straight !== undefined && stream.#first === undefined) {
        const taken = stream.#straight.takes(bytes);
        if (taken === 'left') stream.free(bytes);
        if (taken !== 'not') return;
      }
      if (stream.#first === undefined) stream.#first = bytes;
      else (stream.#more ??= []).push(bytes);
      if ((stream.#received += bytes.length) >= INBOX) {
        stream.#is |= Is.full;
        stream.#socket.pause();
      }
      stream.#key?.signal(Interest.READ);
    },
    signal(stream: NodeStream, ready: InterestSet): void {
      stream.#key?.signal(ready);
    },
    end(stream: NodeStream): void {
      stream.#is |= Is.ended;
      stream.#key?.signal(Interest.READ);
      stream.askForReset();
    },
    error(stream: NodeStream, error: Error): void {
      const failed = (stream.#failed ??= { error: undefined, discarded: 0 });
      failed.error ??= error;
      // Node forgets it with the close, and a piece that failed before.
      const lastPiece = (error as NodeJS.ErrnoException).syscall === 'write' ? stream.#lastPiece : 0;
      failed.discarded = stream.unsent + lastPiece;
      stream.#key?.signal(Interest.HANGUP);
    },
    close(stream: NodeStream): void {
      stream.#closed();
      stream.#key?.signal(Interest.HANGUP);
    },
  };
}

const { data, signal, end, error: failed, close } = NodeStream.onSocket;

function onData(this: Socket, bytes: Buffer): void {
  data((this as Linked)[CHANNEL], bytes);
}
function onEnd(this: Socket): void {
  end((this as Linked)[CHANNEL]);
}
function onConnect(this: Socket): void {
  void this.remoteAddress;
  signal((this as Linked)[CHANNEL], Interest.CONNECT);
}
function onFinished(this: Socket): void {
  signal((this as Linked)[CHANNEL], Interest.WRITE);
}
function onError(this: Socket, error: Error): void {
  failed((this as Linked)[CHANNEL], error);
}
function onClose(this: Socket): void {
  close((this as Linked)[CHANNEL]);
}

function writeAll(socket: Socket, parts: readonly Bytes[], onLeft: (() => void) | undefined): void {
  socket.cork();
  const last = parts.length - 1;
  for (let at = 0; at < last; at++) socket.write(parts[at]!);
  socket.write(parts[last]!, onLeft);
  socket.uncork();
}
