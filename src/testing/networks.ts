import type { Clock } from '../core/time/clock.js';
import type { Random } from '../core/time/random.js';
import type { Network } from '../selector/network.js';
import type { Fault } from './faults.js';
import { SimulatedNetwork } from './network/simulated-network.js';
import type { Simulator } from './simulator.js';

/** A network with several hosts, each of which sees it from its own place. */
export interface HostedNetwork {
  host(name: string): Network;
}

/** What a network of a simulation is made from. */
export interface NetworkParts {
  readonly clock: Clock;
  /** A stream of its own, decided by the seed. */
  readonly random: Random;
  /** Asked before each fault whether it must happen. */
  readonly inject: (fault: Fault) => boolean;
  /** Stops the simulation until work in real time is done. */
  readonly hold: (something: Promise<unknown>) => unknown;
}

/** The network of a world: one for all hosts, one with hosts, or what makes one for the world. */
export type NetworkChoice = Network | HostedNetwork | ((parts: NetworkParts) => HostedNetwork);

/** The network of a world; by default a simulated one, on which nothing goes wrong but what the test has go wrong. */
export function networkOf(
  world: Simulator,
  choice: NetworkChoice = (parts) => new SimulatedNetwork(parts),
): Network | HostedNetwork {
  const parts = {
    clock: world.clock,
    random: world.random.fork('network'),
    inject: world.faults.inject,
    hold: (something: Promise<unknown>) => world.hold(something),
  };
  return typeof choice === 'function' ? choice(parts) : choice;
}

/** The network as a host sees it. */
export function networkAt(network: Network | HostedNetwork, host: string): Network {
  return 'host' in network ? network.host(host) : network;
}
