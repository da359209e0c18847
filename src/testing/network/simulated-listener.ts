import { isIP } from 'node:net';
import type { ChannelKey } from '../../selector/channel.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type {
  Address,
  ListenPlace,
  ListenSettings,
  ListenerChannel,
  StreamChannel,
  TurnedAway,
} from '../../selector/network.js';
import { familyOf } from './addresses.js';
import type { PlannedEvent } from './event-queue.js';
import type { Connection } from './connection.js';
import type { NetworkView, ListenerView } from './network-view.js';
import type { PortHolder } from './ports.js';
import { SimulatedStream } from './simulated-stream.js';
import { systemError } from './system-error.js';

/** What a listener needs of its host. */
export interface ListenerHost {
  /** @internal Takes the port; the errors are those of listen(2). */
  bindListener(listener: SimulatedListener, address: string, port: number): Address | Error;
  /** @internal Takes the path of a UNIX socket. */
  bindToPath(listener: SimulatedListener, path: string): Address | Error;
  /** @internal */
  forget(socket: object): void;
  /** @internal Counts a stream that was accepted; false where no descriptor is left. */
  takes(stream: SimulatedStream, use: 'connection'): boolean;
  /** @internal Tells when somebody takes every descriptor, until the returned function is called. */
  whenRanOut(tell: () => void): () => void;
}

/** A listening socket, with its two queues: handshakes, and accepted connections. */
export class SimulatedListener implements ListenerChannel, PortHolder, ListenerView {
  readonly shares: boolean;
  readonly ipv6Only: boolean;
  local: Address | undefined;
  closed = false;
  readonly #view: NetworkView;
  readonly #host: ListenerHost;
  readonly #maxConnections: number;
  #key: ChannelKey | undefined;
  #accepting = true;
  /** Handshakes in progress. */
  readonly #greeted = new Set<Connection>();
  readonly #accepted: SimulatedStream[] = [];
  readonly #open = new Set<SimulatedStream>();
  readonly #turnedAway: TurnedAway[] = [];
  #lookup: PlannedEvent | undefined;
  #error: Error | undefined;
  /** Stops listening for used-up descriptors. */
  #unheard: (() => void) | undefined;

  constructor(view: NetworkView, host: ListenerHost, settings: ListenSettings) {
    this.#view = view;
    this.#host = host;
    this.shares = settings.reusePort;
    this.ipv6Only = settings.ipv6Only;
    this.#maxConnections = settings.maxConnections ?? Infinity;
    const { place, host: at = '::', port } = settings;
    if (place !== undefined) this.#bindAt(place);
    else if (isIP(at) !== 0) this.#bind(at, port);
    else this.#lookup = view.events.after(view.settings.lookup, () => this.#bindToName(at, port));
  }

  /** The number of connections it has accepted. */
  taken = 0;
  #address = '';

  get address(): string {
    return this.#address;
  }

  get family(): 4 | 6 {
    return familyOf(this.address);
  }

  take(): StreamChannel | undefined {
    return this.#accepted.shift();
  }

  /** Sockets are not moved between the threads of a simulated host. */
  takeSocket(): undefined {
    return undefined;
  }

  takeTurnedAway(): TurnedAway | undefined {
    return this.#turnedAway.shift();
  }

  takeError(): Error | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.local !== undefined) key.signal(Interest.CONNECT);
    if (this.#accepted.length > 0) key.signal(Interest.ACCEPT);
    if (this.#error !== undefined) key.signal(Interest.HANGUP);
  }

  interestChanged(interest: InterestSet): void {
    this.#accepting = (interest & Interest.ACCEPT) !== 0;
  }

  detach(): void {
    if (this.closed) return;
    this.#key = undefined;
    this.closed = true;
    this.#unheard?.();
    this.#lookup = this.#view.events.cancel(this.#lookup);
    this.#host.forget(this);
    for (const { server } of [...this.#greeted]) server.reset();
    for (const stream of this.#accepted.splice(0)) stream.close(true);
  }

  // ---- What the host tells ----

  /**
   * With more handshakes under way than a host has descriptors at first the packet that begins one is dropped, and comes again. The backlog is
   * no bound: it is for those that wait to be accepted, and Node accepts at once. (Handshakes beyond it go on with cookies, `tcp_syncookies`.)
   */
  get full(): boolean {
    return this.#greeted.size >= this.#view.settings.descriptors;
  }

  greets(connection: Connection): void {
    this.taken++;
    this.#greeted.add(connection);
    connection.server.onForgotten = () => void this.#greeted.delete(connection);
    connection.server.onFirstPacket = () => this.#accept(connection);
  }

  #accept(connection: Connection): void {
    this.#greeted.delete(connection);
    connection.server.onForgotten = undefined;
    const { local, remote } = connection.seenByServer(this.family);
    const reason = this.#whyNot();
    const stream = new SimulatedStream(this.#view, (closed) => {
      this.#open.delete(closed);
      this.#host.forget(closed);
    });
    if (reason !== undefined || !this.#host.takes(stream, 'connection')) {
      this.#turnedAway.push({ remote, reason: reason ?? 'descriptors' });
      connection.server.close(false);
      return this.#key?.signal(Interest.HANGUP);
    }
    this.#open.add(stream);
    stream.open(connection.server, local, remote);
    this.#accepted.push(stream);
    return this.#key?.signal(Interest.ACCEPT);
  }

  #whyNot(): TurnedAway['reason'] | undefined {
    if (this.#open.size >= this.#maxConnections) return 'maxConnections';
    return this.#accepting ? undefined : 'paused';
  }

  #bindToName(name: string, port: number): void {
    this.#lookup = undefined;
    const [address] = this.#view.resolve(name, 0);
    if (address === undefined) this.#failed(systemError('ENOTFOUND', 'getaddrinfo', { hostname: name }));
    else this.#bind(address, port);
  }

  #bindAt(place: ListenPlace): void {
    // A simulated host cannot get sockets of other processes.
    if (!('path' in place)) return this.#failed(systemError('EBADF', 'listen'));
    this.#address = place.path;
    return this.#bound(this.#host.bindToPath(this, place.path), { address: place.path });
  }

  #bind(address: string, port: number): void {
    this.#address = address;
    this.#bound(this.#host.bindListener(this, address, port), { address, port });
  }

  #bound(bound: Address | Error, at: { readonly address: string; readonly port?: number }): void {
    if (bound instanceof Error) return this.#failed(bound);
    this.local = bound;
    this.#unheard = this.#host.whenRanOut(() => this.#failed(systemError('EMFILE', 'accept', at)));
    return this.#key?.signal(Interest.CONNECT);
  }

  #failed(error: Error): void {
    this.#error = error;
    this.#key?.signal(Interest.HANGUP);
  }
}
