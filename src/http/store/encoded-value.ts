import { toWire } from '../../store-client/values.js';

/** A value as JSON; `undefined` if there is no value, or if it cannot be sent because it is in shared memory. */
export function encodedValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  try {
    return JSON.stringify(toWire(value));
  } catch {
    return undefined;
  }
}
