import type { AnyTonic } from '../any-tonic.js';
import type { Sparkle } from '../plan/plan.js';

/** An order that waits, as far as it is told who asks whether it is wanted back. */
export interface WaitingOrder {
  readonly tonic: AnyTonic;
  readonly sparkle: Sparkle;
  readonly a: unknown;
  readonly b: unknown;
}

/** Says which orders are to be taken back. */
export type WantedOrder = (order: WaitingOrder) => boolean;

/** What runs in the place of an order that was taken back. */
const NOTHING = { run: (): void => {} };

/**
 * Takes orders back that wait in a list whose first five fields of each order are its Tonic, its sparkle, how many arguments it has, and these. In its place stays one that
 * does nothing, so that all others keep theirs.
 *
 * @param fields how many fields an order has.
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
