import type { Address, Datagram, SrvRecord } from '../../selector/network.js';
import type { Connection } from './connection.js';
import type { Link } from './link.js';
import type { MachineWork } from './machine-work.js';
import type { Simulation } from './simulation.js';

/** What sockets see of the network that they are in. */
export interface NetworkView extends Simulation {
  readonly work: MachineWork;
  /** The addresses of a name; empty if it is unknown. */
  resolve(name: string, family: 0 | 4 | 6): readonly string[];
  /** The SRV records of a name; empty if there are none. */
  resolveSrv(name: string): readonly SrvRecord[];
  /** The host with an address. Loopback addresses belong to the asking host. */
  find(address: string, from: HostView): HostView | undefined;
  link(from: HostView, to: HostView): Link;
  /** Every host but the one. */
  others(than: HostView): Iterable<HostView>;
  /** A connection has begun. */
  begun(connection: Connection): void;
  /** The number of the next attempt to connect with this name, from 1: each attempt has its own random faults. */
  nextCall(name: string): number;
  /** Whether a connection with this name is known to one of its hosts. */
  isConnected(name: string): boolean;
  /** The connections that a host has an end of. */
  connectionsOf(host: HostView): Iterable<Connection>;
}

/** A datagram on its way. */
export interface DatagramInFlight {
  readonly datagram: Datagram;
  readonly to: Address;
}

/** What hosts and sockets see of a host. */
export interface HostView {
  readonly name: string;
  readonly up: boolean;
  /** @internal The first packet of a connection: refused, dropped, or taken by a listener. */
  knock(to: Address): 'refuse' | 'drop' | ListenerView;
  /** @internal Takes a datagram; false if no socket has the port. */
  deliver(inFlight: DatagramInFlight): boolean;
}

/** What a new connection needs of a listener. */
export interface ListenerView {
  /** The family in which it shows addresses. */
  readonly family: 4 | 6;
  /** The handshake has begun: this is the server's end of it. */
  greets(connection: Connection): void;
}
