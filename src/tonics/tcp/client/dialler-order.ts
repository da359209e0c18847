import { isIPv6 } from 'node:net';

/** The family of a numeric address. */
export function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}

/**
 * The order in which the addresses of a name are tried: the families take turns, and the family that the system puts first is first; within a
 * family the system's order stays (RFC 8305, section 4). So a family that does not work costs one address and not all of its own.
 */
export function dialOrder(addresses: readonly string[]): readonly string[] {
  const all = [...new Set(addresses)];
  const first = all.filter((address) => familyOf(address) === familyOf(all[0]!));
  const second = all.filter((address) => !first.includes(address));
  const order: string[] = [];
  for (let n = 0; n < all.length; n++) {
    if (n < first.length) order.push(first[n]!);
    if (n < second.length) order.push(second[n]!);
  }
  return order;
}
