import { Socket } from 'node:net';
import type { Network } from '../network.js';
import { descriptors } from './descriptors.js';
import { NodeDatagram } from './node-datagram.js';
import { NodeListener } from './node-listener.js';
import { NodeStream } from './node-stream.js';

/** Whether this is Node `major.minor` or newer. An option of `listen` cannot be asked for in another way. */
function atLeast(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** The machine's network, through `node:net` and `node:dgram`. */
export const nodeNetwork: Network = {
  // https://nodejs.org/docs/latest-v24.x/api/net.html#transferring-tcp-handles-to-other-threads
  canHandOver: atLeast(26, 6) || (atLeast(24, 20) && !atLeast(25, 0)),
  receive(given, { noDelay, keepAlive }) {
    const socket = given as Socket;
    socket.allowHalfOpen = true;
    socket.setNoDelay(noDelay);
    if (keepAlive !== undefined) socket.setKeepAlive(true, keepAlive);
    // As where it was accepted: errors name the peer when its socket has gone, too.
    void socket.remoteAddress;
    return new NodeStream(socket);
  },
  // https://nodejs.org/docs/latest-v24.x/api/net.html#serverlistenoptions-callback: not on these two.
  canReusePort:
    (atLeast(23, 1) || (atLeast(22, 12) && !atLeast(23, 0))) && !['darwin', 'win32'].includes(process.platform),
  listen: (settings) => new NodeListener(settings),
  connect({ host, port, localAddress, localPort, family, stream: { noDelay, keepAlive } }) {
    const socket = new Socket({ allowHalfOpen: true });
    const stream = NodeStream.connecting(socket);
    socket.connect({
      host,
      port,
      family,
      noDelay,
      keepAlive: keepAlive !== undefined,
      keepAliveInitialDelay: keepAlive ?? 0,
      ...(localAddress !== undefined && { localAddress }),
      ...(localPort !== undefined && { localPort }),
    });
    return stream;
  },
  bind: (settings) => new NodeDatagram(settings),
  watchCapacity: (tell) => descriptors.watch(tell),
};
