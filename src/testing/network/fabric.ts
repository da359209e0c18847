import type { Address, Datagram, SrvRecord } from '../../selector/network.js';
import type { Connection } from './connection.js';
import type { Link } from './link.js';
import type { MachineWork } from './machine-work.js';
import type { Simulation } from './simulation.js';

/** What sockets see of the network that they are in. */
export interface Fabric extends Simulation {
  readonly work: MachineWork;
  /** The addresses of a name, for a host that looks it up; none where nobody has it. */
  resolve(name: string, family: 0 | 4 | 6): readonly string[];
  /** The SRV records of a name; none where nobody has said some. */
  resolveSrv(name: string): readonly SrvRecord[];
  /** The host that has an address; to each host the loopback addresses are its own. */
  find(address: string, from: Station): Station | undefined;
  link(from: Station, to: Station): Link;
  /** Every host but the one. */
  others(than: Station): Iterable<Station>;
  /** A connection has begun. */
  begun(connection: Connection): void;
  /** The number of the next try to open a connection of this name, from 1: each has dice of its own. */
  nextCall(name: string): number;
  /** Whether a connection with this name is known to one of its hosts. */
  isConnected(name: string): boolean;
  /** The connections that a host has an end of. */
  connectionsOf(host: Station): Iterable<Connection>;
}

/** A datagram under way. */
export interface Parcel {
  readonly datagram: Datagram;
  readonly to: Address;
}

/** What hosts and sockets see of a host. */
export interface Station {
  readonly name: string;
  readonly up: boolean;
  /** @internal The first packet of a connection: refused, dropped without a word, or taken by what listens. */
  knock(to: Address): 'refuse' | 'drop' | Greeter;
  /** @internal Takes a datagram; false where nobody has the port. */
  deliver(parcel: Parcel): boolean;
}

/** What a connection that begins sees of a listener. */
export interface Greeter {
  /** What it shows of addresses. */
  readonly family: 4 | 6;
  /** The handshake has begun: this is the server's end of it. */
  greets(connection: Connection): void;
}
