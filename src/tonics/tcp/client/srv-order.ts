import type { Random } from '../../../core/time/random.js';
import type { SrvRecord } from '../../../selector/network.js';

/**
 * The order in which the servers of a service are tried (RFC 2782): by priority, and those of one priority by chance, each with its weight: one with
 * twice the weight is first twice as often. Those with the weight 0 come where all others have had their chance, or seldom before.
 */
export function srvOrder(records: readonly SrvRecord[], random: Random): SrvRecord[] {
  const byPriority = [...records].sort((one, other) => one.priority - other.priority);
  const order: SrvRecord[] = [];
  for (let at = 0; at < byPriority.length;) {
    const { priority } = byPriority[at]!;
    const end = byPriority.findIndex((record) => record.priority > priority);
    const equals = byPriority.slice(at, end < 0 ? byPriority.length : end);
    at += equals.length;
    // Those without weight first: so they are taken only where the number that chance gives is 0.
    equals.sort((one, other) => Math.sign(one.weight) - Math.sign(other.weight));
    while (equals.length > 0) order.push(...equals.splice(chosen(equals, random), 1));
  }
  return order;
}

/** The first one whose sum of weights, with those before it, reaches a number by chance, from 0 to the sum of all. */
function chosen(equals: readonly SrvRecord[], random: Random): number {
  const all = equals.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = Math.floor(random.next() * (all + 1));
  let sum = 0;
  return equals.findIndex(({ weight }) => (sum += weight) >= wanted);
}
