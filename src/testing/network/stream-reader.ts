import type { PlannedEvent } from './event-queue.js';
import { StreamSplitter } from './stream-splitter.js';
import type { NetworkView } from './network-view.js';
import type { TcpEnd } from './tcp-end.js';

/** With this many waiting bytes no more are read, as in the real stream. */
const INBOX = 32 * 1024;
/** The bytes that a paused stream of Node reads and keeps. */
const READ_AHEAD = 64 * 1024;
/** The largest single read of Node. */
const LARGEST_READ = 64 * 1024;

/** The owner of a reader. */
export interface Reading {
  /** Whether it has sent its own end. */
  readonly flushed: boolean;
  /** Data can be taken. */
  onReadable(): void;
  /** The end of the peer was read. */
  onPeerEnded(): void;
  /** The connection was reset, as noticed by a read or a write. */
  onFailed(syscall: 'read' | 'write'): void;
}

/**
 * The progress of the peer's end: not seen; waiting for earlier bytes to be taken; in the next turn; ready to be taken;
 * taken.
 */
type PeersEnd = 'unseen' | 'waits' | 'next' | 'there' | 'taken';

/**
 * What a process has read of a connection and its program has not taken, as in a socket of Node and `node-stream.ts`.
 */
export class StreamReader {
  /** The bytes that can be taken. */
  received = 0;
  readonly #view: NetworkView;
  readonly #end: TcpEnd;
  readonly #splitter: StreamSplitter;
  readonly #owner: Reading;
  #inbox: Buffer[] = [];
  #isFull = false;
  /** Bytes that were read while it was paused. */
  #ahead: Buffer[] = [];
  #aheadSize = 0;
  #wanted = true;
  #next: PlannedEvent | undefined;
  /** Nothing more can be read: the peer has ended, or has reset the connection right after the last bytes. */
  #sawEnd = false;
  #peersEnd: PeersEnd = 'unseen';

  constructor(view: NetworkView, end: TcpEnd, owner: Reading) {
    this.#view = view;
    this.#end = end;
    this.#splitter = new StreamSplitter(view.faults, end);
    this.#owner = owner;
  }

  /** Whether the end of the peer has arrived, taken or not. */
  get endCame(): boolean {
    return this.#peersEnd === 'there' || this.#peersEnd === 'taken';
  }

  /** Whether the end will be taken in the next turn. */
  get endIsNext(): boolean {
    return this.#peersEnd === 'there' && this.#wanted;
  }

  set wanted(wanted: boolean) {
    this.#wanted = wanted;
    this.read();
  }

  /** Stops reading. */
  stop(): void {
    this.#next = this.#view.events.cancel(this.#next);
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

  /** Data has arrived. A reset before the turn that reports the end belongs to the same poll. */
  onArrival(): void {
    const endIsUnheard = this.#wanted && this.#peersEnd !== 'unseen' && this.#peersEnd !== 'taken';
    if (endIsUnheard && this.#end.error !== undefined) this.#owner.onFailed('write');
    else this.read();
  }

  /** Reads as much as allowed: while paused some is read ahead, and the rest waits at the host. */
  read(): void {
    const end = this.#end;
    if (this.#flowing) this.#takeAhead();
    while (end.receives.unread > 0 && this.#mayRead) this.#readPiece();
    if (end.receives.unread > 0 || !this.#mayRead) return;
    // A reset before the turn that takes the last bytes belongs to the same poll.
    const isOnePoll = end.error !== undefined && this.#owner.flushed && this.received > 0;
    if (end.receives.arrived || isOnePoll) this.#sawEnd = true;
    else if (end.error !== undefined && !this.#sawEnd) return this.#owner.onFailed('read');
    // A paused socket of Node reads the end if no data waits before it.
    if (this.#sawEnd && (this.#flowing || this.#aheadSize === 0)) this.#onEnd();
  }

  #readPiece(): void {
    const end = this.#end;
    const { size, gap } = this.#splitter.next(Math.min(end.receives.unread, LARGEST_READ));
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
    this.#next ??= this.#view.events.after(ms, () => {
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
    // An end that was read ahead is taken with the bytes, and the stream closes before the next turn.
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
   * A poll of the kernel brings bytes or the end, but not both, because libuv reads again only after a full read. So
   * the end has a turn of its own. An empty write shows whether it is an end or a reset; a stream that has sent its own
   * end cannot write, and takes it for an end.
   */
  #onEnd(): void {
    if (this.#peersEnd !== 'unseen') return;
    if (this.#end.error !== undefined && !this.#owner.flushed) return this.#owner.onFailed('write');
    this.#peersEnd = this.received > 0 ? 'waits' : 'there';
    this.#owner.onReadable();
    if (!this.#wanted) this.#owner.onPeerEnded();
  }
}
