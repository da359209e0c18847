import { isIP } from 'node:net';
import type { Address, ConnectSettings } from '../../selector/network.js';
import { familyOf, isLoopback, show, unmapped } from './addresses.js';
import type { Appointment } from './agenda.js';
import { Connection, flowName } from './connection.js';
import type { Fabric, Station } from './fabric.js';
import type { Link } from './link.js';
import { systemError } from './system-error.js';
import type { TcpEnd } from './tcp-end.js';

/** When the first packet is sent again, and after the last wait given up: after 127 s in all (`tcp_syn_retries`, tcp(7)). */
const SYN_WAITS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];
/** How long the greeting of a server is sent again (`tcp_synack_retries`, tcp(7)). */
const GREETING_WAITS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
/** A neighbour that has an address of the network and is not there: three questions, a second apart (`mcast_solicit`, arp(7)). */
const NOBODY_THERE = 3_000;
/** How long Node tries one of several addresses (`autoSelectFamilyAttemptTimeout`). */
const NEXT_ADDRESS = 250;
/** Bytes of a packet of the handshake. */
const SIZE = 60;

/** What opening a connection needs of its host. */
export interface Caller extends Station {
  /** @internal The address to call another one from; `undefined` where it has none of that family. */
  sourceFor(address: string): string | undefined;
  /** @internal */
  owns(address: string): boolean;
  /** @internal A free port to connect from; `undefined` where the wanted one is taken, or none is left. */
  portFor(from: string, to: Address, wanted: number | undefined): number | undefined;
}

/** Who waits for the connection. */
export interface Waiting {
  opened(end: TcpEnd, local: Address, remote: Address): void;
  failed(error: Error): void;
}

/** A try to open a connection: the name is looked up, and each address that it has is tried. */
export class Dial {
  readonly #fabric: Fabric;
  readonly #caller: Caller;
  readonly #settings: ConnectSettings;
  readonly #waiting: Waiting;
  #next: Appointment | undefined;
  #attempt: Attempt | undefined;
  #addresses: readonly string[] = [];
  readonly #errors: Error[] = [];
  #over = false;

  constructor(fabric: Fabric, caller: Caller, settings: ConnectSettings, waiting: Waiting) {
    this.#fabric = fabric;
    this.#caller = caller;
    this.#settings = settings;
    this.#waiting = waiting;
    const numeric = isIP(settings.host) !== 0;
    this.#next = fabric.agenda.after(numeric ? 0 : fabric.settings.lookup, () => this.#lookedUp(numeric));
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#next = this.#fabric.agenda.cancel(this.#next);
    this.#attempt?.cancel();
  }

  #lookedUp(numeric: boolean): void {
    const { host, family } = this.#settings;
    if (!numeric && !this.#caller.up) return this.#failed(systemError('ENOTFOUND', 'getaddrinfo', { hostname: host }));
    this.#addresses = numeric ? [unmapped(host)] : this.#fabric.resolve(host, family);
    if (this.#addresses.length > 0) return this.#try(0);
    return this.#failed(systemError('ENOTFOUND', 'getaddrinfo', { hostname: host }));
  }

  #try(n: number): void {
    const address = this.#addresses[n];
    if (address === undefined) return this.#allFailed();
    const failed = (error: Error): void => {
      if (this.#over) return;
      this.#next = this.#fabric.agenda.cancel(this.#next);
      this.#attempt?.cancel();
      this.#errors.push(error);
      this.#try(n + 1);
    };
    const to = { address, port: this.#settings.port };
    if (n < this.#addresses.length - 1)
      this.#next = this.#fabric.agenda.after(NEXT_ADDRESS, () => failed(systemError('ETIMEDOUT', 'connect', to)));
    this.#attempt = undefined;
    const from = this.#sourceOf(to);
    if (from instanceof Error) return failed(from);
    this.#attempt = new Attempt(this.#fabric, this.#caller, from, to, {
      opened: (end) => this.#opened(end, from, to),
      failed,
    });
    return undefined;
  }

  /** Where it is called from; or why it cannot be. */
  #sourceOf(to: Address): Address | Error {
    const { localAddress, localPort } = this.#settings;
    if (!this.#caller.up) return systemError('ENETUNREACH', 'connect', to);
    if (localAddress !== undefined && !this.#caller.owns(localAddress))
      return systemError('EADDRNOTAVAIL', 'bind', { address: localAddress, port: localPort ?? 0 });
    const address = localAddress ?? this.#caller.sourceFor(to.address);
    if (address === undefined || familyOf(address) !== familyOf(to.address) || to.address.startsWith('0.'))
      return systemError('ENETUNREACH', 'connect', to);
    const port = this.#caller.portFor(address, to, localPort);
    if (port !== undefined) return { address, port };
    return localPort === undefined || localPort === 0
      ? systemError('EADDRNOTAVAIL', 'connect', to)
      : systemError('EADDRINUSE', 'bind', { address: localAddress ?? '0.0.0.0', port: localPort });
  }

  #opened(end: TcpEnd, from: Address, to: Address): void {
    if (this.#over) return end.reset();
    this.#over = true;
    this.#next = this.#fabric.agenda.cancel(this.#next);
    const family = familyOf(to.address) === 6 ? 'IPv6' : 'IPv4';
    return this.#waiting.opened(end, { ...from, family }, { ...to, family });
  }

  #allFailed(): void {
    const [first] = this.#errors;
    if (this.#errors.length === 1) return this.#failed(first!);
    return this.#failed(
      Object.assign(new AggregateError(this.#errors), { code: (first as NodeJS.ErrnoException).code }),
    );
  }

  #failed(error: Error): void {
    if (this.#over) return;
    this.cancel();
    this.#waiting.failed(error);
  }
}

/** The handshake with one address. */
class Attempt {
  readonly #fabric: Fabric;
  readonly #caller: Caller;
  readonly #from: Address;
  readonly #to: Address;
  readonly #done: { opened(end: TcpEnd): void; failed(error: Error): void };
  readonly #name: string;
  readonly #nth: number;
  #timer: Appointment | undefined;
  #connection: Connection | undefined;
  #over = false;

  constructor(
    fabric: Fabric,
    caller: Caller,
    from: Address,
    to: Address,
    done: { opened(end: TcpEnd): void; failed(error: Error): void },
  ) {
    this.#fabric = fabric;
    this.#caller = caller;
    this.#from = from;
    this.#to = to;
    this.#done = done;
    this.#name = `tcp ${show(from)}>${show(to)}`;
    this.#nth = fabric.nextCall(this.#name);
    fabric.tell('connect', this.#name);
    const target = fabric.find(to.address, caller);
    if (target !== undefined && isLoopback(to.address) === isLoopback(from.address)) this.#knock(target, 0);
    else this.#timer = fabric.agenda.after(NOBODY_THERE, () => this.#failed('EHOSTUNREACH'));
  }

  cancel(): void {
    this.#over = true;
    this.#timer = this.#fabric.agenda.cancel(this.#timer);
    // A server that has greeted hears that nobody wants it.
    this.#connection?.client.reset();
  }

  #knock(target: Station, attempt: number): void {
    const wait = SYN_WAITS[attempt];
    if (wait === undefined) return this.#failed('ETIMEDOUT');
    const link = this.#fabric.link(this.#caller, target);
    this.#send(link, flowName(this.#from, this.#to, this.#nth), attempt, () => this.#knocked(target, attempt));
    this.#timer = this.#fabric.agenda.after(wait, () => this.#knock(target, attempt + 1));
    return undefined;
  }

  /** At the server's host. */
  #knocked(target: Station, attempt: number): void {
    const back = this.#fabric.link(target, this.#caller);
    // The greeting was lost, and goes again.
    if (this.#connection !== undefined) return this.#greet(this.#connection, back, attempt);
    const answer = target.knock(this.#to);
    if (answer === 'drop') return this.#fabric.tell('drop', this.#name, attempt);
    if (answer === 'refuse') return this.#send(back, this.#answerName, attempt, () => this.#failed('ECONNREFUSED'));
    const from = { host: this.#caller, at: this.#from };
    const links = { there: this.#fabric.link(this.#caller, target), back };
    const connection = new Connection(this.#fabric, from, { host: target, at: this.#to }, links, this.#nth);
    this.#connection = connection;
    this.#fabric.begun(connection);
    answer.greets(connection);
    return this.#greet(connection, back, attempt, 0);
  }

  /** The server's answer, sent again until the client is heard. */
  #greet(connection: Connection, back: Link, attempt: number, time?: number): void {
    const { server } = connection;
    if (server.state !== 'open') return;
    this.#send(back, this.#answerName, attempt + (time ?? 0), () => this.#greeted(connection));
    const wait = time === undefined ? undefined : GREETING_WAITS[time];
    if (time === undefined) return;
    if (wait === undefined) return server.vanish();
    const next = this.#fabric.agenda.after(wait, () => this.#greet(connection, back, attempt, time + 1));
    const heard = server.onFirstPacket;
    server.onFirstPacket = () => {
      this.#fabric.agenda.cancel(next);
      heard?.();
    };
  }

  /** At the client's host. */
  #greeted(connection: Connection): void {
    const { client } = connection;
    if (this.#over) {
      // It is open already, and the server has not heard of it; or nobody waits any more.
      if (client.state === 'open') client.confirm();
      return;
    }
    this.#over = true;
    this.#timer = this.#fabric.agenda.cancel(this.#timer);
    this.#fabric.tell('open', this.#name);
    client.confirm();
    this.#done.opened(client);
  }

  get #answerName(): string {
    return flowName(this.#to, this.#from, this.#nth);
  }

  #send(link: Link, name: string, attempt: number, arrive: () => void): void {
    const place = this.#fabric.faults.place(name);
    // A segment like any other: it may be lost.
    link.send({ place, index: -1, attempt, size: SIZE, kind: 'segment' }, arrive);
  }

  #failed(code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'EHOSTUNREACH'): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer = this.#fabric.agenda.cancel(this.#timer);
    this.#fabric.tell(code === 'ECONNREFUSED' ? 'refused' : 'timeout', this.#name);
    this.#done.failed(systemError(code, 'connect', this.#to));
  }
}
