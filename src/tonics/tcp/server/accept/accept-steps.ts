import type { Network } from '../../../../selector/network.js';
import type { ServerTls } from '../../../tls/server-tls.js';
import type { ServerSettings } from '../server-options.js';
import type { TrustedProxies } from '../../proxy/trusted-proxies.js';
import type { ServerLimits } from '../limits/server-limits.js';
import { GuardStep } from './guard-step.js';
import { ProxyStep } from './proxy-step.js';
import { TlsStep } from './tls-step.js';
import type { AcceptStep } from './pending-connection.js';

/** What the steps need of the server. */
export interface StepDependencies {
  readonly network: Network;
  readonly tls: ServerTls | undefined;
  readonly proxies: TrustedProxies;
  /** Checked with the address that the PROXY header gives. */
  readonly limits: ServerLimits | undefined;
}

/** The steps that the options of a server ask for, in their order. */
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
