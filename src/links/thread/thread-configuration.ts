import { AppConfiguration } from '../../config/app-configuration.js';
import type { Origin } from '../../config/configuration-origins.js';
import { isPlainObject } from '../../core/options/data-tree.js';

/** The configuration of an app, on its way to a thread. */
export interface CrossingConfiguration {
  readonly data: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  readonly code: Readonly<Record<string, unknown>>;
}

export function crossing(configuration: AppConfiguration): CrossingConfiguration {
  const { data, _origin, _code } = configuration;
  return { data: plainPart(data), origin: _origin, code: plainPart(_code) };
}

export function crossed({ data, origin, code }: CrossingConfiguration): AppConfiguration {
  return new AppConfiguration(data, origin, code);
}

/**
 * The part of a configuration that can cross to a thread: functions, symbols and instances of classes stay here. The elements of a list
 * keep their places.
 */
export function plainPart(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return copy(data, new Map()) as Record<string, unknown>;
}

/** @param copies what was copied already: data may be a ring. */
function copy(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) return undefined;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const plain: Record<string, unknown> = Array.isArray(value) ? ([] as unknown as Record<string, unknown>) : {};
  copies.set(value, plain);
  for (const [key, member] of Object.entries(value)) {
    const part = copy(member, copies);
    if (part !== undefined || Array.isArray(value)) plain[key] = part;
  }
  return plain;
}
