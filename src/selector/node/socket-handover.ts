import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { SocketHandover } from '../../core/socket-handover.js';
import { inheritedSockets } from './inherited-sockets.js';
import { offeredSockets } from './offered-sockets.js';

/** What the sockets of this thread need for an upgrade of the program. */
export const socketHandover: SocketHandover = {
  offers: () => offeredSockets.offers,
  handlesOf: (id) => offeredSockets.handlesOf(id),
  letGo: () => offeredSockets.letGo(),
  begin: (offers) => inheritedSockets.begin(offers),
  get unclaimed() {
    return inheritedSockets.unclaimed;
  },
  set onClaim(tell: () => void) {
    inheritedSockets.onClaim = tell;
  },
  take: (id, handle) => inheritedSockets.take(id, handle as Server | Socket),
  end: () => inheritedSockets.end(),
};
