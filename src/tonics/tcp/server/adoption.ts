import { type TonicOptions, TonicSettings } from '../../../core/options/tonic-options.js';
import type { StreamChannel } from '../../../selector/network.js';
import type { SelectionKey } from '../../../selector/selection-key.js';
import { ConstructorValue } from '../../constructor-value.js';
import type { AcceptedPeer } from './accept/accepted-peer.js';
import type { ConnectionSettings } from '../connection/connection-options.js';

/** What a TcpServer or TcpClient hands to the connection that it makes. */
export interface Adoption {
  readonly settings: ConnectionSettings;
  /** `undefined` for a TcpClient, which opens its own. */
  readonly channel: StreamChannel | undefined;
  /** The key of a channel that is registered already. */
  readonly key?: SelectionKey;
  /** What is known of the peer beyond its socket. */
  readonly acceptedPeer?: AcceptedPeer | undefined;
}

const adoption = new ConstructorValue<Adoption>();

/** Makes a connection Tonic for a socket: the constructor of the first one made in `make` takes it. */
export function adopt<T>(given: Adoption, make: () => T): T {
  return adoption.during(given, make);
}

/** The options of a TcpClient, which adopts itself. */
export class AdoptedSettings extends TonicSettings {
  constructor(
    { base, name, logMode, logLane, drainTimeout }: TonicOptions,
    readonly adoption: Adoption,
  ) {
    super(base, name, logMode, logLane, drainTimeout);
  }
}

/**
 * Takes what the constructor of a connection that runs now is given; `undefined` where neither a server nor a client makes it. What is
 * handed over with {@link adopt} is taken once.
 */
export function takeAdoption(options: TonicSettings): Adoption | undefined {
  return options instanceof AdoptedSettings ? options.adoption : adoption.take();
}
