import type { Appointment } from './agenda.js';
import { Cutter } from './cutter.js';
import type { Fabric } from './fabric.js';
import type { TcpEnd } from './tcp-end.js';

/** With so many bytes waiting to be taken no more are read, as the real stream does. */
const INBOX = 32 * 1024;
/** What a stream of Node reads although it is paused, and keeps. */
const READ_AHEAD = 64 * 1024;
/** What Node reads at once. */
const LARGEST_READ = 64 * 1024;

/** Who reads. */
export interface Reading {
  /** It has told its own end. */
  readonly flushed: boolean;
  /** There is something to be taken. */
  onReadable(): void;
  /** The end of the peer was read. */
  onPeerEnded(): void;
  /** The connection was reset: by a read or a write we hear of it. */
  onFailed(syscall: 'read' | 'write'): void;
}

/**
 * How far the end of the peer has come: it waits for the bytes before it to be taken; it comes with the next turn; it is there to be taken;
 * it was taken.
 */
type PeersEnd = 'unseen' | 'waits' | 'next' | 'there' | 'taken';

/** What a process has read of a connection and its program has not taken: as a socket of Node's reads, and `node-stream.ts` keeps it. */
export class StreamReader {
  /** Bytes to be taken. */
  received = 0;
  readonly #fabric: Fabric;
  readonly #end: TcpEnd;
  readonly #cutter: Cutter;
  readonly #owner: Reading;
  #inbox: Buffer[] = [];
  #isFull = false;
  /** Read ahead while it was paused. */
  #ahead: Buffer[] = [];
  #aheadSize = 0;
  #wanted = true;
  #next: Appointment | undefined;
  /** Nothing more is to be read: the peer has ended, or has reset the connection right after the last bytes. */
  #sawEnd = false;
  #peersEnd: PeersEnd = 'unseen';

  constructor(fabric: Fabric, end: TcpEnd, owner: Reading) {
    this.#fabric = fabric;
    this.#end = end;
    this.#cutter = new Cutter(fabric.faults, end);
    this.#owner = owner;
  }

  /** The end of the peer is there, behind what was received; taken or not. */
  get endCame(): boolean {
    return this.#peersEnd === 'there' || this.#peersEnd === 'taken';
  }

  /** It will be taken with the next turn. */
  get endIsNext(): boolean {
    return this.#peersEnd === 'there' && this.#wanted;
  }

  set wanted(wanted: boolean) {
    this.#wanted = wanted;
    this.read();
  }

  /** Nothing more is read. */
  stop(): void {
    this.#next = this.#fabric.agenda.cancel(this.#next);
    this.#ahead = [];
  }

  take(most = Infinity): Buffer | undefined {
    const first = this.#inbox[0];
    if (first === undefined) return this.#nothingToTake();
    const bytes = first.length > most ? first.subarray(0, most) : first;
    if (bytes === first) this.#inbox.shift();
    else this.#inbox[0] = first.subarray(most);
    this.received -= bytes.length;
    if (this.received === 0 && this.#isFull) {
      this.#isFull = false;
      this.#readLater(0);
    }
    return bytes;
  }

  putBack(bytes: Buffer): void {
    this.#inbox.unshift(bytes);
    this.received += bytes.length;
  }

  #nothingToTake(): undefined {
    if (this.#peersEnd === 'waits') {
      this.#peersEnd = 'next';
      this.#owner.onReadable();
    } else if (this.#peersEnd !== 'unseen') {
      this.#peersEnd = 'taken';
      this.#owner.onPeerEnded();
    }
    return undefined;
  }

  get #flowing(): boolean {
    return this.#wanted && !this.#isFull;
  }

  get #mayRead(): boolean {
    return this.#next === undefined && (this.#flowing || this.#aheadSize < READ_AHEAD);
  }

  /** Something has come. A reset that comes before the turn in which the end is heard has come with the same poll. */
  onArrival(): void {
    const endIsUnheard = this.#wanted && this.#peersEnd !== 'unseen' && this.#peersEnd !== 'taken';
    if (endIsUnheard && this.#end.error !== undefined) this.#owner.onFailed('write');
    else this.read();
  }

  /** Takes from the host what it may: while paused some is read ahead, and the rest waits there. */
  read(): void {
    const end = this.#end;
    if (this.#flowing) this.#takeAhead();
    while (end.receives.unread > 0 && this.#mayRead) this.#readPiece();
    if (end.receives.unread > 0 || !this.#mayRead) return;
    // A reset that comes before the turn in which the last bytes are taken has come with the same poll.
    const isOnePoll = end.error !== undefined && this.#owner.flushed && this.received > 0;
    if (end.receives.arrived || isOnePoll) this.#sawEnd = true;
    else if (end.error !== undefined && !this.#sawEnd) return this.#owner.onFailed('read');
    // A socket of Node's reads an end before which nothing waits although it is paused.
    if (this.#sawEnd && (this.#flowing || this.#aheadSize === 0)) this.#onEnd();
  }

  #readPiece(): void {
    const end = this.#end;
    const { size, gap } = this.#cutter.next(Math.min(end.receives.unread, LARGEST_READ));
    const bytes = end.read(size);
    if (this.#flowing) this.#receive(bytes);
    else {
      this.#ahead.push(bytes);
      this.#aheadSize += bytes.length;
    }
    if (end.error !== undefined && end.receives.unread === 0 && gap === 0) this.#sawEnd = true;
    if (gap > 0) this.#readLater(gap);
  }

  #readLater(ms: number): void {
    this.#next ??= this.#fabric.agenda.after(ms, () => {
      this.#next = undefined;
      this.read();
    });
  }

  #takeAhead(): void {
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#aheadSize = 0;
    for (const bytes of ahead) this.#receive(bytes);
    if (ahead.length === 0 || !this.#sawEnd || this.#end.error !== undefined) return;
    // An end that was read ahead too comes with them, and what is over then is closed before the next turn.
    this.#peersEnd = 'there';
    this.#owner.onPeerEnded();
  }

  #receive(bytes: Buffer): void {
    this.#inbox.push(bytes);
    this.received += bytes.length;
    this.#isFull ||= this.received >= INBOX;
    this.#owner.onReadable();
  }

  /**
   * A poll of the kernel brings bytes or the end, not both: libuv reads on after a full read only. So the end has a turn of its own. Whether
   * it is one, or a reset, an empty write tells; one that has told its own end cannot write, and takes it for an end.
   */
  #onEnd(): void {
    if (this.#peersEnd !== 'unseen') return;
    if (this.#end.error !== undefined && !this.#owner.flushed) return this.#owner.onFailed('write');
    this.#peersEnd = this.received > 0 ? 'waits' : 'there';
    this.#owner.onReadable();
    if (!this.#wanted) this.#owner.onPeerEnded();
  }
}
