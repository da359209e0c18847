import { toWire } from '../../store-client/values.js';

/** A value as JSON; `undefined` where there is none, or none that can be sent: what lies in shared memory. */
export function encodedValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  try {
    return JSON.stringify(toWire(value));
  } catch {
    return undefined;
  }
}
