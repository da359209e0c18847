import { Socket } from 'node:net';
import type { Network } from '../network.js';
import { NodeDatagram } from './node-datagram.js';
import { NodeListener } from './node-listener.js';
import { NodeStream } from './node-stream.js';

/** The machine's network, through `node:net` and `node:dgram`. */
export const nodeNetwork: Network = {
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
};
