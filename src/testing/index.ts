import '../compose.js';

// ---- Distiller ----
export { Distiller, type AppOptions, type DistillerOptions } from './distiller.js';
export type { AppSource, AppUnderTest, Finished, LogEntry } from './app.js';
export { checkFraming, type CheckFramingOptions } from './check-framing.js';
export type { ContractDetails, ContractMatch } from './contract.js';
export { distilled } from './distilled.js';
export type { Duration } from './duration.js';
export { explore, type ExploreOptions, type Explored } from './explore.js';
export type { Fault } from './faults.js';
export type { HostedNetwork, NetworkChoice, NetworkParts } from './networks.js';
export type { OneOrMore } from './one-or-more.js';
export { SeededRandom } from './seeded-random.js';
export type { SimulatedThread } from './simulated-threads.js';
export type { Contract, SparkleConditions, TonicContract } from './sparkle-conditions.js';
export type { SparkleResult, StopCondition } from './sparkle-run.js';
export type { SparkleTakes, SparkleThatTakes } from './sparkle-time.js';
export type { Probes } from './recording.js';
export type { DistillerBody } from './trial.js';
export type { TraceFilter } from './trace-filter.js';
export type { TraceEntry, TraceExit, TracePoint, TraceSource } from './trace.js';
export type { VirtualClock } from './virtual-clock.js';

// ---- Simulated network ----
export {
  SimulatedNetwork,
  type HostSet,
  type Partition,
  type SimulatedNetworkOptions,
} from './network/simulated-network.js';
export type { HostOptions, PartitionOptions } from './network/network-options.js';
export { SimulatedHost } from './network/simulated-host.js';
export type { Conditions } from './network/conditions.js';
export type { SimulatedConnection } from './network/connection.js';
export type { NetworkEvent } from './network/simulation.js';
export type { FaultKind, NetworkFault } from './network/fault-source.js';
export type { NetworkSettings } from './network/settings.js';
