import type { ClosingConnection } from '../closing-connection.js';

/**
 * Gives the kernel what was sent on a connection, as much as it takes.
 * @returns `'left'` where that was all, and nobody in this process needs the bytes any more.
 */
export function handOut(connection: ClosingConnection<string>): 'kept' | 'left' {
  const channel = connection._ttChannel;
  if (channel === undefined) return 'kept';
  channel.flush();
  return channel.handsToKernel === true && connection.unsentBytes === 0 ? 'left' : 'kept';
}
