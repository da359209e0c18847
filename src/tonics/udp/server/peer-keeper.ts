import type { AnyTonic } from '../../../core/any-tonic.js';
import type { TaskTonicError } from '../../../core/errors.js';
import type { Address, SendFailure } from '../../../selector/network.js';
import type { Supervise } from '../../tcp/server/server-spread.js';
import type { PeerAdmission } from './peer-admission.js';
import type { SessionFeed } from './session-feed.js';
import type { CountedSocket, PeerTurnedAway, UdpServerCounts } from './udp-server-counts.js';

/** The sockets of a server, as it sees them. */
export interface BoundSockets {
  /** Where they are bound: what all have in common, or `undefined` before and after. */
  readonly local: Address | undefined;
  /** All of them. */
  readonly addresses: Address[];
  /** All that was given has left, or never will. */
  readonly settled: boolean;
  /** Those that are open in this thread, as their counts are. */
  readonly counted: readonly CountedSocket[];
  /** The error of what keeps them from opening, or of one of them later. */
  errorOf(cause: Error): TaskTonicError;
  /** What was given leaves, as far as the kernel takes it; `settled` is told when nothing waits any more. */
  flush(): void;
  close(why: string): void;
}

/** What keeps the peers of a UdpServer: it has their sessions, or knows which thread has them. */
export interface PeerKeeper {
  readonly admission: PeerAdmission;
  /** What was counted so far. */
  readonly counts: UdpServerCounts;
  /** Opens the sockets, in a sparkle of the server. */
  bind(): BoundSockets;
  /** Takes what has come, in a sparkle of the server. @returns what has it heard, where that is here. */
  takeIn(): SessionFeed | undefined;
  /** Nothing waits any more in one of its sockets. */
  settled(): void;
  /** Where sessions are in this thread: ends those from whom nothing has come for too long, in a sparkle of the server. */
  expire?(): void;
  /** One of these threw. */
  failed?(): void;
  /** An infusion of the server has gone. */
  infusionLeft?(infusion: AnyTonic): void;
  /** What another thread tells: the one that has the server, or one that has sessions. */
  take?(given: unknown, index?: number, life?: number): void;
  stop(): void;
}

/** What a keeper asks of its server, and tells it. */
export interface KeeperOwner {
  /** Infuses a thread and looks after it. */
  readonly supervise: Supervise;
  /** All its sockets are bound. */
  listens(): void;
  /** Something may be heard, after what is on the queue by now. */
  receiveSoon(): void;
  /** Somebody may have been idle for too long. */
  mayExpire(): void;
  turnedAway(peer: PeerTurnedAway): void;
  /** Datagrams that are of no session did not leave. */
  lost(failure: SendFailure): void;
  failed(error: Error): void;
  /** Nothing waits any more in one of its sockets. */
  settled(): void;
}
