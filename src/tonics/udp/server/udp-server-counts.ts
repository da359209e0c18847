import type { ServerSocket } from './server-socket.js';

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
  /** Sessions that threw. */
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

/** The counts of a UdpServer, as they are added up. */
export class UdpServerTally {
  accepted = 0;
  open = 0;
  failed = 0;
  expired = 0;
  replaced = 0;
  receivedMessages = 0;
  receivedBytes = 0;
  readonly turnedAway = { maxPeers: 0, addressLimit: 0, rate: 0, denied: 0, paused: 0, closing: 0 };
  readonly dropped = { peerFull: 0, serverFull: 0, ended: 0 };

  /** @param sockets those that the server has, also after they are closed. */
  counts(sockets: readonly ServerSocket[], skippedFrames: number): UdpServerCounts {
    const { accepted, open, failed, expired, replaced, receivedMessages, receivedBytes } = this;
    const sum = (of: (socket: ServerSocket) => number): number => sockets.reduce((all, each) => all + of(each), 0);
    const byKernel = sockets.map((socket) => socket.kernelDropped).filter((dropped) => dropped !== undefined);
    const kernel = byKernel.length === 0 ? undefined : byKernel.reduce((all, each) => all + each, 0);
    return {
      accepted,
      open,
      failed,
      expired,
      replaced,
      receivedMessages,
      receivedBytes,
      skippedFrames,
      turnedAway: { ...this.turnedAway },
      dropped: { ...this.dropped, socketFull: sum(({ dropped }) => dropped), kernel },
      sentMessages: sum((socket) => socket.sentMessages),
      sentBytes: sum((socket) => socket.sentBytes),
      failedMessages: sum((socket) => socket.failedMessages),
    };
  }
}
