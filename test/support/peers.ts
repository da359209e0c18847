import { bench } from './bench.js';
import { Heard } from './heard.js';
import type { PeerDatagram, PeerListener, PeerSocket, Reach } from './sockets.js';
import { stage } from './stage.js';

const open = new Set<() => void>();

/** Closes every peer of the test that has ended. */
export function closePeers(): void {
  for (const close of open) close();
  open.clear();
}

/** The other end of a TCP connection: a plain socket of the stage. */
export class Peer {
  readonly heard = new Heard();
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(readonly socket: PeerSocket) {
    open.add(() => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.heard.push('data', chunk);
    });
    socket.on('connect', () => this.heard.push('connect'));
    socket.on('end', () => this.heard.push('end'));
    socket.on('error', (error) => this.heard.push('error', error));
    socket.on('close', () => this.heard.push('close'));
  }

  get bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** How many bytes have come. */
  get size(): number {
    return this.#size;
  }

  send(data: string | Uint8Array): this {
    this.socket.write(data);
    return this;
  }

  /** Sends and waits until the kernel has it. */
  async sends(data: string | Uint8Array): Promise<void> {
    await bench().until(new Promise<void>((resolve) => this.socket.write(data, () => resolve())));
  }

  end(data?: string): this {
    if (data === undefined) this.socket.end();
    else this.socket.end(data);
    return this;
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Waits until so many bytes have come, or this text is all that has come. */
  async received(what: number | string): Promise<string> {
    const size = typeof what === 'number' ? what : Buffer.byteLength(what);
    await this.heard.until(() => this.#size >= size, `${size} bytes (${this.#size} came)`);
    return this.text;
  }

  async ended(): Promise<void> {
    await this.heard.on('end');
  }

  async closed(): Promise<void> {
    await this.heard.on('close');
  }
}

export async function connectTo(to: number | Reach): Promise<Peer> {
  const reach = typeof to === 'number' ? { port: to, host: '127.0.0.1' } : to;
  const peer = new Peer(stage().sockets.connect(reach));
  await peer.heard.until(() => peer.heard.count('connect') + peer.heard.count('error') > 0, 'a connection');
  if (peer.heard.count('connect') === 0) throw peer.heard.all('error')[0]![0];
  return peer;
}

/** A plain server, whose connections are peers. */
export class PeerServer {
  readonly heard = new Heard();
  readonly peers: Peer[] = [];

  constructor(readonly server: PeerListener) {
    open.add(() => server.close());
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  async peer(n = 1): Promise<Peer> {
    await this.heard.on('connection', n);
    return this.peers[n - 1]!;
  }

  async close(): Promise<void> {
    await bench().until(new Promise<void>((resolve) => this.server.close(resolve)));
  }
}

export async function listenOn(host = '127.0.0.1', port = 0, allowHalfOpen = false): Promise<PeerServer> {
  const server = stage().sockets.listen({ host, port, allowHalfOpen });
  const wrapped = new PeerServer(server);
  server.on('connection', (socket) => {
    wrapped.peers.push(new Peer(socket));
    wrapped.heard.push('connection');
  });
  await bench().until(
    new Promise<void>((resolve, reject) => {
      server.on('error', reject);
      server.on('listening', resolve);
    }),
  );
  return wrapped;
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = await listenOn();
  const { port } = server;
  await server.close();
  return port;
}

/** A plain datagram socket. */
export class UdpPeer {
  readonly heard = new Heard();
  readonly messages: string[] = [];

  constructor(readonly socket: PeerDatagram) {
    let closed = false;
    socket.on('close', () => (closed = true));
    open.add(() => closed || socket.close());
    socket.on('message', (message: Buffer, from: unknown) => {
      this.messages.push(message.toString());
      this.heard.push('message', message, from);
    });
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(data: string | Uint8Array, port: number, address = '127.0.0.1'): void {
    this.socket.send(data, port, address);
  }

  /** Waits for the n-th datagram. */
  async received(n = 1): Promise<string> {
    await this.heard.on('message', n);
    return this.messages[n - 1]!;
  }

  async close(): Promise<void> {
    await bench().until(new Promise<void>((resolve) => this.socket.close(resolve)));
  }
}

export async function udpPeer(host = '127.0.0.1'): Promise<UdpPeer> {
  const socket = stage().sockets.bind(host);
  const peer = new UdpPeer(socket);
  await bench().until(new Promise<void>((resolve, reject) => socket.on('listening', resolve).on('error', reject)));
  return peer;
}

let ipv6: boolean | undefined;
/** On real sockets: where this machine has no IPv6 loopback, prints so and skips the test. */
export async function needsIPv6(running: Mocha.Context): Promise<void> {
  if (!stage().isReal) return;
  ipv6 ??= await listenOn('::1').then(
    (server) => (server.server.close(), true),
    () => false,
  );
  if (ipv6) return;
  console.log('      skipped: this machine has no IPv6 loopback address');
  running.skip();
}
