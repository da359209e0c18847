import type { ChannelKey } from '../../selector/channel.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type { Address, Bytes, ConnectSettings, StreamChannel } from '../../selector/network.js';
import type { Appointment } from './agenda.js';
import { Cutter } from './cutter.js';
import { type Caller, Dial } from './dial.js';
import type { Fabric } from './fabric.js';
import { type SystemCode, systemError } from './system-error.js';
import type { EndOwner, TcpEnd } from './tcp-end.js';

/** With so many bytes waiting to be taken no more are read, as the real stream does. */
const INBOX = 32 * 1024;
/** What a stream of Node reads although it is paused, and keeps. */
const READ_AHEAD = 64 * 1024;
/** What Node reads at once. */
const LARGEST_READ = 64 * 1024;

/** Bytes that were given to the host in one go, and what is left of them. */
interface Writing {
  readonly parts: Buffer[];
  readonly size: number;
}

/**
 * How far the end of the peer has come: it waits for the bytes before it to be taken; it comes with the next turn; it is there to be taken;
 * it was taken.
 */
type PeersEnd = 'unseen' | 'waits' | 'next' | 'there' | 'taken';

/** A connection as its process sees it: what `node-stream.ts` and a socket of Node's make of the kernel's end. */
export class SimulatedStream implements StreamChannel, EndOwner {
  local: Address | undefined;
  remote: Address | undefined;
  closed = false;
  flushed = false;
  readonly #fabric: Fabric;
  readonly #onClosed: (stream: SimulatedStream) => void;
  #key: ChannelKey | undefined;
  #end: TcpEnd | undefined;
  #cutter: Cutter | undefined;
  #dial: Dial | undefined;
  #error: Error | undefined;
  /** Received and not taken. */
  #inbox: Buffer[] = [];
  #taken = 0;
  #waiting = 0;
  /** No more are read until these have been taken. */
  #full = false;
  /** Read ahead while it was paused. */
  #ahead: Buffer[] = [];
  #aheadSize = 0;
  #reading = true;
  #nextRead: Appointment | undefined;
  #sawEnd = false;
  #peersEnd: PeersEnd = 'unseen';
  // Sending
  #out: Buffer[] = [];
  #gathered = 0;
  #writing: Writing | undefined;
  #later: Buffer[] = [];
  #laterSize = 0;
  #ending = false;
  #lost = 0;

  constructor(fabric: Fabric, onClosed: (stream: SimulatedStream) => void) {
    this.#fabric = fabric;
    this.#onClosed = onClosed;
  }

  /** Opens a connection. */
  connect(caller: Caller, settings: ConnectSettings): this {
    this.#dial = new Dial(this.#fabric, caller, settings, {
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
    this.#cutter = new Cutter(this.#fabric.faults, end);
    this.local = local;
    this.remote = remote;
    end.owner = this;
    this.#read();
  }

  get ended(): boolean {
    return this.#endCame && this.#taken >= this.#inbox.length;
  }

  get unsent(): number {
    return this.closed ? this.#lost : this.#gathered + (this.#writing?.size ?? 0) + this.#laterSize;
  }

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  get received(): number {
    return this.#waiting;
  }

  takeLost(): number {
    return 0;
  }

  keepOnly(): number {
    return 0;
  }

  take(most = Infinity): Buffer | undefined {
    const bytes = this.#inbox[this.#taken];
    if (bytes === undefined) return this.#nothingToTake();
    if (bytes.length > most) {
      this.#inbox[this.#taken] = bytes.subarray(most);
      this.#waiting -= most;
      return bytes.subarray(0, most);
    }
    this.#waiting -= bytes.length;
    if (++this.#taken === this.#inbox.length) this.#emptied();
    return bytes;
  }

  write(bytes: Bytes): void {
    if (this.#out.length === 0) this.#key?.flushAfterTurn();
    const part = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
    this.#out.push(part);
    this.#gathered += part.length;
  }

  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    if (this.#out.length === 0) this.#key?.flushAfterTurn();
  }

  flush(): void {
    if (this.flushed) return this.#closeIfOver();
    this.#later.push(...this.#out);
    this.#laterSize += this.#gathered;
    this.#out = [];
    this.#gathered = 0;
    return this.#send(true);
  }

  close(reset = false): void {
    if (this.closed) return;
    this.#end?.close(reset);
    this.#shut();
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.#taken < this.#inbox.length || this.#endCame) key.signal(Interest.READ);
    if (this.closed || this.#error !== undefined) key.signal(Interest.HANGUP);
  }

  interestChanged(interest: InterestSet): void {
    this.#reading = (interest & Interest.READ) !== 0;
    this.#read();
  }

  detach(): void {
    this.#key = undefined;
    this.close();
  }

  // ---- What the host tells ----

  onArrival(): void {
    this.#read();
    // One that writes hears at once that nobody takes it.
    if (this.#end?.error !== undefined && this.#writing !== undefined) this.#failOf('write');
  }

  onSpace(): void {
    this.#send();
  }

  onTimeout(): void {
    this.fail(systemError('ETIMEDOUT', 'read'));
  }

  /** It failed, and is closed. */
  fail(error: Error): void {
    if (this.closed) return;
    this.#error ??= error;
    this.#lost = this.unsent;
    this.#end?.close(true);
    this.#shut();
  }

  // ---- Reading ----

  get #flowing(): boolean {
    return this.#reading && !this.#full;
  }

  /** Takes from the host what it may: while paused some is read ahead, and the rest waits there. */
  #read(): void {
    const end = this.#end;
    if (end === undefined || this.closed) return;
    if (this.#flowing) this.#takeAhead();
    while (end.unread > 0 && this.#mayRead && this.#nextRead === undefined) this.#readPiece(end);
    if (end.unread > 0 || !this.#mayRead || this.#nextRead !== undefined) return;
    if (end.peerEnded) this.#sawEnd = true;
    else if (end.error !== undefined && !this.#sawEnd) return this.#failOf('read');
    // A socket of Node's reads an end before which nothing waits although it is paused.
    if (this.#sawEnd && (this.#flowing || this.#aheadSize === 0)) this.#onEnd();
  }

  get #mayRead(): boolean {
    return this.#flowing || this.#aheadSize < READ_AHEAD;
  }

  #readPiece(end: TcpEnd): void {
    const { size, gap } = this.#cutter!.next(Math.min(end.unread, LARGEST_READ));
    const bytes = end.read(size);
    if (this.#flowing) this.#receive(bytes);
    else {
      this.#ahead.push(bytes);
      this.#aheadSize += bytes.length;
    }
    // Data and a reset in one poll: libuv sees a hang-up after a short read, and reports an end.
    if (end.error !== undefined && end.unread === 0 && gap === 0) this.#sawEnd = true;
    if (gap === 0) return;
    this.#nextRead = this.#fabric.agenda.after(gap, () => {
      this.#nextRead = undefined;
      this.#read();
    });
  }

  #takeAhead(): void {
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#aheadSize = 0;
    for (const bytes of ahead) this.#receive(bytes);
    if (ahead.length === 0 || !this.#sawEnd) return;
    // An end that was read ahead too comes with them, and what is over then is closed before the next turn.
    this.#peersEnd = 'there';
    this.#closeIfOver();
  }

  #receive(bytes: Buffer): void {
    this.#inbox.push(bytes);
    if ((this.#waiting += bytes.length) >= INBOX) this.#full = true;
    this.#key?.signal(Interest.READ);
  }

  #emptied(): void {
    const wasFull = this.#full;
    this.#inbox = [];
    this.#taken = 0;
    this.#full = false;
    if (wasFull) this.#read();
  }

  get #endCame(): boolean {
    return this.#peersEnd === 'there' || this.#peersEnd === 'taken';
  }

  /** A poll of the kernel brings bytes or the end, not both: libuv reads on after a full read only. So the end has a turn of its own. */
  #onEnd(): void {
    if (this.#peersEnd !== 'unseen') return;
    this.#peersEnd = this.#taken < this.#inbox.length ? 'waits' : 'there';
    this.#key?.signal(Interest.READ);
    if (!this.#reading) this.#closeIfOver();
  }

  #nothingToTake(): undefined {
    if (this.#peersEnd === 'waits') {
      this.#peersEnd = 'next';
      this.#key?.signal(Interest.READ);
    } else if (this.#peersEnd !== 'unseen') this.#peersEnd = 'taken';
    // Node closes what both sides have ended after the turn in which the end was read.
    this.#closeIfOver();
    return undefined;
  }

  // ---- Sending ----

  /** Gives the host what it takes. What one write brings counts as unsent until all of it is gone, as Node counts. */
  #send(inTurn = false): void {
    const end = this.#end;
    if (end === undefined || this.closed) return;
    while ((this.#writing ??= this.#nextWriting()) !== undefined) {
      if (end.error !== undefined) return this.#failOf('write');
      if (!giveTo(end, this.#writing)) return;
      this.#writing = undefined;
      this.#key?.signal(Interest.WRITE);
      if (this.closed) return;
    }
    if (!this.#ending || this.flushed || this.#gathered > 0) return;
    this.flushed = true;
    end.end();
    this.#key?.signal(Interest.WRITE);
    // Where the end of the peer is still to be taken, that turn comes first; nobody takes it from one that is paused.
    if (!this.#endCame || (this.#peersEnd === 'there' && this.#reading)) return;
    // The kernel answers shutdown(2) with the poll after this turn, and Node closes after that.
    if (inTurn) this.#key?.flushAfterTurn();
    else this.#closeIfOver();
  }

  #nextWriting(): Writing | undefined {
    if (this.#later.length === 0) return undefined;
    const writing = { parts: this.#later, size: this.#laterSize };
    this.#later = [];
    this.#laterSize = 0;
    return writing;
  }

  // ---- The end ----

  /** Both sides have ended: Node destroys the socket by itself. */
  #closeIfOver(): void {
    if (!this.flushed || !this.#endCame || this.closed) return;
    this.#end?.close(false);
    this.#shut();
  }

  #failOf(syscall: 'read' | 'write'): void {
    const code: SystemCode = this.#end?.error ?? 'EPIPE';
    // What a write has taken that fails, Node does not count as unsent any more.
    if (syscall === 'write') this.#writing = undefined;
    this.fail(systemError(code, syscall));
  }

  #shut(): void {
    this.closed = true;
    this.#dial?.cancel();
    this.#dial = undefined;
    this.#nextRead = this.#fabric.agenda.cancel(this.#nextRead);
    this.#out = [];
    this.#later = [];
    this.#ahead = [];
    this.#writing = undefined;
    this.#onClosed(this);
    this.#key?.signal(Interest.HANGUP);
  }
}

/** Gives as much as there is room for; tells whether that was all. */
function giveTo(end: TcpEnd, { parts }: Writing): boolean {
  for (let first = parts[0]; first !== undefined; first = parts[0]) {
    const { room } = end;
    if (room === 0 && first.length > 0) return false;
    end.write(first.subarray(0, room));
    if (first.length > room) parts[0] = first.subarray(room);
    else parts.shift();
  }
  return true;
}
