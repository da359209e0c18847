import { createRequire } from 'node:module';
import type { Temporal } from 'temporal-polyfill';
import { fail } from '../core/errors.js';

/** The dates, times and zones of JavaScript itself. */
export type TemporalApi = typeof Temporal;

/**
 * Temporal of this Node where it has it, or else of the package temporal-polyfill, which a user adds.
 *
 * @param host where it is looked for first; @param here where the package is looked for.
 * @throws {TaskTonicError} `TT_NO_TEMPORAL`
 */
export function findTemporal(host: object = globalThis, here: string = import.meta.url): TemporalApi {
  const { Temporal: native } = host as { readonly Temporal?: TemporalApi };
  if (native !== undefined) return native;
  try {
    return (createRequire(here)('temporal-polyfill') as { readonly Temporal: TemporalApi }).Temporal;
  } catch (thrown) {
    throw fail('TT_NO_TEMPORAL', { version: process.versions.node }, thrown);
  }
}

/** Found as this file is loaded: who lacks it is told when the program starts, and not when its first timer does. */
export const temporal = findTemporal();
