import type { Socket } from 'node:net';
import type { Address } from '../network.js';
import { NodeStream } from './node-stream.js';
import { checkAbstract } from './unix-names.js';

/** A connection over a UNIX socket: Node tells no address of one, and there is no reset. */
export class NodePathStream extends NodeStream {
  readonly #local: Address;
  readonly #remote: Address;

  constructor(socket: Socket, local: Address, remote: Address) {
    super(socket);
    this.#local = local;
    this.#remote = remote;
  }

  override get local(): Address {
    return this.#local;
  }

  override get remote(): Address {
    return this.#remote;
  }

  /** A peer that has only closed would be taken for one that has sent a reset. */
  protected override askForReset(): void {}

  override close(): void {
    super.close(false);
  }
}

/** The address of the client side of a UNIX socket, which has no name. */
export const UNNAMED: Address = { address: '', port: 0, family: 'UNIX' };

export function unixAddress(path: string): Address {
  return path === '' ? UNNAMED : { address: path, port: 0, family: 'UNIX' };
}

/** Connects a socket to a path; a failure becomes an error of the channel. */
export function connectToPath(socket: Socket, path: string): NodeStream {
  const stream = NodeStream.connecting(socket, new NodePathStream(socket, UNNAMED, unixAddress(path)));
  try {
    if (path.startsWith('\0')) checkAbstract();
    socket.connect({ path });
  } catch (thrown) {
    socket.destroy(thrown as Error);
  }
  return stream;
}
