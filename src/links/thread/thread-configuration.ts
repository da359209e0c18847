import { AppConfiguration } from '../../config/app-configuration.js';
import type { Origin } from '../../config/configuration-origins.js';
import { plainData } from '../../core/options/data-tree.js';

/** The configuration of an app as it is sent to a thread. */
export interface CrossingConfiguration {
  readonly data: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  readonly code: Readonly<Record<string, unknown>>;
}

export function crossing(configuration: AppConfiguration): CrossingConfiguration {
  const { data, _origin, _code } = configuration;
  return { data: plain(data), origin: _origin, code: plain(_code) };
}

export function crossed({ data, origin, code }: CrossingConfiguration): AppConfiguration {
  return new AppConfiguration(data, origin, code);
}

const plain = (data: object): Record<string, unknown> => plainData(data) as Record<string, unknown>;
