import type { ServerSettings } from '../server-options.js';
import { ProxyStep } from './proxy-step.js';
import type { DoorStep } from './visitor.js';

/** What the peers of a server do before there is a Tonic for them, in this order: by its options. */
export function doorSteps({ proxyProtocol }: ServerSettings): readonly DoorStep[] {
  return proxyProtocol === undefined ? [] : [new ProxyStep(proxyProtocol)];
}
