import type { Network } from '../../../../selector/network.js';
import type { ServerTls } from '../../../tls/server-tls.js';
import type { ServerSettings } from '../server-options.js';
import { ProxyStep } from './proxy-step.js';
import { TlsStep } from './tls-step.js';
import type { DoorStep } from './visitor.js';

/** What steps work with. */
export interface StepMeans {
  readonly network: Network;
  readonly tls: ServerTls | undefined;
}

/** What the peers of a server do before there is a Tonic for them, in this order: by its options. */
export function doorSteps({ proxyProtocol }: ServerSettings, { network, tls }: StepMeans): readonly DoorStep[] {
  const steps: DoorStep[] = [];
  if (tls !== undefined && tls.mode !== 'startTls') steps.push(new TlsStep(network, tls, tls.mode === 'either'));
  if (proxyProtocol === undefined) return steps;
  const proxy = new ProxyStep(proxyProtocol);
  return proxyProtocol.inside === 'tls' ? [...steps, proxy] : [proxy, ...steps];
}
