import { isIP } from 'node:net';
import * as v from 'valibot';
import type { SrvRecord } from '../../selector/network.js';
import { badOption } from '../../core/options/option-problem.js';
import { checkOption, parseOptions } from '../../core/options/option-schema.js';
import { listOf } from '../one-or-more.js';
import { familyOf, isLoopback } from './addresses.js';
import { EventQueue } from './event-queue.js';
import { type Conditions, type LinkState, PLAIN, checkedConditions } from './conditions.js';
import type { Connection, SimulatedConnection } from './connection.js';
import type { NetworkView, HostView } from './network-view.js';
import type { NetworkEvent } from './simulation.js';
import { FaultSource } from './fault-source.js';
import { Link } from './link.js';
import { MachineWork } from './machine-work.js';
import {
  type HostOptions,
  type PartitionOptions,
  type SimulatedNetworkOptions,
  hostSchema,
  networkSchema,
  partitionSchema,
  srvRecords,
} from './network-options.js';
import type { NetworkSettings } from './settings.js';
import { SimulatedHost } from './simulated-host.js';

export type { SimulatedNetworkOptions } from './network-options.js';

/** A host, or its name; or several of them. */
export type HostSet = string | SimulatedHost | readonly (string | SimulatedHost)[];

/** A partition of the network that can be undone. */
export interface Partition {
  /** Lets packets pass again. */
  heal(): void;
}

interface Cut {
  readonly from: ReadonlySet<HostView>;
  readonly to: ReadonlySet<HostView>;
  readonly bothWays: boolean;
}

/**
 * A network in memory: hosts, and links between them that are as slow and as bad as a test says. The same seed gives the same run.
 */
export class SimulatedNetwork {
  readonly #events: EventQueue;
  readonly #work: MachineWork;
  readonly #faults: FaultSource;
  readonly #settings: NetworkSettings;
  readonly #onEvent: ((event: NetworkEvent) => void) | undefined;
  readonly #hosts = new Map<string, SimulatedHost>();
  readonly #byAddress = new Map<string, SimulatedHost>();
  readonly #aliases = new Map<string, ReadonlySet<HostView>>();
  readonly #srv = new Map<string, readonly SrvRecord[]>();
  readonly #links = new Map<HostView, Map<HostView, Link>>();
  readonly #rules: {
    readonly from: ReadonlySet<HostView>;
    readonly to: ReadonlySet<HostView>;
    readonly state: Partial<LinkState>;
  }[] = [];
  readonly #cuts = new Set<Cut>();
  #connections = new Map<string, Connection>();
  /** How often a connection of each name was tried. */
  readonly #calls = new Map<string, number>();
  /** At this number, connections that are over are removed. */
  #sweepAt = 64;
  #defaults: Partial<LinkState> = {};
  #partitions = 0;
  readonly #view: NetworkView;

  /** @throws {TaskTonicError} `TT_BAD_OPTION` */
  constructor(options: SimulatedNetworkOptions) {
    const { clock, random, inject, hold, onEvent, ...settings } = parseOptions(
      networkSchema,
      options,
      'SimulatedNetwork',
    );
    this.#settings = settings;
    this.#events = new EventQueue(clock);
    this.#work = new MachineWork(hold);
    this.#onEvent = onEvent;
    this.#faults = new FaultSource(
      random,
      inject,
      () => clock.now(),
      ({ kind, what, index }) => this.#tell('fault', `${kind} ${what}`, index),
    );
    this.#view = this.#makeView();
  }

  /**
   * Makes a host, or returns the one with this name.
   *
   * @param options `address`: its addresses. Default: the next one of 10.0.0.0/8.
   * @throws {TaskTonicError} `TT_BAD_OPTION` for an invalid address, one that is in use, or addresses that differ from
   * those of the existing host.
   */
  host(name: string, options: HostOptions = {}): SimulatedHost {
    checkOption(v.string('must be a text'), name, 'SimulatedNetwork', 'host');
    const { address } = parseOptions(hostSchema, options, 'SimulatedNetwork');
    const known = this.#hosts.get(name);
    if (known !== undefined && address === undefined) return known;
    if (known !== undefined) throw badOption('SimulatedNetwork', 'host', `${name} is there already`);
    if (name === '' || isIP(name) !== 0 || name === 'localhost')
      throw badOption('SimulatedNetwork', 'host', `${name} cannot be its name`);
    const addresses = address === undefined ? [this.#nextAddress()] : listOf(address);
    for (const own of addresses) {
      if (isIP(own) === 0 || isLoopback(own))
        throw badOption('SimulatedNetwork', 'address', `${own} cannot be an address of ${name}`);
      if (this.#byAddress.has(own)) throw badOption('SimulatedNetwork', 'address', `${own} is taken`);
    }
    const host = new SimulatedHost(this.#view, name, addresses);
    this.#hosts.set(name, host);
    for (const own of addresses) this.#byAddress.set(own, host);
    return host;
  }

  // ---- Its names ----

  /**
   * From now on a name is looked up as the addresses of these hosts, in this order; an empty list: nobody has it any more. Look-ups that are
   * under way are answered in the new way.
   *
   * @throws {TaskTonicError} `TT_BAD_OPTION` for a host that is not there, and for the name of a host.
   */
  alias(name: string, hosts: HostSet): this {
    if (this.#hosts.has(name)) throw badOption('SimulatedNetwork', 'alias', `${name} is the name of a host`);
    this.#aliases.set(name, this.#setOf(hosts));
    return this;
  }

  /**
   * From now on these are the SRV records of a name, such as `_redis._tcp.example.org` (RFC 2782); an empty list: there are none.
   * @throws {TaskTonicError} `TT_BAD_OPTION`
   */
  srv(name: string, records: readonly SrvRecord[]): this {
    checkOption(srvRecords, records, 'SimulatedNetwork', 'srv');
    this.#srv.set(name, [...records]);
    return this;
  }

  // ---- How good it is ----

  /** The conditions of all links but those within a host, where {@link between} says nothing else. */
  conditions(conditions: Conditions): this {
    this.#defaults = { ...this.#defaults, ...checkedConditions(conditions) };
    return this.#refreshed();
  }

  /**
   * The conditions between two sets of hosts, both ways; later ones add to earlier ones. A host and itself: within it.
   * @throws {TaskTonicError} `TT_BAD_OPTION` for a condition, or a host that is not there.
   */
  between(one: HostSet, other: HostSet, conditions: Conditions): this {
    this.towards(other, one, conditions);
    return this.towards(one, other, conditions);
  }

  /** The same for what goes from `from` to `to` only. */
  towards(from: HostSet, to: HostSet, conditions: Conditions): this {
    this.#rules.push({ from: this.#setOf(from), to: this.#setOf(to), state: checkedConditions(conditions) });
    return this.#refreshed();
  }

  /**
   * Blocks all packets between two sets of hosts until `heal()`; packets under way are lost.
   * @param options `oneWay`: only what goes from the first to the second is lost.
   */
  partition(one: HostSet, other: HostSet, options: PartitionOptions = {}): Partition {
    const { oneWay } = parseOptions(partitionSchema, options, 'SimulatedNetwork');
    const cut = { from: this.#setOf(one), to: this.#setOf(other), bothWays: !oneWay };
    const what = `${[...cut.from].map(({ name }) => name).join(' ')} | ${[...cut.to].map(({ name }) => name).join(' ')}`;
    if (!this.#faults.happens('partition', what, this.#partitions++)) return { heal() {} };
    this.#cuts.add(cut);
    for (const [from, links] of this.#links)
      for (const [to, link] of links) if (isAcross(cut, from, to)) link.loseAll();
    this.#tell('partition', what);
    return {
      heal: () => {
        if (this.#cuts.delete(cut)) this.#tell('heal', what);
      },
    };
  }

  /** Heals all partitions. */
  heal(): void {
    if (this.#cuts.size > 0) this.#tell('heal', 'all');
    this.#cuts.clear();
  }

  // ---- Its connections ----

  /** The connections that one of the two hosts still knows, in the order in which they began. */
  get connections(): readonly SimulatedConnection[] {
    this.#sweep();
    return [...this.#connections.values()];
  }

  /** Something between the two hosts resets a connection, to both; `inject` is asked. */
  reset(connection: SimulatedConnection): void {
    // The name differs from that of random resets.
    if (this.#faults.happens('reset', `${connection.flow} by the test`, 0)) connection.reset();
  }

  // ---- What its hosts and their sockets see ----

  #makeView(): NetworkView {
    return {
      events: this.#events,
      work: this.#work,
      faults: this.#faults,
      settings: this.#settings,
      tell: (kind, what, count) => this.#tell(kind, what, count),
      resolve: (name, family) => this.#resolve(name, family),
      resolveSrv: (name) => this.#srv.get(name) ?? [],
      find: (address, from) => (isLoopback(address) ? from : this.#byAddress.get(address)),
      link: (from, to) => this.#link(from, to),
      others: (than) => [...this.#hosts.values()].filter((host) => host !== than),
      begun: (connection) => {
        this.#connections.set(connection.name, connection);
        if (this.#connections.size >= this.#sweepAt) this.#sweep();
      },
      nextCall: (name) => {
        const nth = (this.#calls.get(name) ?? 0) + 1;
        this.#calls.set(name, nth);
        return nth;
      },
      isConnected: (name) => this.#connections.get(name)?.over === false,
      connectionsOf: (host) =>
        [...this.#connections.values()].filter(({ from, to }) => from.host === host || to.host === host),
    };
  }

  #tell(kind: NetworkEvent['kind'], what: string, count?: number): void {
    if (this.#onEvent === undefined) return;
    const at = this.#events.now;
    this.#onEvent(count === undefined ? { at, kind, what } : { at, kind, what, count });
  }

  #resolve(name: string, family: 0 | 4 | 6): readonly string[] {
    if (name === 'localhost') return [family === 6 ? '::1' : '127.0.0.1'];
    const alias = this.#aliases.get(name) as ReadonlySet<SimulatedHost> | undefined;
    const hosts = alias === undefined ? [this.#hosts.get(name)] : [...alias];
    const addresses = hosts.flatMap((host) => host?.addresses ?? []);
    return family === 0 ? addresses : addresses.filter((address) => familyOf(address) === family);
  }

  #link(from: HostView, to: HostView): Link {
    const links = this.#links.get(from) ?? new Map<HostView, Link>();
    this.#links.set(from, links);
    const known = links.get(to);
    if (known !== undefined) return known;
    const passes = (): boolean => from.up && to.up && !this.#isCut(from, to);
    const link = new Link(this.#events, this.#faults, {
      get open() {
        return passes();
      },
      dropped: (what, index) => this.#tell('drop', what, index),
    });
    links.set(to, link);
    link.conditions = this.#stateOf(from, to);
    return link;
  }

  #isCut(from: HostView, to: HostView): boolean {
    for (const cut of this.#cuts) if (isAcross(cut, from, to)) return true;
    return false;
  }

  #stateOf(from: HostView, to: HostView): LinkState {
    const base = from === to ? { ...PLAIN, latency: 0 } : { ...PLAIN, ...this.#defaults };
    const given = this.#rules.filter((rule) => rule.from.has(from) && rule.to.has(to));
    return Object.assign(base, ...given.map(({ state }) => state)) as LinkState;
  }

  #refreshed(): this {
    for (const [from, links] of this.#links) for (const [to, link] of links) link.conditions = this.#stateOf(from, to);
    return this;
  }

  #setOf(hosts: HostSet): ReadonlySet<HostView> {
    const list = typeof hosts === 'string' || hosts instanceof SimulatedHost ? [hosts] : hosts;
    return new Set(
      list.map((host) => {
        const found = typeof host === 'string' ? this.#hosts.get(host) : host;
        if (found === undefined)
          throw badOption('SimulatedNetwork', 'host', `there is none with the name ${String(host)}`);
        return found;
      }),
    );
  }

  #nextAddress(): string {
    for (let n = this.#hosts.size + 1; ; n++) {
      const address = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
      if (!this.#byAddress.has(address)) return address;
    }
  }

  #sweep(): void {
    this.#connections = new Map([...this.#connections].filter(([, { over }]) => !over));
    this.#sweepAt = Math.max(this.#connections.size * 2, 64);
  }
}

/** Whether packets from one to the other are blocked. */
function isAcross(cut: Cut, from: HostView, to: HostView): boolean {
  return (cut.from.has(from) && cut.to.has(to)) || (cut.bothWays && cut.from.has(to) && cut.to.has(from));
}
