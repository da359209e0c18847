import type { Socket } from 'node:net';
import { Interest, type InterestSet } from '../interest.js';
import type { Address, Bytes, StreamChannel } from '../network.js';
import type { ChannelKey } from '../channel.js';
import { descriptors } from './descriptors.js';

/** Up to so many gathered bytes are copied into one buffer; more go to the kernel as a list. */
const COPY_UP_TO = 16 * 1024;

/**
 * With so many bytes waiting to be taken, no more are read: one poll of the kernel could bring megabytes of each connection,
 * which a turn then had to keep all at once.
 */
const INBOX = 32 * 1024;

const CHANNEL = Symbol('channel');
type Linked = Socket & { [CHANNEL]: NodeStream };

/** A stream socket of Node's as a channel. The listeners are shared functions: a connection costs no closure. */
export class NodeStream implements StreamChannel {
  readonly #socket: Linked;
  #key: ChannelKey | undefined = undefined;
  /** Received and not taken: mostly one buffer, so the list is made for the second. */
  #first: Buffer | undefined = undefined;
  #more: Buffer[] | undefined = undefined;
  /** Bytes of these. */
  #waiting = 0;
  /** No more are read until these have been taken. */
  #full = false;
  #reading = true;
  /** Gathered in this turn. */
  #out: Bytes | Bytes[] | undefined = undefined;
  #gathered = 0;
  /** Whether somebody waits for what is unsent: then each write tells when it has left. */
  #wantsWrite = false;
  /** Unsent when an error closed it. */
  #lost = 0;
  #ending = false;
  #peerEnded = false;
  #error: Error | undefined = undefined;
  #closed = false;

  constructor(socket: Socket) {
    descriptors.opened();
    this.#socket = Object.assign(socket, { [CHANNEL]: this });
    socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  }

  /** A socket that is still to be connected. */
  static connecting(socket: Socket): NodeStream {
    const stream = new NodeStream(socket);
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
    return this.#peerEnded && this.#first === undefined;
  }

  get unsent(): number {
    return this.#closed ? this.#lost : this.#gathered + this.#socket.writableLength;
  }

  get flushed(): boolean {
    return this.#socket.writableFinished;
  }

  get closed(): boolean {
    return this.#closed;
  }

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  get received(): number {
    return this.#waiting;
  }

  take(most = Infinity): Buffer | undefined {
    const bytes = this.#first;
    if (bytes === undefined) return undefined;
    if (bytes.length > most) {
      this.#first = bytes.subarray(most);
      this.#waiting -= most;
      return bytes.subarray(0, most);
    }
    this.#waiting -= bytes.length;
    this.#first = this.#more?.shift();
    if (this.#full && this.#first === undefined) this.#emptied();
    return bytes;
  }

  write(bytes: Bytes): void {
    if (this.#out === undefined) {
      this.#out = bytes;
      this.#key?.flushAfterTurn();
    } else if (Array.isArray(this.#out)) this.#out.push(bytes);
    else this.#out = [this.#out, bytes];
    this.#gathered += typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#out === undefined) this.#key?.flushAfterTurn();
  }

  flush(): void {
    const socket = this.#socket;
    const out = this.#out;
    const gathered = this.#gathered;
    this.#out = undefined;
    this.#gathered = 0;
    if (socket.destroyed) return;
    const written = this.#wantsWrite ? () => this.#key?.signal(Interest.WRITE) : undefined;
    if (Array.isArray(out)) writeAll(socket, out, gathered, written);
    else if (out !== undefined) socket.write(out, written);
    if (this.#ending) socket.on('finish', onFinished).end();
  }

  close(reset = false): void {
    // Node would wait with a reset until it is connected.
    if (reset && !this.#socket.connecting) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.#first !== undefined || this.#peerEnded) key.signal(Interest.READ);
    if (this.#closed || this.#error !== undefined) key.signal(Interest.HANGUP);
  }

  interestChanged(interest: InterestSet): void {
    this.#wantsWrite = (interest & Interest.WRITE) !== 0;
    this.#reading = (interest & Interest.READ) !== 0;
    if (!this.#reading) this.#socket.pause();
    else if (!this.#full) this.#socket.resume();
  }

  #emptied(): void {
    this.#full = false;
    if (this.#reading) this.#socket.resume();
  }

  detach(): void {
    this.#key = undefined;
    this.#socket.destroy();
  }

  /** @internal */
  static readonly onSocket = {
    data(stream: NodeStream, bytes: Buffer): void {
      if (stream.#first === undefined) stream.#first = bytes;
      else (stream.#more ??= []).push(bytes);
      if ((stream.#waiting += bytes.length) >= INBOX) {
        stream.#full = true;
        stream.#socket.pause();
      }
      stream.#key?.signal(Interest.READ);
    },
    signal(stream: NodeStream, ready: InterestSet): void {
      stream.#key?.signal(ready);
    },
    end(stream: NodeStream): void {
      stream.#peerEnded = true;
      stream.#key?.signal(Interest.READ);
    },
    error(stream: NodeStream, error: Error): void {
      stream.#error ??= error;
      // Node forgets it with the close.
      stream.#lost = stream.unsent;
      stream.#key?.signal(Interest.HANGUP);
    },
    close(stream: NodeStream): void {
      descriptors.closed();
      stream.#closed = true;
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

function writeAll(socket: Socket, out: readonly Bytes[], total: number, written: (() => void) | undefined): void {
  if (total <= COPY_UP_TO) {
    const joined = Buffer.allocUnsafe(total);
    let at = 0;
    for (const bytes of out) {
      if (typeof bytes === 'string') at += joined.write(bytes, at);
      else {
        joined.set(bytes, at);
        at += bytes.length;
      }
    }
    socket.write(joined, written);
    return;
  }
  socket.cork();
  const last = out.length - 1;
  for (let at = 0; at < last; at++) socket.write(out[at]!);
  socket.write(out[last]!, written);
  socket.uncork();
}
