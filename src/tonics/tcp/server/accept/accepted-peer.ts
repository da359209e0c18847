import type { Address } from '../../../../selector/network.js';
import type { ProxyInfo } from '../../proxy/proxy-header.js';

/** What became known of a peer before its connection had a Tonic, besides what its socket says. */
export interface AcceptedPeer {
  /** The address that it is said to have. */
  readonly remote: Address | undefined;
  /** The address that it is said to have connected to. */
  readonly local: Address | undefined;
  /** How it came by way of a proxy. */
  readonly proxy: ProxyInfo | undefined;
}
