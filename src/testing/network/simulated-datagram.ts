import { isIP } from 'node:net';
import type { ChannelKey } from '../../selector/channel.js';
import { DatagramInbox } from '../../selector/datagram-inbox.js';
import { DatagramOutbox, type DatagramSink } from '../../selector/datagram-outbox.js';
import { Interest, type InterestSet } from '../../selector/interest.js';
import type {
  Address,
  BindSettings,
  Bytes,
  Datagram,
  DatagramChannel,
  Network,
  SendFailure,
} from '../../selector/network.js';
import { covers, familyOf, isAny, isBroadcast, isMulticast, show, shownTo, unmapped } from './addresses.js';
import type { NetworkView, DatagramInFlight, HostView } from './network-view.js';
import type { PortHolder } from './ports.js';
import { type SystemCode, systemError } from './system-error.js';

/** The most that fits into a datagram (RFC 768, RFC 791, RFC 8200). */
const LARGEST = { 4: 65_507, 6: 65_527 } as const;
/** Bytes of the headers of IP and UDP. */
const HEADERS = 28;
/** The most waiting errors: beyond that equal ones are merged, and then the newest are dropped. */
const MOST_ERRORS = 16;

/** What a datagram socket needs of its host. */
export interface DatagramHost extends HostView, Pick<Network, 'lookup'> {
  /** @internal Takes the port; the errors are those of bind(2). */
  bindDatagram(socket: SimulatedDatagram, address: string, port: number): number | Error;
  /** @internal */
  forget(socket: object): void;
  /** @internal */
  owns(address: string): boolean;
  /** @internal */
  sourceFor(address: string): string | undefined;
  /** @internal */
  isMember(group: string): boolean;
  /** @internal The number of the next datagram from a port, from 1: a fault is named by it and by the flow. */
  nextDatagram(port: number): number;
}

/** A datagram socket of a simulated host. */
export class SimulatedDatagram implements DatagramChannel, DatagramSink, PortHolder {
  readonly ipv6Only: boolean;
  readonly shares: boolean;
  port = 0;
  closed = false;
  readonly #view: NetworkView;
  readonly #host: DatagramHost;
  readonly #settings: BindSettings;
  readonly #groups = new Set<string>();
  #bound = false;
  #boundTo: string;
  #remote: Address | undefined;
  #key: ChannelKey | undefined;
  readonly #inbox: DatagramInbox;
  readonly #outbox = new DatagramOutbox(this);
  /** Cancels the lookup while it opens. */
  #cancelLookup: (() => void) | undefined;
  #multicastInterface: string | undefined;
  #errors: Error[] = [];

  constructor(view: NetworkView, host: DatagramHost, settings: BindSettings) {
    this.#view = view;
    this.#host = host;
    this.#settings = settings;
    this.#inbox = new DatagramInbox(view.settings.inbox);
    this.shares = settings.reuseAddress;
    this.ipv6Only = settings.ipv6Only;
    const { host: at = settings.family === 6 ? '::' : '0.0.0.0' } = settings;
    this.#boundTo = at;
    // A simulated host cannot get sockets of other processes.
    if (settings.place !== undefined) this.#fail(systemError('EBADF', 'bind'));
    else this.#resolve(at, (address) => this.#bind(address));
  }

  get address(): string {
    return this.#boundTo;
  }

  get local(): Address | undefined {
    return this.#bound && !this.closed
      ? shownTo(this.#settings.family, { address: this.#boundTo, port: this.port })
      : undefined;
  }

  get remote(): Address | undefined {
    return this.#remote === undefined || this.closed ? undefined : shownTo(this.#settings.family, this.#remote);
  }

  get unsent(): number {
    return this.#outbox.bytes;
  }

  get unsentMessages(): number {
    return this.#outbox.messages;
  }

  get settled(): boolean {
    return this.#outbox.settled;
  }

  get sentMessages(): number {
    return this.#outbox.sentMessages;
  }

  get sentBytes(): number {
    return this.#outbox.sentBytes;
  }

  get failedMessages(): number {
    return this.#outbox.failures.messages;
  }

  get dropped(): number {
    return this.#inbox.dropped;
  }

  get connected(): boolean {
    return this.#remote !== undefined;
  }

  takeError(): Error | undefined {
    return this.#errors.shift();
  }

  takeFailure(): SendFailure | undefined {
    return this.#outbox.failures.take();
  }

  take(): Datagram | undefined {
    return this.#inbox.take();
  }

  send(bytes: Bytes | readonly Bytes[], size: number, to: Address | undefined): boolean {
    const outbox = this.#outbox;
    if (!outbox.send(bytes, size, to)) return false;
    if (outbox.gathered === 1) this.#key?.flushAfterTurn();
    if (outbox.isFull) outbox.flush();
    return true;
  }

  flush(): void {
    if (!this.closed) this.#outbox.flush();
  }

  setMembership(group: string, member: boolean, networkInterface: string | undefined): void {
    const syscall = member ? 'addMembership' : 'dropMembership';
    if (familyOf(group) !== this.#settings.family) throw systemError('ENOPROTOOPT', syscall);
    if (!isMulticast(group)) throw systemError('EINVAL', syscall);
    if (networkInterface !== undefined && !isAny(networkInterface) && !this.#host.owns(networkInterface))
      throw systemError('ENODEV', syscall);
    if (member === this.#groups.has(group)) throw systemError(member ? 'EADDRINUSE' : 'EADDRNOTAVAIL', syscall);
    if (member) this.#groups.add(group);
    else this.#groups.delete(group);
  }

  setMulticastInterface(networkInterface: string): void {
    const syscall = 'setMulticastInterface';
    if (isIP(networkInterface) === 0) throw systemError('EINVAL', syscall);
    const [address = ''] = networkInterface.split('%');
    if (!isAny(address) && !this.#host.owns(address)) throw systemError('EADDRNOTAVAIL', syscall);
    this.#multicastInterface = networkInterface;
  }

  close(why = 'the socket was closed'): void {
    if (this.closed) return;
    if (this.#bound) this.flush();
    this.closed = true;
    this.#inbox.drop();
    this.#outbox.discard(0, why);
    this.#host.forget(this);
    this.#cancelLookup?.();
    if (this.#bound) this.#view.tell('close', this.#name);
    this.#key?.signal(Interest.HANGUP);
  }

  attach(key: ChannelKey): void {
    this.#key = key;
    if (this.#isOpen) key.signal(Interest.CONNECT);
    if (this.#errors.length > 0) key.signal(Interest.HANGUP);
  }

  /** As in a real one, datagrams that arrive without READ are dropped and counted. */
  interestChanged(interest: InterestSet): void {
    this.#inbox.reading = (interest & Interest.READ) !== 0;
  }

  detach(): void {
    this.close();
    this.#key = undefined;
  }

  // ---- For the host ----

  isMember(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether a datagram from `from` to an address of its host is for this socket. */
  hears(address: string, from: Address): boolean {
    if (this.#remote !== undefined && (this.#remote.address !== from.address || this.#remote.port !== from.port))
      return false;
    // In Linux a group membership of any socket counts for all sockets of the host that are bound to any address
    // (IP_MULTICAST_ALL, ip(7)).
    if (isMulticast(address) && this.#boundTo !== address)
      return isAny(this.#boundTo) && familyOf(address) === this.#settings.family && this.#host.isMember(address);
    if (isBroadcast(address)) return this.#boundTo === address || this.#boundTo === '0.0.0.0';
    return covers({ address: this.#boundTo, ipv6Only: this.ipv6Only }, address);
  }

  receive({ bytes, from }: Datagram): void {
    if (!this.#inbox.put(Buffer.from(bytes), shownTo(this.#settings.family, from)))
      return this.#view.tell('drop', this.#name, this.dropped);
    this.#view.tell('deliver', `udp ${show(from)}>${show({ address: this.#boundTo, port: this.port })}`, bytes.length);
    return this.#key?.signal(Interest.READ);
  }

  // ---- Opening ----

  get #isOpen(): boolean {
    return this.#bound && (this.#settings.remote === undefined || this.#remote !== undefined);
  }

  get #name(): string {
    return `udp ${show({ address: this.#boundTo, port: this.port })}`;
  }

  #bind(address: string): void {
    const { family, remote } = this.#settings;
    if (familyOf(address) !== family) return this.#failed('EINVAL', 'bind', { address, port: this.#settings.port });
    this.#boundTo = address;
    const port = this.#host.bindDatagram(this, address, this.#settings.port);
    if (port instanceof Error) return this.#fail(port);
    this.port = port;
    this.#bound = true;
    if (remote === undefined) this.#key?.signal(Interest.CONNECT);
    else this.#resolve(remote.host, (to) => this.#connect({ address: to, port: remote.port }));
  }

  #connect(to: Address): void {
    const source = this.#host.sourceFor(to.address);
    if (familyOf(to.address) !== this.#settings.family) return this.#failed('EINVAL', 'connect', to);
    if (source === undefined) return this.#failed('ENETUNREACH', 'connect', to);
    this.#remote = to;
    if (isAny(this.#boundTo)) this.#boundTo = source;
    return this.#key?.signal(Interest.CONNECT);
  }

  /** A numeric address needs no lookup. */
  #resolve(name: string, then: (address: string) => void): void {
    if (isIP(name) !== 0) return then(unmapped(name));
    this.#cancelLookup = this.lookup(name, (error, [address]) =>
      address !== undefined ? then(address) : this.#fail(error!),
    );
    return undefined;
  }

  lookup(name: string, done: (error: Error | undefined, addresses: readonly string[]) => void): () => void {
    return this.#host.lookup(name, this.#settings.family, done);
  }

  // ---- Sending ----

  transmit(bytes: Bytes, address: string | undefined, port: number): void {
    // As in a real one, the data of the moment of the call is sent.
    const copy = Buffer.from(bytes as Uint8Array);
    const to = address === undefined ? this.#remote : { address: unmapped(address), port };
    if (to === undefined) throw systemError('EDESTADDRREQ', 'send');
    const code = this.#whyNot(copy, to);
    if (code === undefined) this.#sendTo(copy, to);
    // A connected socket names no destination.
    const named = address === undefined ? {} : { address, port };
    this.#outbox.left(code === undefined ? null : systemError(code, 'send', named));
  }

  onSettled(): void {
    this.#key?.signal(Interest.WRITE);
  }

  onFailure(): void {
    this.#key?.signal(Interest.HANGUP);
  }

  #sendTo(bytes: Buffer, to: Address): void {
    const address = isAny(this.#boundTo) || isMulticast(this.#boundTo) ? this.#sourceFor(to.address) : this.#boundTo;
    const from = { address: address!, port: this.port };
    const inFlight = { datagram: { bytes, from }, to };
    const name = `udp ${show(from)}>${show(to)}`;
    const index = this.#host.nextDatagram(this.port);
    for (const target of this.#targets(to.address)) this.#sendOne(inFlight, target, name, index);
  }

  #sendOne(inFlight: DatagramInFlight, target: HostView, name: string, index: number): void {
    const { faults } = this.#view;
    const place = faults.place(isMulticast(inFlight.to.address) ? `${name} at ${target.name}` : name);
    const size = inFlight.datagram.bytes.length + HEADERS;
    this.#view.link(this.#host, target).send({ place, index, attempt: 0, size, kind: 'datagram' }, () => {
      if (target.deliver(inFlight)) return;
      // ICMP: the port is unreachable (RFC 792). Only a connected socket gets this error (udp(7)).
      const back = { place, index, attempt: 1, size: HEADERS * 2, kind: 'control' } as const;
      this.#view.link(target, this.#host).send(back, () => {
        if (this.#remote !== undefined && !this.closed) this.#failed('ECONNREFUSED', 'recvmsg', undefined);
      });
    });
  }

  #sourceFor(address: string): string | undefined {
    const routed = isMulticast(address) || isBroadcast(address);
    // Multicast leaves by the chosen interface, or else by the first one.
    const chosen = this.#multicastInterface;
    if (routed && chosen !== undefined && this.#host.owns(chosen)) return chosen;
    return this.#host.sourceFor(address);
  }

  #whyNot(bytes: Buffer, { address }: Address): SystemCode | undefined {
    const { family, broadcast } = this.#settings;
    const kind = familyOf(address);
    if (family === 4 ? kind === 6 : kind === 4 && !this.#isDual) return 'EINVAL';
    if (!this.#host.up || this.#sourceFor(address) === undefined) return 'ENETUNREACH';
    if (isBroadcast(address) && !broadcast) return 'EACCES';
    return bytes.length > LARGEST[kind] ? 'EMSGSIZE' : undefined;
  }

  /** For an IPv6 socket Node accepts an IPv4 destination only in the mapped form. */
  get #isDual(): boolean {
    return this.#settings.family === 6 && !this.ipv6Only && this.#boundTo === '::';
  }

  #targets(address: string): Iterable<HostView> {
    const { multicast } = this.#settings;
    if (isMulticast(address)) {
      const own = multicast?.loopback === false ? [] : [this.#host];
      return multicast?.ttl === 0 ? own : [...own, ...this.#view.others(this.#host)];
    }
    if (isBroadcast(address)) return [this.#host, ...this.#view.others(this.#host)];
    const target = this.#view.find(address, this.#host);
    return target === undefined ? [] : [target];
  }

  #failed(code: SystemCode, syscall: string, where: Address | undefined): void {
    const at = where === undefined ? {} : { address: where.address, port: where.port };
    this.#fail(systemError(code, syscall, at));
  }

  #fail(error: Error): void {
    const isKnown = this.#errors.some(({ message }) => message === error.message);
    if (!isKnown && this.#errors.length < MOST_ERRORS) this.#errors.push(error);
    this.#key?.signal(Interest.HANGUP);
  }
}
