import type { AnyTonic } from '../core/any-tonic.js';
import type { LogLane } from '../core/log-lane.js';

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
