import type { Clock } from '../core/clock.js';
import type { Random } from '../core/random.js';
import type { Network } from '../selector/network.js';
import type { Fault } from './faults.js';
import type { World } from './world.js';

/** A network with several hosts, each of which sees it from its own place. */
export interface HostedNetwork {
  host(name: string): Network;
}

/** What a network of a world is built on. */
export interface NetworkParts {
  readonly clock: Clock;
  /** A stream of its own, decided by the seed. */
  readonly random: Random;
  /** Asked for each fault whether it is to happen. */
  readonly inject: (fault: Fault) => boolean;
}

/** The network of a world: one for all hosts, one with hosts, or what makes one for the world. */
export type NetworkChoice = Network | HostedNetwork | ((parts: NetworkParts) => HostedNetwork);

/** Gives each host its network. */
export function networksOf(world: World, choice: NetworkChoice | undefined): (host: string) => Network | undefined {
  const parts = { clock: world.clock, random: world.random.fork('network'), inject: world.faults.inject };
  const network = typeof choice === 'function' ? choice(parts) : choice;
  if (network === undefined || !('host' in network)) return () => network;
  return (host) => network.host(host);
}
