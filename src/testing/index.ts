// The simulated network
export {
  SimulatedNetwork,
  type HostSet,
  type Partition,
  type SimulatedNetworkOptions,
} from './network/simulated-network.js';
export { SimulatedHost } from './network/simulated-host.js';
export type { Conditions } from './network/conditions.js';
export type { SimulatedConnection } from './network/connection.js';
export type { NetworkEvent } from './network/fabric.js';
export type { Fault, FaultKind } from './network/faults.js';
export type { NetworkSettings } from './network/settings.js';
