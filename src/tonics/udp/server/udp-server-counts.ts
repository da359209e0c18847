/** Why a datagram of somebody new did not get a session. */
export type PeerTurnedAwayReason =
  /** There are as many as `maxPeers` allows. */
  | 'maxPeers'
  /** Too many peers of one address. */
  | 'addressLimit'
  /** Too many new peers in a short time. */
  | 'rate'
  /** Its address is denied, or others alone are allowed. */
  | 'denied'
  /** The server is paused. */
  | 'paused'
  /** The server is about to end. */
  | 'closing';

/** A datagram came from somebody new, who did not get a session; it is dropped. */
export interface PeerTurnedAway {
  /** Who has sent it, as far as anybody knows: an address in a datagram is not proven. */
  readonly remote: { readonly address: string; readonly port: number };
  readonly reason: PeerTurnedAwayReason;
  /** Where this stands for several datagrams that came within a second: how many. `remote` is that of the last one. */
  readonly count?: number;
}

/** Datagrams that came and were not heard, by why. */
export interface DroppedDatagrams {
  /** So many of its peer waited already (`unheardMessagesPerPeer`, `unheardLimitPerPeer`). */
  readonly peerFull: number;
  /** So many waited in all (`unheardMessages`, `unheardLimit`). */
  readonly serverFull: number;
  /** Their session ended before. */
  readonly ended: number;
  /** The loop was too slow to look at them. */
  readonly socketFull: number;
  /** With `catalysts`: the thread of their session was too slow to look at them, or of somebody new none ran just then. */
  readonly threadFull: number;
  /** The kernel dropped them, since its buffer (`receiveBuffer`) was full; `undefined` where the system does not tell, as on another than Linux. */
  readonly kernel: number | undefined;
}

/** What a UdpServer has counted. */
export interface UdpServerCounts {
  /** Sessions that were made. */
  readonly accepted: number;
  /** Sessions that have not finished. */
  readonly open: number;
  /** Datagrams of somebody new who got no session, by why. */
  readonly turnedAway: Readonly<Record<PeerTurnedAwayReason, number>>;
  /** Sessions that threw, or whose thread died. */
  readonly failed: number;
  /** Sessions that ended since nothing came from their peer for too long. */
  readonly expired: number;
  /** Sessions that ended since a new peer took their place. */
  readonly replaced: number;
  readonly dropped: DroppedDatagrams;
  /** Frames in datagrams that were left out, since they were longer than their framing allows. */
  readonly skippedFrames: number;
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  /** Datagrams and bytes that have left this process. */
  readonly sentMessages: number;
  readonly sentBytes: number;
  /** Datagrams that were taken to be sent and did not leave. */
  readonly failedMessages: number;
}

/** What is added up of sessions, in the thread where they are. */
export const SESSION_TOTALS = [
  'accepted',
  'failed',
  'expired',
  'replaced',
  'peerFull',
  'serverFull',
  'ended',
  'threadFull',
  'skippedFrames',
] as const;
export type SessionTotal = (typeof SESSION_TOTALS)[number];

/** Adds up what becomes of sessions and their datagrams. */
export interface SessionTally {
  add(what: SessionTotal, count?: number): void;
  sum(what: SessionTotal): number;
}

/** That of a server whose sessions are all in its thread. */
export class OwnTally implements SessionTally {
  readonly #counts = Object.fromEntries(SESSION_TOTALS.map((what) => [what, 0])) as Record<SessionTotal, number>;

  add(what: SessionTotal, count = 1): void {
    this.#counts[what] += count;
  }

  sum(what: SessionTotal): number {
    return this.#counts[what];
  }
}

/** What has come, whoever is to hear it. */
export class Received {
  messages = 0;
  bytes = 0;

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }
}

/** A socket as its counts are. */
export interface CountedSocket {
  readonly dropped: number;
  readonly kernelDropped: number | undefined;
  readonly sentMessages: number;
  readonly sentBytes: number;
  readonly failedMessages: number;
}

/**
 * All that a server has counted.
 *
 * @param sockets those that the server has, also after they are closed.
 */
export function countsOf(
  tally: SessionTally,
  { open, turnedAway }: Pick<UdpServerCounts, 'open' | 'turnedAway'>,
  received: Received,
  sockets: readonly CountedSocket[],
): UdpServerCounts {
  const sum = (of: (socket: CountedSocket) => number): number => sockets.reduce((all, each) => all + of(each), 0);
  const byKernel = sockets.map((socket) => socket.kernelDropped).filter((dropped) => dropped !== undefined);
  const kernel = byKernel.length === 0 ? undefined : byKernel.reduce((all, each) => all + each, 0);
  return {
    accepted: tally.sum('accepted'),
    open,
    failed: tally.sum('failed'),
    expired: tally.sum('expired'),
    replaced: tally.sum('replaced'),
    receivedMessages: received.messages,
    receivedBytes: received.bytes,
    skippedFrames: tally.sum('skippedFrames'),
    turnedAway: { ...turnedAway },
    dropped: {
      peerFull: tally.sum('peerFull'),
      serverFull: tally.sum('serverFull'),
      ended: tally.sum('ended'),
      socketFull: sum(({ dropped }) => dropped),
      threadFull: tally.sum('threadFull'),
      kernel,
    },
    sentMessages: sum((socket) => socket.sentMessages),
    sentBytes: sum((socket) => socket.sentBytes),
    failedMessages: sum((socket) => socket.failedMessages),
  };
}
