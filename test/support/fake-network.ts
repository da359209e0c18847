import { isIP } from 'node:net';
import {
  type Address,
  type BindSettings,
  type Bytes,
  type ConnectSettings,
  type Datagram,
  type DatagramChannel,
  Interest,
  type InterestSet,
  type ListenerChannel,
  type ListenSettings,
  type Network,
  type SelectionKey,
  type SendFailure,
  type SrvRecord,
  type StreamChannel,
  type TurnedAway,
} from '../../src/index.js';
import { Heard } from './heard.js';

/** An error as the system makes it. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`fake ${code}`), { code });
}

abstract class FakeChannel {
  key: SelectionKey | undefined;
  interest: InterestSet = Interest.NONE;
  local: Address | undefined;
  closed = false;
  #error: Error | undefined;
  attach(key: SelectionKey): void {
    this.key = key;
    if (this.closed || this.#error !== undefined) key.signal(Interest.HANGUP);
  }
  interestChanged(interest: InterestSet): void {
    this.interest = interest;
  }
  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }
  detach(): void {
    this.close();
    this.key = undefined;
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.key?.signal(Interest.HANGUP);
  }
  /** The system reports an error; the socket is closed with it unless it lives on. */
  fails(code: string, livesOn = false): void {
    this.failsWith(systemError(code), livesOn);
  }
  failsWith(error: Error, livesOn = false): void {
    this.#error = error;
    if (!livesOn) this.closed = true;
    this.key?.signal(Interest.HANGUP);
  }
}

/** A stream whose peer is the test. */
export class FakeStream extends FakeChannel implements StreamChannel {
  remote: Address | undefined;
  ended = false;
  unsent = 0;
  flushed = false;
  sent = '';
  wasReset = false;
  /** Whether the peer takes nothing: what is sent then stays here until {@link takes}. */
  stuck = false;
  /** How often something left. */
  flushes = 0;
  readonly #in: Buffer[] = [];
  #gathered = 0;
  #ending = false;
  #peerEnded = false;

  constructor(
    readonly settings: ConnectSettings | undefined,
    private readonly heard: Heard,
  ) {
    super();
  }
  get received(): number {
    return this.#in.reduce((sum, { length }) => sum + length, 0);
  }
  take(most = Infinity): Buffer | undefined {
    const [first] = this.#in;
    if (first !== undefined && first.length > most) {
      this.#in[0] = first.subarray(most);
      return first.subarray(0, most);
    }
    const bytes = this.#in.shift();
    if (this.#peerEnded && this.#in.length === 0) this.ended = true;
    return bytes;
  }
  putBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#in.unshift(bytes);
    this.ended = false;
    this.key?.signal(Interest.READ);
  }
  write(bytes: Bytes, size: number): void {
    if (this.#gathered === 0) this.key?.flushAfterTurn();
    this.#gathered += size;
    this.unsent += size;
    this.sent += String(bytes);
  }
  takeLost(): number {
    return 0;
  }
  keepOnly(most: number): number {
    const given = Math.max(this.unsent - most, 0);
    this.unsent -= given;
    return given;
  }
  end(): void {
    this.#ending = true;
    this.key?.flushAfterTurn();
  }
  flush(): void {
    this.#gathered = 0;
    this.flushes++;
    this.takes(this.stuck ? 0 : this.unsent);
  }
  /** The peer takes so many bytes of what waits. */
  takes(bytes: number): void {
    this.unsent = Math.max(this.unsent - bytes, 0);
    if (this.#ending && this.unsent === 0) this.flushed = true;
    this.key?.signal(Interest.WRITE);
    this.heard.changed();
  }
  override close(reset = false): void {
    this.wasReset ||= reset;
    super.close();
    this.heard.changed();
  }
  /** The connection is there. */
  opens(): void {
    this.local = { address: '127.0.0.1', port: 40_000, family: 'IPv4' };
    this.remote = { address: '127.0.0.1', port: this.settings?.port ?? 1, family: 'IPv4' };
    this.key!.signal(Interest.CONNECT);
  }
  receives(text: string): void {
    this.#in.push(Buffer.from(text));
    this.key!.signal(Interest.READ);
  }
  peerEnds(): void {
    this.#peerEnded = true;
    if (this.#in.length === 0) this.ended = true;
    this.key?.signal(Interest.READ);
  }
}

export class FakeListener extends FakeChannel implements ListenerChannel {
  readonly #waiting: StreamChannel[] = [];
  constructor(readonly settings: ListenSettings) {
    super();
  }
  take(): StreamChannel | undefined {
    return this.#waiting.shift();
  }
  takeSocket(): unknown {
    return undefined;
  }
  takeTurnedAway(): TurnedAway | undefined {
    return undefined;
  }
  listens(): void {
    this.local = { address: this.settings.host ?? '::', port: this.settings.port, family: 'IPv4' };
    this.key!.signal(Interest.CONNECT);
  }
  accepts(stream: StreamChannel): void {
    this.#waiting.push(stream);
    this.key!.signal(Interest.ACCEPT);
  }
}

export class FakeDatagram extends FakeChannel implements DatagramChannel {
  readonly dropped = 0;
  readonly unsent = 0;
  /** What the kernel has not taken: a test says so. */
  unsentMessages = 0;
  /** Whether it is known of all what became of it: a test says so. */
  settled = true;
  readonly failedMessages = 0;
  readonly remote = undefined;
  sentMessages = 0;
  sentBytes = 0;
  readonly sent: { readonly bytes: unknown; readonly to: Address | undefined }[] = [];
  constructor(readonly settings: BindSettings) {
    super();
  }
  readonly #in: Datagram[] = [];
  take(): Datagram | undefined {
    return this.#in.shift();
  }
  receives(text: string, from: Address): void {
    this.#in.push({ bytes: Buffer.from(text), from });
    this.key!.signal(Interest.READ);
  }
  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean {
    this.sent.push({ bytes, to });
    this.sentMessages++;
    this.sentBytes += size;
    return true;
  }
  flush(): void {}
  readonly #failures: SendFailure[] = [];
  /** A datagram to there did not leave. */
  loses(to: Address): void {
    this.#failures.push({ error: systemError('EPERM'), to, messages: 1, bytes: 1, others: false });
    this.key!.signal(Interest.HANGUP);
  }
  takeFailure(): SendFailure | undefined {
    return this.#failures.shift();
  }
  setMembership(): void {
    throw systemError('ENODEV');
  }
  setMulticastInterface(): void {}
  /** Nothing waits any more. */
  settles(): void {
    this.unsentMessages = 0;
    this.settled = true;
    this.key!.signal(Interest.WRITE);
  }
  opens(): void {
    this.local = { address: '0.0.0.0', port: 9, family: 'IPv4' };
    this.key!.signal(Interest.CONNECT);
  }
}

/** A network in the hands of a test: nothing opens until the test says so. */
export class FakeNetwork implements Network {
  readonly canReusePort = true;
  readonly canHandOver = false;
  secure(): StreamChannel {
    throw new Error('there is no TLS here');
  }
  receive(): StreamChannel {
    throw new Error('nobody hands a socket over here');
  }
  readonly heard = new Heard();
  /** What the names have for addresses; one that is not here has one of its own. */
  readonly names: Map<string, readonly string[] | Error>;
  /** What the names of services have for SRV records; one that is not here has none. */
  readonly services = new Map<string, readonly SrvRecord[] | Error>();
  readonly streams: FakeStream[] = [];
  readonly listeners: FakeListener[] = [];
  readonly datagrams: FakeDatagram[] = [];

  constructor(names: Readonly<Record<string, readonly string[]>> = {}) {
    this.names = new Map(Object.entries(names));
  }
  listen(settings: ListenSettings): FakeListener {
    return this.#made(this.listeners, new FakeListener(settings));
  }
  connect(settings: ConnectSettings): FakeStream {
    return this.#made(this.streams, new FakeStream(settings, this.heard));
  }
  lookup(
    host: string,
    _family: number,
    done: (error: Error | undefined, addresses: readonly string[]) => void,
  ): () => void {
    let over = false;
    const found = this.names.get(host) ?? [isIP(host) === 0 ? '10.0.0.7' : host];
    queueMicrotask(() => {
      if (over) return;
      if (found instanceof Error) done(found, []);
      else done(undefined, found);
    });
    return () => void (over = true);
  }
  lookupSrv(name: string, done: (error: Error | undefined, records: readonly SrvRecord[]) => void): () => void {
    const found = this.services.get(name);
    let over = false;
    queueMicrotask(() => {
      if (over) return;
      if (found === undefined || found instanceof Error) done(found ?? systemError('ENOTFOUND'), []);
      else done(undefined, found);
    });
    return () => void (over = true);
  }
  bind(settings: BindSettings): FakeDatagram {
    return this.#made(this.datagrams, new FakeDatagram(settings));
  }
  localAddresses(family: 4 | 6): readonly string[] {
    return family === 6 ? ['::1'] : ['127.0.0.1'];
  }
  watchCapacity(tell: (most: number) => void): () => void {
    tell(1_000);
    return () => {};
  }
  /** A peer that a listener accepts. */
  peer(): FakeStream {
    return new FakeStream(undefined, this.heard);
  }
  /** Waits for the n-th of them. */
  async stream(n = 1): Promise<FakeStream> {
    return this.#nth(this.streams, n);
  }
  async listener(n = 1): Promise<FakeListener> {
    return this.#nth(this.listeners, n);
  }
  async datagram(n = 1): Promise<FakeDatagram> {
    return this.#nth(this.datagrams, n);
  }
  #made<T extends FakeChannel>(list: T[], channel: T): T {
    list.push(channel);
    // Its key is there when the call that made it is over.
    queueMicrotask(() => this.heard.changed());
    return channel;
  }
  async #nth<T extends FakeChannel>(list: readonly T[], n: number): Promise<T> {
    await this.heard.until(() => list[n - 1]?.key !== undefined, `socket ${n}`);
    return list[n - 1]!;
  }
}
