import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import type { LogLane } from '../core/log-lane.js';

/** Who a line is of. */
export interface TonicIdentity {
  readonly tonic: string;
  readonly id: number;
  readonly thread?: number;
  readonly lane?: LogLane;
}

/** What a Tonic is called in the log: its full name, which the handle of one in another thread has as its name. */
export function fullNameOf(tonic: AnyTonic | RemoteHandle): string {
  return ('_ttFullName' in tonic ? tonic._ttFullName : undefined) ?? tonic.name;
}

export function identityOf(tonic: AnyTonic): TonicIdentity {
  const { id, thread, _ttLane: lane } = tonic;
  return { tonic: fullNameOf(tonic), id, ...(thread > 0 && { thread }), ...(lane !== undefined && { lane }) };
}

/** What a Tonic is and where it belongs: so that whoever reads the log can draw the tree. */
export interface TonicBirth {
  readonly class: string;
  /** What has infused it; none of a main Catalyst. */
  readonly base?: { readonly tonic: string; readonly id: number };
  /** The name of the Catalyst that has it sparkle. */
  readonly catalyst: string;
  readonly states?: readonly string[];
}

export function birthOf(tonic: AnyTonic): TonicBirth {
  const base = tonic._ttBase ?? tonic._ttFarBase;
  const { className, knownStates: states } = tonic._ttPlan;
  return {
    class: className,
    ...(base !== undefined && { base: { tonic: fullNameOf(base), id: base.id } }),
    catalyst: tonic._ttScheduler.name,
    ...(states.length > 0 && { states }),
  };
}

/** Microseconds are enough. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
