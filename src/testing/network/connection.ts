import type { Address } from '../../selector/network.js';
import { show, shownTo } from './addresses.js';
import type { Link } from './link.js';
import type { Simulation } from './simulation.js';
import { TcpEnd } from './tcp-end.js';

/** One side of a connection. */
export interface Side {
  readonly host: { readonly name: string };
  readonly at: Address;
}

/** A TCP connection as a test sees it, and interferes with it. */
export type SimulatedConnection = Pick<
  Connection,
  'name' | 'flow' | 'from' | 'to' | 'over' | 'reset' | 'stall' | 'resume'
>;

/** A TCP connection with its two ends. It is listed until both hosts have forgotten it. */
export class Connection {
  /** The name that events show: `tcp 10.0.0.1:32768>10.0.0.2:80`. */
  readonly name: string;
  /** The name for faults: a later connection between the same sockets is another flow. */
  readonly flow: string;
  readonly client: TcpEnd;
  readonly server: TcpEnd;

  constructor(
    simulation: Simulation,
    readonly from: Side,
    readonly to: Side,
    links: { readonly there: Link; readonly back: Link },
    nth: number,
  ) {
    this.name = `tcp ${show(from.at)}>${show(to.at)}`;
    this.flow = flowName(from.at, to.at, nth);
    this.client = new TcpEnd(simulation, links.there, this.flow);
    this.server = new TcpEnd(simulation, links.back, flowName(to.at, from.at, nth));
    this.client.peer = this.server;
    this.server.peer = this.client;
  }

  /** Whether both sides have ended or forgotten it. */
  get over(): boolean {
    return isOver(this.client) && isOver(this.server);
  }

  /** Something between the two hosts resets it, to both. */
  reset(): void {
    this.client.onReset();
    this.server.onReset();
  }

  /** From now on nothing of it arrives at that side (default: at neither), until {@link resume}: it waits, in order. */
  stall(at?: 'client' | 'server'): void {
    if (at !== 'server') this.client.stall(true);
    if (at !== 'client') this.server.stall(true);
  }

  resume(): void {
    this.client.stall(false);
    this.server.stall(false);
  }

  /** The two addresses as the server's socket shows them. */
  seenByServer(family: 4 | 6): { readonly local: Address; readonly remote: Address } {
    return { local: shownTo(family, this.to.at), remote: shownTo(family, this.from.at) };
  }
}

/** The name of one direction of a connection, with a number from the second connection between two sockets on. */
export function flowName(from: Address, to: Address, nth: number): string {
  return `tcp ${show(from)}>${show(to)}${nth === 1 ? '' : ` (${nth})`}`;
}

function isOver({ state }: TcpEnd): boolean {
  return state === 'gone' || state === 'done';
}
