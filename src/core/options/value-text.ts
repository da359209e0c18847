import { nodeUtil } from '../lazy-node.js';

/** Longer texts are shortened. */
const LONGEST = 200;

/** The text of any value for an error. It never throws. */
export function valueText(value: unknown): string {
  try {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : nodeUtil().inspect(value, { depth: 1, breakLength: Infinity, customInspect: false, maxArrayLength: 10 });
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  } catch {
    return 'something that cannot be read';
  }
}
