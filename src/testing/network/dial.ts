import type { Address, ConnectSettings } from '../../selector/network.js';
import { familyOf, isLoopback, show, unmapped } from './addresses.js';
import type { PlannedEvent } from './event-queue.js';
import { Connection, flowName } from './connection.js';
import type { NetworkView, ListenerView, HostView } from './network-view.js';
import type { Link } from './link.js';
import { type SystemCode, systemError } from './system-error.js';
import type { TcpEnd } from './tcp-end.js';

/**
 * The first packet is sent again after 1 s, 2 s and so on, and the attempt fails after 127 s in total
 * (`tcp_syn_retries`, tcp(7)). The same holds for its answer.
 */
const RETRANSMIT_TIMES = { retransmit: 1_000, giveUp: 127_000 };
/** For an unused address of the network: three ARP requests, a second apart (`mcast_solicit`, arp(7)). */
const NOBODY_THERE = 3_000;
/** Bytes of a packet of the handshake. */
const SIZE = 60;

/** What opening a connection needs of its host. */
export interface Caller extends HostView {
  /** @internal The local address for a connection; `undefined` if the host has none of that family. */
  sourceFor(address: string): string | undefined;
  /** @internal */
  owns(address: string): boolean;
  /** @internal A free local port; `undefined` if the wanted one is taken, or none is left. */
  portFor(from: string, to: Address, wanted: number | undefined): number | undefined;
  /** @internal The first packet of a connection to a UNIX socket path. */
  knockAt(path: string): SystemCode | 'drop' | ListenerView;
  /** @internal A number that identifies a client of a UNIX socket. */
  nextCaller(): number;
}

/** Gets the result of an attempt to connect. */
export interface Waiting {
  opened(end: TcpEnd, local: Address, remote: Address): void;
  failed(error: Error): void;
}

/** Opens a connection: the handshake with one address. */
export class Dial {
  readonly #view: NetworkView;
  readonly #caller: Caller;
  readonly #settings: ConnectSettings;
  readonly #waiting: Waiting;
  readonly #to: Address;
  #from: Address = { address: '', port: 0 };
  /** The name of the flow, and the number of the attempt, from 1. */
  #name = '';
  #nth = 0;
  #timer: PlannedEvent | undefined;
  #connection: Connection | undefined;
  #over = false;

  constructor(view: NetworkView, caller: Caller, settings: ConnectSettings, waiting: Waiting) {
    this.#view = view;
    this.#caller = caller;
    this.#settings = settings;
    this.#waiting = waiting;
    const { path, address, port } = settings;
    this.#to = path === undefined ? { address: unmapped(address), port } : { address: path, port: 0, family: 'UNIX' };
    // As with a real socket, there is no result within the call.
    this.#timer = view.events.after(0, () => this.#begin());
  }

  cancel(): void {
    this.#settled();
    // A server that has answered is told that the connection is not wanted.
    this.#connection?.client.reset();
  }

  #settled(): void {
    this.#over = true;
    this.#timer = this.#view.events.cancel(this.#timer);
  }

  #begin(): void {
    const from = this.#source();
    if (from instanceof Error) return this.#fail(from);
    this.#from = from;
    this.#name = `tcp ${show(from)}>${show(this.#to)}`;
    this.#nth = this.#view.nextCall(this.#name);
    this.#view.tell('connect', this.#name);
    if (this.#to.family === 'UNIX') return this.#knock(this.#caller);
    const target = this.#view.find(this.#to.address, this.#caller);
    if (target !== undefined && isLoopback(this.#to.address) === isLoopback(from.address)) this.#knock(target);
    else this.#timer = this.#view.events.after(NOBODY_THERE, () => this.#failed('EHOSTUNREACH'));
    return undefined;
  }

  /** The local address, or the error. */
  #source(): Address | Error {
    const { localAddress, localPort } = this.#settings;
    const to = this.#to;
    if (!this.#caller.up) return systemError('ENETUNREACH', 'connect', to);
    if (to.family === 'UNIX') return { address: '', port: this.#caller.nextCaller(), family: 'UNIX' };
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

  #knock(target: HostView): void {
    const name = flowName(this.#from, this.#to, this.#nth);
    this.#bring(this.#view.link(this.#caller, target), name, () => this.#knocked(target));
  }

  /** At the server's host. False if the packet is dropped. */
  #knocked(target: HostView): boolean {
    const back = this.#view.link(target, this.#caller);
    const name = flowName(this.#to, this.#from, this.#nth);
    const answer = this.#to.family === 'UNIX' ? this.#caller.knockAt(this.#to.address) : target.knock(this.#to);
    if (answer === 'drop') {
      this.#view.tell('drop', this.#name, -1);
      return false;
    }
    if (answer === 'refuse') this.#bring(back, name, () => this.#failed('ECONNREFUSED'));
    else if (typeof answer === 'string') this.#bring(back, name, () => this.#failed(answer));
    else {
      const from = { host: this.#caller, at: this.#from };
      const links = { there: this.#view.link(this.#caller, target), back };
      const connection = new Connection(this.#view, from, { host: target, at: this.#to }, links, this.#nth);
      this.#connection = connection;
      this.#view.begun(connection);
      answer.greets(connection);
      this.#bring(back, name, () => this.#greeted(connection));
    }
    return true;
  }

  /** At the client's host. */
  #greeted({ client }: Connection): void {
    this.#settled();
    this.#view.tell('open', this.#name);
    client.answer();
    if (this.#to.family === 'UNIX') return this.#waiting.opened(client, { ...this.#from, port: 0 }, this.#to);
    const family = familyOf(this.#to.address) === 6 ? 'IPv6' : 'IPv4';
    return this.#waiting.opened(client, { ...this.#from, family }, { ...this.#to, family });
  }

  /** Delivers a packet of the handshake, with faults, as long as somebody waits for it. */
  #bring(link: Link, name: string, arrive: () => boolean | void): void {
    const reliable = {
      wanted: () => !this.#over,
      arrive: () => this.#over || arrive() !== false,
      givenUp: () => this.#failed('ETIMEDOUT'),
    };
    const place = this.#view.faults.place(name);
    link.bring({ place, index: -1, attempt: 0, size: SIZE, kind: 'segment' }, reliable, RETRANSMIT_TIMES);
  }

  #failed(code: SystemCode): void {
    if (this.#over) return;
    this.#view.tell(code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' ? 'timeout' : 'refused', this.#name);
    this.#fail(systemError(code, 'connect', this.#to));
  }

  #fail(error: Error): void {
    this.cancel();
    this.#waiting.failed(error);
  }
}
