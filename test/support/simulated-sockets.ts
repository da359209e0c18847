import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import {
  type Address,
  type ChannelKey,
  type DatagramChannel,
  Interest,
  type InterestSet,
  type ListenerChannel,
  type Network,
  type StreamChannel,
} from '../../src/index.js';
import type { ListenWish, PeerDatagram, PeerListener, PeerSocket, Reach, Sockets } from './sockets.js';

const STREAM = { noDelay: true, keepAlive: undefined } as const;

/**
 * The key of a channel without a Selector: what it is ready for is told when the code that runs now has ended. (What it gathers leaves at
 * once, as it does from a socket of Node's.)
 */
class PeerKey implements ChannelKey {
  #ready: InterestSet = Interest.NONE;
  constructor(private readonly onReady: (ready: InterestSet) => void) {}

  signal(ready: InterestSet): void {
    if (this.#ready === Interest.NONE) process.nextTick(() => this.#tell());
    this.#ready |= ready;
  }
  flushAfterTurn(): void {}

  #tell(): void {
    const ready = this.#ready;
    this.#ready = Interest.NONE;
    this.onReady(ready);
  }
}

/** The part of `net.Socket` that tests use, over a channel of any network. */
class SimulatedSocket extends Duplex implements PeerSocket {
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  localAddress: string | undefined;
  localPort: number | undefined;
  readonly #channel: StreamChannel;
  #wanted = true;
  #written: (() => void) | undefined;
  #ended: (() => void) | undefined;
  #reset = false;

  constructor(channel: StreamChannel, allowHalfOpen: boolean) {
    // The same in every version of Node: a paused peer takes no more than that.
    super({ allowHalfOpen, decodeStrings: true, highWaterMark: 16_384 });
    this.#channel = channel;
    this.#locate();
    channel.attach(new PeerKey((ready) => this.#onReady(ready)));
    this.#want(true);
  }

  resetAndDestroy(): this {
    this.#reset = true;
    return this.destroy();
  }

  override _read(): void {
    this.#want(true);
    this.#take();
  }

  #want(wanted: boolean): void {
    this.#wanted = wanted;
    this.#channel.interestChanged?.(wanted ? Interest.READ | Interest.WRITE : Interest.WRITE);
  }

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    this.#written = written;
    this.#channel.write(chunk, chunk.length);
    this.#channel.flush();
    this.#onSpace();
  }

  override _final(ended: () => void): void {
    this.#ended = ended;
    this.#channel.end();
    this.#channel.flush();
    this.#onSpace();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    this.#channel.close(this.#reset);
    destroyed(error);
  }

  #onReady(ready: InterestSet): void {
    if ((ready & Interest.CONNECT) !== 0) {
      this.#locate();
      this.emit('connect');
    }
    if ((ready & Interest.READ) !== 0) this.#take();
    if ((ready & Interest.WRITE) !== 0) this.#onSpace();
    const error = (ready & Interest.HANGUP) !== 0 ? this.#channel.takeError() : undefined;
    if (error !== undefined) this.destroy(error);
  }

  #locate(): void {
    const { local, remote } = this.#channel;
    [this.localAddress, this.localPort] = [local?.address, local?.port];
    [this.remoteAddress, this.remotePort] = [remote?.address, remote?.port];
  }

  #take(): void {
    if (this.destroyed || this.readableEnded) return;
    while (this.#wanted) {
      const bytes = this.#channel.take();
      if (bytes === undefined) break;
      if (!this.push(bytes)) this.#want(false);
    }
    if (!this.#channel.ended) return;
    this.#wanted = false;
    this.push(null);
    // As net.Socket: an end before which nothing waits is told although it is paused.
    this.read(0);
  }

  #onSpace(): void {
    const { unsent, flushed } = this.#channel;
    const written = unsent === 0 ? this.#written : undefined;
    if (written !== undefined) {
      this.#written = undefined;
      written();
    }
    const ended = flushed ? this.#ended : undefined;
    if (ended === undefined) return;
    this.#ended = undefined;
    ended();
  }
}

/** The part of `net.Server` that tests use. */
class SimulatedServer extends EventEmitter implements PeerListener {
  readonly #channel: ListenerChannel;
  readonly #allowHalfOpen: boolean;
  #open = 0;
  #closed: (() => void) | undefined;

  constructor(network: Network, { host, port, allowHalfOpen }: ListenWish) {
    super();
    this.#allowHalfOpen = allowHalfOpen;
    const settings = { ipv6Only: false, reusePort: false, handsOver: false, maxConnections: undefined, stream: STREAM };
    this.#channel = network.listen({ ...settings, host, port, backlog: 511, listeners: 1 });
    this.#channel.attach(new PeerKey((ready) => this.#onReady(ready)));
  }

  address(): Address {
    return this.#channel.local!;
  }

  /** @param closed called when the last of its connections is gone too. */
  close(closed: () => void = () => {}): this {
    this.#closed = closed;
    this.#channel.detach();
    if (this.#open === 0) process.nextTick(closed);
    return this;
  }

  #onReady(ready: InterestSet): void {
    if ((ready & Interest.CONNECT) !== 0) this.emit('listening');
    if ((ready & Interest.ACCEPT) !== 0)
      for (let next = this.#channel.take(); next !== undefined; next = this.#channel.take()) this.#accept(next);
    const error = (ready & Interest.HANGUP) !== 0 ? this.#channel.takeError() : undefined;
    if (error !== undefined) this.emit('error', error);
  }

  #accept(channel: StreamChannel): void {
    const socket = new SimulatedSocket(channel, this.#allowHalfOpen);
    this.#open++;
    socket.on('close', () => {
      if (--this.#open === 0) this.#closed?.();
    });
    this.emit('connection', socket);
  }
}

/** The part of `dgram.Socket` that tests use. */
class SimulatedDatagramSocket extends EventEmitter implements PeerDatagram {
  readonly #channel: DatagramChannel;

  constructor(network: Network, host: string) {
    super();
    this.#channel = network.bind({
      family: host.includes(':') ? 6 : 4,
      host,
      port: 0,
      remote: undefined,
      reuseAddress: false,
      ipv6Only: false,
      broadcast: false,
      receiveBuffer: undefined,
      sendBuffer: undefined,
      multicast: undefined,
    });
    this.#channel.attach(new PeerKey((ready) => this.#onReady(ready)));
  }

  address(): Address {
    return this.#channel.local!;
  }

  send(data: string | Uint8Array, port: number, address: string): void {
    this.#channel.send(data, Buffer.byteLength(data), { address, port });
    this.#channel.flush();
  }

  close(closed: () => void = () => {}): this {
    this.once('close', closed);
    this.#channel.close();
    process.nextTick(() => this.emit('close'));
    return this;
  }

  #onReady(ready: InterestSet): void {
    if ((ready & Interest.CONNECT) !== 0) this.emit('listening');
    if ((ready & Interest.READ) === 0) return;
    for (let next = this.#channel.take(); next !== undefined; next = this.#channel.take())
      this.emit('message', next.bytes, next.from);
  }
}

/** Sockets for peers on a network that is no kernel's. */
export function socketsOn(network: Network): Sockets {
  return {
    connect({ host, port, localAddress, localPort, allowHalfOpen = false }: Reach): PeerSocket {
      const settings = { localAddress, localPort, stream: STREAM };
      return new SimulatedSocket(network.connect({ ...settings, address: host, port }), allowHalfOpen);
    },
    listen: (wish) => new SimulatedServer(network, wish),
    bind: (host) => new SimulatedDatagramSocket(network, host),
  };
}
