import { inspect } from 'node:util';

/** Longer texts are cut. */
const LONGEST = 200;

/** Any value as an error text shows it, whatever it is: that never throws. */
export function written(value: unknown): string {
  try {
    const text = inspect(value, { depth: 1, breakLength: Infinity, customInspect: false, maxArrayLength: 10 });
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  } catch {
    return 'something that cannot be read';
  }
}
