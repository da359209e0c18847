import { once } from 'node:events';
import { type NetConnectOpts, type Socket, connect } from 'node:net';

const peers = new Set<Peer>();

/** A plain TCP client of Node's own, that does what a peer may do. It reads all that comes, unless its socket is paused. */
export class Peer {
  readonly socket: Socket;
  /** What was received and not taken. */
  #inbox: Buffer[] = [];
  #waiting = 0;
  readonly #looks = new Set<() => void>();
  received = 0;
  /** What went wrong, where something did. */
  error: NodeJS.ErrnoException | undefined;
  /** The other side has ended in order. */
  ended = false;
  readonly closed: Promise<void>;
  #closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.received += bytes.length;
      this.#waiting += bytes.length;
      this.#inbox.push(bytes);
      this.#look();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#look();
    });
    socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#closed = true;
        peers.delete(this);
        this.#look();
        resolve();
      });
    });
    peers.add(this);
  }

  static async connect(port: number, options: Partial<NetConnectOpts> = {}): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...options });
    const peer = new Peer(socket);
    await once(socket, 'connect');
    return peer;
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Takes so many bytes, once they are there; fewer where the connection ends before. */
  async take(count: number): Promise<Buffer> {
    await this.#until(() => this.#waiting >= count || this.ended || this.#closed);
    const all = Buffer.concat(this.#inbox);
    const rest = all.subarray(count);
    this.#inbox = rest.length > 0 ? [rest] : [];
    this.#waiting = rest.length;
    return all.subarray(0, count);
  }

  /** Resolves when so many bytes have come in all. */
  async receivedAtLeast(count: number): Promise<void> {
    await this.#until(() => this.received >= count || this.ended || this.#closed);
  }

  /** Takes everything up to the end of the connection. */
  async takeAll(): Promise<Buffer> {
    return this.take(Infinity);
  }

  /** Sends, and takes as many bytes back; tells how long that took, in ms. */
  async echo(bytes: Uint8Array | string): Promise<number> {
    const sent = Buffer.from(bytes);
    const start = performance.now();
    this.send(sent);
    const back = await this.take(sent.length);
    const took = performance.now() - start;
    if (!back.equals(sent)) throw new Error(`sent ${sent.length} bytes, ${back.length} other ones came back`);
    return took;
  }

  /** Sends without an end, as fast as the other side lets it, until it is told to stop. */
  sendForEver(chunk: Uint8Array): () => void {
    let on = true;
    const push = (): void => {
      while (on && !this.socket.destroyed && this.socket.write(chunk));
    };
    this.socket.on('drain', push);
    push();
    return () => {
      on = false;
      this.socket.off('drain', push);
    };
  }

  /** Bytes that it has given to the system. */
  get sent(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  #look(): void {
    for (const look of this.#looks) look();
  }

  async #until(done: () => boolean): Promise<void> {
    if (done()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!done()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
    });
  }
}

/** Connects many, a few at a time. */
export async function connectMany(port: number, count: number): Promise<Peer[]> {
  const all: Peer[] = [];
  while (all.length < count) {
    const some = Array.from({ length: Math.min(50, count - all.length) }, async () => Peer.connect(port));
    all.push(...(await Promise.all(some)));
  }
  return all;
}

/** Closes what a test has left. */
export async function closePeers(): Promise<void> {
  for (const peer of peers) {
    peer.socket.destroy();
    await peer.closed;
  }
}
