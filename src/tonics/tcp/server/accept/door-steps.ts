import type { Network } from '../../../../selector/network.js';
import type { ServerTls } from '../../../tls/server-tls.js';
import type { ServerSettings } from '../server-options.js';
import type { TrustedProxies } from '../../proxy/trusted-proxies.js';
import type { ServerLimits } from '../limits/server-limits.js';
import { GuardStep } from './guard-step.js';
import { ProxyStep } from './proxy-step.js';
import { TlsStep } from './tls-step.js';
import type { AcceptStep } from './visitor.js';

/** What steps work with. */
export interface StepDependencies {
  readonly network: Network;
  readonly tls: ServerTls | undefined;
  readonly proxies: TrustedProxies;
  /** What is asked of the address that a header tells. */
  readonly limits: ServerLimits | undefined;
}

/** What the peers of a server do before there is a Tonic for them, in this order: by its options. */
export function acceptSteps(
  { proxyProtocol }: ServerSettings,
  { network, tls, proxies, limits }: StepDependencies,
): readonly AcceptStep[] {
  const handshake =
    tls === undefined || tls.mode === 'startTls' ? [] : [new TlsStep(network, tls, tls.mode === 'either')];
  if (proxyProtocol === undefined) return handshake;
  const header = [new ProxyStep(proxyProtocol, proxies), ...(limits === undefined ? [] : [new GuardStep(limits)])];
  return proxyProtocol.inside === 'tls' ? [...handshake, ...header] : [...header, ...handshake];
}
