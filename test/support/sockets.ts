import { createSocket } from 'node:dgram';
import type { EventEmitter } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Duplex } from 'node:stream';

/** The part of `net.Socket` that tests use. */
export interface PeerSocket extends Duplex {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  resetAndDestroy(): unknown;
}

/** The part of `net.Server` that tests use. */
export interface PeerListener {
  on(event: 'connection', accepted: (socket: PeerSocket) => void): unknown;
  on(event: 'listening', listening: () => void): unknown;
  on(event: 'error', failed: (error: Error) => void): unknown;
  address(): unknown;
  close(closed?: () => void): unknown;
}

/** The part of `dgram.Socket` that tests use. */
export interface PeerDatagram extends EventEmitter {
  address(): { readonly port: number };
  send(data: string | Uint8Array, port: number, address: string): void;
  close(closed?: () => void): unknown;
}

/** Where a peer connects to, and from. */
export interface Reach {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly allowHalfOpen?: boolean | undefined;
}

export interface ListenWish {
  readonly host: string;
  readonly port: number;
  readonly allowHalfOpen: boolean;
}

/** What peers open their sockets with. They tell by `connect`, `listening` and `error` what became of it. */
export interface Sockets {
  connect(reach: Reach): PeerSocket;
  listen(wish: ListenWish): PeerListener;
  /** A datagram socket on a free port. */
  bind(host: string): PeerDatagram;
}

/** Those of Node. */
export const nodeSockets: Sockets = {
  connect: ({ localAddress, localPort, allowHalfOpen, ...reach }) =>
    connect({
      noDelay: true,
      ...reach,
      ...(localAddress !== undefined && { localAddress }),
      ...(localPort !== undefined && { localPort }),
      ...(allowHalfOpen !== undefined && { allowHalfOpen }),
    }),
  listen: ({ allowHalfOpen, ...where }) => createServer({ noDelay: true, allowHalfOpen }).listen(where),
  bind: (host) => createSocket(host.includes(':') ? 'udp6' : 'udp4').bind({ port: 0, address: host }),
};
