import { Socket } from 'node:net';
import { nodeDns, nodeOs } from '../../core/lazy-node.js';
import type { Network, StreamSettings } from '../network.js';
import { descriptors } from './descriptors.js';
import { inheritedSockets } from './inherited-sockets.js';
import { NodeDatagram } from './node-datagram.js';
import { NodeListener } from './node-listener.js';
import { NodePathStream, connectToPath } from './node-path-stream.js';
import { NodeStream } from './node-stream.js';
import { offeredSockets, placeKey } from './offered-sockets.js';
import { TlsStream } from './tls-stream.js';

/** Whether this is Node `major.minor` or newer. An option of `listen` cannot be asked for in another way. */
function atLeast(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/**
 * Sets what the kernel is to do with a connection, through the setters: Node ignores it where it is given to `socket.connect()`. One that is
 * not connected yet takes it along (https://nodejs.org/api/net.html#socketsetnodelaynodelay).
 */
function set(socket: Socket, { noDelay, keepAlive }: StreamSettings): Socket {
  socket.setNoDelay(noDelay);
  if (keepAlive !== undefined) socket.setKeepAlive(true, keepAlive);
  return socket;
}

/** An address of one link has its interface with it (RFC 4007): else nobody knows which one is meant. */
function localAddresses(family: 4 | 6): string[] {
  return Object.entries(nodeOs().networkInterfaces()).flatMap(([name, all = []]) =>
    all
      .filter((each) => each.family === `IPv${family}`)
      .map(({ address }) => (/^fe[89ab]/i.test(address) ? `${address}%${name}` : address)),
  );
}

/** The machine's network, through `node:net` and `node:dgram`. */
export const nodeNetwork: Network = {
  // https://nodejs.org/docs/latest-v24.x/api/net.html#transferring-tcp-handles-to-other-threads
  canHandOver: atLeast(26, 6) || (atLeast(24, 20) && !atLeast(25, 0)),
  receive(given, settings) {
    const socket = given as Socket;
    socket.allowHalfOpen = true;
    return new NodeStream(set(socket, settings));
  },
  // https://nodejs.org/docs/latest-v24.x/api/net.html#serverlistenoptions-callback: not on these two.
  canReusePort:
    (atLeast(23, 1) || (atLeast(22, 12) && !atLeast(23, 0))) && !['darwin', 'win32'].includes(process.platform),
  listen: (settings) => new NodeListener(settings),
  announce(settings, local) {
    const place = placeKey('tcp', settings);
    const { name, ticketKeys } = settings.successor ?? {};
    inheritedSockets.claim(place, name);
    const offered = { place, name, local, file: undefined, ticketKeys, handles: [] };
    return offeredSockets.add({ offered, letGo: () => {} });
  },
  connect({ path, address, port, localAddress, localPort, stream: settings }) {
    const socket = set(new Socket({ allowHalfOpen: true }), settings);
    if (path !== undefined) return connectToPath(socket, path);
    const stream = NodeStream.connecting(socket);
    socket.connect({
      host: address,
      port,
      ...(localAddress !== undefined && { localAddress }),
      ...(localPort !== undefined && { localPort }),
    });
    return stream;
  },
  secure(channel, side) {
    const stream = channel as NodeStream;
    return new TlsStream(stream.release(), side, stream instanceof NodePathStream ? stream : undefined);
  },
  lookup(host, family, done) {
    let over = false;
    // As a property, and not by its name alone: a program that replaces it is asked.
    nodeDns().lookup(host, { all: true, family, order: 'verbatim' }, (error, found) => {
      if (!over)
        done(error ?? undefined, (error ?? undefined) === undefined ? found.map(({ address }) => address) : []);
    });
    return () => void (over = true);
  },
  lookupSrv(name, done) {
    let over = false;
    nodeDns().resolveSrv(name, (error, records) => {
      if (!over) done(error ?? undefined, (error ?? undefined) === undefined ? records : []);
    });
    return () => void (over = true);
  },
  bind: (settings) => new NodeDatagram(settings, nodeNetwork),
  localAddresses,
  watchCapacity: (tell) => descriptors.watch(tell),
};
