import type { SessionSocket } from './peer.js';
import type { BoundSockets } from './peer-keeper.js';

/** The sockets of those who talk to sessions. */
export interface SessionSockets extends BoundSockets {
  readonly all: readonly SessionSocket[];
  /** More waits than was taken: it has its turn with a later one of the loop. */
  again(): void;
}
