/** What a channel can be ready for. A set of them is their sum: `Interest.READ | Interest.WRITE`. */
export const Interest = {
  NONE: 0,
  /** A peer has connected. */
  ACCEPT: 1,
  /** It is open: a listener listens, a stream is connected, a datagram socket is bound. */
  CONNECT: 2,
  /** Something has been received, or the peer has ended. */
  READ: 4,
  /** Unsent data was sent. */
  WRITE: 8,
  /**
   * The channel failed or closed, or turned a peer away. It is always reported, as POLLERR and POLLHUP are in poll(2).
   */
  HANGUP: 16,
} as const;

/** A sum of {@link Interest} values. */
export type InterestSet = number;
