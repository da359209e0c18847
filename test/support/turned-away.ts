import { ServerTally } from '../doors/tonics.js';
import type { TurnedAwayReason } from '../../src/index.js';

/** The counts of peers that were turned away, where these are all. */
export function turnedAway(some: Partial<Record<TurnedAwayReason, number>> = {}): Record<TurnedAwayReason, number> {
  return { ...new ServerTally().counts.turnedAway, ...some };
}
