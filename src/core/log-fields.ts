import { inspect } from 'node:util';
import type { AnyTonic } from './any-tonic.js';
import type { LogLane } from './log-lane.js';

/** Who a line is of. */
export interface TonicIdentity {
  readonly tonic: string;
  readonly id: number;
  readonly thread?: number;
  readonly lane?: LogLane;
}

export function identityOf(tonic: AnyTonic): TonicIdentity {
  const { name, id, thread, _ttLane: lane } = tonic;
  return { tonic: name, id, ...(thread > 0 && { thread }), ...(lane !== undefined && { lane }) };
}

/** Microseconds are enough. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The most characters of one probe. */
const LONGEST_PROBE = 1_000;

/** Any value as JSON, also one that JSON has no word for; a long one is cut, and then a text. */
export function jsonOf(value: unknown): string {
  const json = typeof value === 'object' || typeof value === 'string' ? asJson(value) : undefined;
  if (json !== undefined && json.length <= LONGEST_PROBE) return json;
  if (json === undefined && (typeof value === 'boolean' || Number.isFinite(value))) return String(value);
  const text = json ?? asText(value);
  return JSON.stringify(text.length > LONGEST_PROBE ? `${text.slice(0, LONGEST_PROBE)}...` : text);
}

function asJson(value: object | string | null): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string {
  try {
    return typeof value === 'object' ? inspect(value) : String(value);
  } catch {
    return '(cannot be read)';
  }
}
