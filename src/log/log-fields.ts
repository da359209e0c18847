import type { AnyTonic, RemoteHandle } from '../core/any-tonic.js';
import type { LogLane } from '../core/log-lane.js';

/** The Tonic of a line. */
export interface TonicIdentity {
  readonly tonic: string;
  readonly id: number;
  readonly thread?: number;
  readonly lane?: LogLane;
}

/** The name of a Tonic in the log: its full name, which is also the name of a handle in another thread. */
export function fullNameOf(tonic: AnyTonic | RemoteHandle): string {
  return ('_ttFullName' in tonic ? tonic._ttFullName : undefined) ?? tonic.name;
}

export function identityOf(tonic: AnyTonic): TonicIdentity {
  const { id, thread, _ttLane: lane } = tonic;
  return { tonic: fullNameOf(tonic), id, ...(thread > 0 && { thread }), ...(lane !== undefined && { lane }) };
}

/** The place of a Tonic in the tree, so that a reader of the log can draw the tree. */
export interface TreePlace {
  readonly class: string;
  /** Its base; the main Catalyst has none. */
  readonly base?: { readonly tonic: string; readonly id: number };
  /** The name of its Catalyst. */
  readonly catalyst: string;
  readonly states?: readonly string[];
}

export function treePlaceOf(tonic: AnyTonic): TreePlace {
  const base = tonic._ttBase ?? tonic._ttFarBase;
  const { className, knownStates: states } = tonic._ttPlan;
  return {
    class: className,
    ...(base !== undefined && { base: { tonic: fullNameOf(base), id: base.id } }),
    catalyst: tonic._ttScheduler.name,
    ...(states.length > 0 && { states }),
  };
}

/** Rounded to microseconds. */
export const rounded = (ms: number): number => Math.round(ms * 1000) / 1000;
