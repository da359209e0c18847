import type { Framing } from '../../../framing/framing.js';
import type { Address, Datagram } from '../../../selector/network.js';
import type { Sendable, SocketTonic } from '../../socket-tonic.js';
import type { Seen } from './seen-lists.js';
import type { SessionEndReason } from './session-end.js';

/** The socket that a peer talks to, as its session sees it. */
export interface PeerSocket {
  readonly local: Address | undefined;
  readonly closed: boolean;
  /** Datagrams that wait to leave, of all peers, and their bytes. */
  readonly unsentMessages: number;
  readonly unsentBytes: number;
  /** Whether so many bytes more are too many. */
  isFull(size: number): boolean;
  send(data: Sendable, size: number, to: Address): void;
  /** A peer hears when nothing waits any more. */
  owe(peer: Peer): void;
  /** It talks to that peer no more. */
  forget(peer: Peer): void;
}

/** A socket as those see it who have the sessions. */
export interface SessionSocket extends PeerSocket {
  readonly peers: {
    find(from: Address): Peer | undefined;
    add(peer: Peer): void;
    remove(peer: Peer): void;
  };
  /** All that was given has left, or never will. */
  readonly settled: boolean;
  /** A send of theirs was refused: they hear when nothing waits any more. */
  readonly owed: Set<Peer>;
  /** The next datagram that waits. */
  take(): Datagram | undefined;
}

/** The session of a peer, as its server sees it. */
export interface PeerSession extends SocketTonic<string> {
  /** @internal */ readonly _ttHears: boolean;
  /** @internal */ readonly _ttFraming: Framing<unknown> | undefined;
  /** @internal */ _ttEnds(reason: SessionEndReason, error?: Error): void;
}

/** A datagram takes so many bytes at least of what may wait: an empty one costs memory too. */
const OF_EACH = 64;

/** What a UdpServer knows of one peer: its address, its session, when something came last, and what waits to be heard. */
export class Peer implements Seen {
  readonly socket: PeerSocket;
  readonly remote: Address;
  /** Its session; `undefined` while that is made. */
  session: PeerSession | undefined = undefined;
  /** Its session has been started: what comes is heard from now on. */
  begun = false;
  /** Its session hears nothing for now. */
  paused = false;
  /** It stands in the line of those whose next datagram is heard. */
  inLine = false;
  nextInLine: Peer | undefined = undefined;
  /** Datagrams that wait, and their bytes. */
  waiting = 0;
  waitingBytes = 0;
  receivedMessages = 0;
  receivedBytes = 0;
  sentMessages = 0;
  sentBytes = 0;
  /** Datagrams that came, for which there was no room. */
  dropped = 0;

  seenAt = 0;
  patience: number | false;
  before: Seen | undefined = undefined;
  after: Seen | undefined = undefined;

  /** Mostly one waits: it needs no list. */
  #first: Buffer | undefined = undefined;
  #rest: Buffer[] | undefined = undefined;

  constructor(socket: PeerSocket, remote: Address, patience: number | false) {
    this.socket = socket;
    this.remote = remote;
    this.patience = patience;
  }

  /** How much of what may wait a datagram takes. */
  static weightOf(bytes: Buffer): number {
    return bytes.length + OF_EACH;
  }

  put(bytes: Buffer): void {
    this.waiting++;
    this.waitingBytes += Peer.weightOf(bytes);
    if (this.#first === undefined) this.#first = bytes;
    else (this.#rest ??= []).push(bytes);
  }

  /** The next datagram that waits. */
  take(): Buffer | undefined {
    const bytes = this.#first;
    if (bytes === undefined) return undefined;
    this.#first = this.#rest?.shift();
    if (this.#first === undefined) this.#rest = undefined;
    this.waiting--;
    this.waitingBytes -= Peer.weightOf(bytes);
    return bytes;
  }
}
