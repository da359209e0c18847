import type { ChannelKey } from '../../selector/channel.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { Address, Bytes, ConnectSettings, StreamChannel } from '../../selector/network.js';
import { SendBuffer, type Sink } from '../../selector/send-buffer.js';
import { type Caller, Dial } from './dial.js';
import type { NetworkView } from './network-view.js';
import { type Reading, StreamReader } from './stream-reader.js';
import { systemError } from './system-error.js';
import type { EndOwner, TcpEnd } from './tcp-end.js';

/** A piece that is being sent, and its remaining bytes. */
interface Writing {
  rest: Buffer;
  readonly size: number;
  readonly tells: boolean;
}

/** A connection as its process sees it: what `node-stream.ts` and a socket of Node make of the kernel's end. */
export class SimulatedStream implements StreamChannel, EndOwner, Reading, Sink {
  local: Address | undefined;
  remote: Address | undefined;
  closed = false;
  flushed = false;
  readonly #view: NetworkView;
  readonly #onClosed: (stream: SimulatedStream) => void;
  #key: ChannelKey | undefined;
  /** Its key belongs to a stream above it. */
  #isHandedOver = false;
  #end: TcpEnd | undefined;
  #reader: StreamReader | undefined;
  #dial: Dial | undefined;
  #error: Error | undefined;
  #reading = true;
  // Sending
  readonly #out = new SendBuffer(this);
  readonly #writing: Writing[] = [];
  #wantsWrite = false;
  #leaves = false;
  #ending = false;
  #lost = 0;

  constructor(view: NetworkView, onClosed: (stream: SimulatedStream) => void) {
    this.#view = view;
    this.#onClosed = onClosed;
  }

  /** Opens a connection. */
  connect(caller: Caller, settings: ConnectSettings): this {
    this.#dial = new Dial(this.#view, caller, settings, {
      opened: (end, local, remote) => {
        this.#dial = undefined;
        this.open(end, local, remote);
        this.#key?.signal(Interest.CONNECT);
        this.#send();
      },
      failed: (error) => this.fail(error),
    });
    return this;
  }

  /** It is connected. */
  open(end: TcpEnd, local: Address, remote: Address): void {
    this.#end = end;
    this.local = local;
    this.remote = remote;
    end.owner = this;
    this.#reader = new StreamReader(this.#view, end, this);
    this.#reader.wanted = this.#reading;
  }

  // ---- Receiving ----

  get received(): number {
    return this.#reader?.received ?? 0;
  }

  take(most?: number): Buffer | undefined {
    return this.#reader?.take(most);
  }

  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#reader?.putBack(bytes);
    this.#key?.signal(Interest.READ);
  }

  get ended(): boolean {
    return this.#reader?.endCame === true && this.received === 0;
  }

  onReadable(): void {
    this.#key?.signal(Interest.READ);
  }

  // ---- Sending ----

  get unsent(): number {
    return this.closed ? this.#lost : this.#out.size + this.pending;
  }

  write(bytes: Bytes, size: number): void {
    this.#out.put(bytes, size);
    this.#leave();
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#leave();
  }

  #leave(): void {
    if (this.#leaves) return;
    this.#leaves = true;
    this.#key?.flushAfterTurn();
  }

  flush(): void {
    this.#leaves = false;
    if (this.flushed) this.#closeIfOver();
    else this.#send(true);
  }

  takeLost(): number {
    return this.#out.takeLost();
  }

  keepOnly(most: number): number {
    return this.#out.keepOnly(Math.max(most - this.pending, 0));
  }

  get pending(): number {
    return this.#writing.reduce((sum, { size }) => sum + size, 0);
  }

  give(piece: Bytes | readonly Bytes[], size: number, tells: boolean): void {
    const parts = isList(piece) ? piece : [piece];
    // The kernel copies the data that it takes.
    const rest = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
    this.#writing.push({ rest, size, tells });
    this.#push();
  }

  /** Gives data to the host, piece by piece, and then the end. */
  #send(inTurn = false): void {
    if (this.closed) return;
    this.#push();
    this.#out.pump(this.#wantsWrite);
    if (this.#out.hasLost) this.#key?.signal(Interest.HANGUP);
    if (this.closed || this.#end === undefined || this.unsent > 0) return;
    if (!this.#ending || this.flushed) return;
    this.flushed = true;
    this.#end.end();
    this.#key?.signal(Interest.WRITE);
    // If the end of the peer must be taken first, its turn comes first. A paused stream does not take it.
    if (this.#reader!.endIsNext) return;
    // The kernel reports shutdown(2) in the poll after this turn, and then Node closes the socket.
    if (inTurn) this.#key?.flushAfterTurn();
    else this.#closeIfOver();
  }

  /** Gives the host as much data as it has room for. */
  #push(): void {
    const end = this.#end;
    if (end === undefined) return;
    for (let first = this.#writing[0]; first !== undefined; first = this.#writing[0]) {
      if (end.error !== undefined) return this.onFailed('write');
      const taken = first.rest.subarray(0, end.sends.room);
      end.write(taken);
      first.rest = first.rest.subarray(taken.length);
      if (first.rest.length > 0) return;
      this.#writing.shift();
      if (first.tells && this.#wantsWrite) this.#key?.signal(Interest.WRITE);
    }
  }

  // ---- What its key does ----

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.received > 0 || this.ended) key.signal(Interest.READ);
    if (this.closed || this.#error !== undefined) key.signal(Interest.HANGUP);
  }

  interestChanged(interest: InterestSet): void {
    this.#wantsWrite = (interest & Interest.WRITE) !== 0;
    this.#reading = (interest & Interest.READ) !== 0;
    if (this.#reader !== undefined && !this.closed) this.#reader.wanted = this.#reading;
  }

  detach(): void {
    if (this.#isHandedOver) return;
    this.#key = undefined;
    this.close();
  }

  /** Another stream takes over: it gets the events, and the former owner of the key does nothing any more. */
  handOver(key: ChannelKey): void {
    this.#out.handAll();
    this.#isHandedOver = true;
    this.#key = key;
  }

  // ---- What the host tells ----

  onArrival(): void {
    this.#reader?.onArrival();
    // A pending write gets the error at once.
    if (this.#end?.error !== undefined && this.#writing.length > 0) this.onFailed('write');
  }

  onSpace(): void {
    this.#send();
  }

  onTimeout(): void {
    this.fail(systemError('ETIMEDOUT', 'read'));
  }

  // ---- The end ----

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  close(reset = false): void {
    if (this.closed) return;
    // A UNIX socket is reset only by closing it with unread bytes.
    this.#end?.close(reset && this.local?.family !== 'UNIX');
    this.#shut();
  }

  /** It failed, and is closed. */
  fail(error: Error): void {
    if (this.closed) return;
    this.#error ??= error;
    this.#lost = this.unsent;
    this.#end?.close(true);
    this.#shut();
  }

  onFailed(syscall: 'read' | 'write'): void {
    this.fail(systemError(this.#end?.error ?? 'EPIPE', syscall));
  }

  /** Both sides have ended: Node destroys the socket itself. */
  onPeerEnded(): void {
    this.#closeIfOver();
  }

  #closeIfOver(): void {
    if (this.flushed && this.#reader?.endCame === true) this.close();
  }

  #shut(): void {
    this.closed = true;
    this.#dial?.cancel();
    this.#dial = undefined;
    this.#reader?.stop();
    this.#out.clear();
    this.#writing.length = 0;
    this.#onClosed(this);
    this.#key?.signal(Interest.HANGUP);
  }
}

function isList(piece: Bytes | readonly Bytes[]): piece is readonly Bytes[] {
  return Array.isArray(piece);
}
