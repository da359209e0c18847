// What both servers are given besides their defaults, so that a run of a few seconds sees the end of those who take too long.

/** How long a peer may take for its handshake, or for the head of a request, in ms. */
export const BEGIN_MS = 4_000;
/** How long a whole request may take, in ms. */
export const REQUEST_MS = 5_000;
/** How fast a body must come, and after how long that counts. */
export const BODY_RATE = { perSecond: 240, grace: 1_000 };
/** How long none of what is unsent may leave, in ms. */
export const STALL_MS = 3_000;
/** How long a connection that is cut off may take to end, in ms, however much its peer still sends. */
export const LINGER_MS = 4_000;
/** The most bytes of a body or a message. */
export const LONGEST_BODY = 65_536;
