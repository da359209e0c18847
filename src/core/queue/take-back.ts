import type { AnyTonic } from '../any-tonic.js';
import type { Sparkle } from '../plan/plan.js';

/** The fields of a waiting order by which a caller decides whether to take it back. */
export interface WaitingOrder {
  readonly tonic: AnyTonic;
  readonly sparkle: Sparkle;
  readonly a: unknown;
  readonly b: unknown;
}

/** Decides which orders are taken back. */
export type WantedOrder = (order: WaitingOrder) => boolean;

/** Runs in place of an order that was taken back. */
const NOTHING = { run: (): void => {} };

/**
 * Takes waiting orders back from a list. The first five fields of each order are its Tonic, its sparkle, the number of
 * its arguments, and the arguments. An order that does nothing takes its place, so that the others keep theirs.
 *
 * @param fields the number of fields of an order.
 */
export function takeBack(
  slots: unknown[],
  from: number,
  to: number,
  fields: number,
  isWanted: WantedOrder,
): WaitingOrder[] {
  const taken: WaitingOrder[] = [];
  for (let at = from; at < to; at += fields) {
    const order = { tonic: slots[at], sparkle: slots[at + 1], a: slots[at + 3], b: slots[at + 4] } as WaitingOrder;
    if (!isWanted(order)) continue;
    taken.push(order);
    slots[at + 1] = order.tonic._ttPlan.sparkle('_ttss__run');
    slots[at + 2] = 1;
    slots[at + 3] = NOTHING;
    slots[at + 4] = undefined;
  }
  return taken;
}
