import { BlockList, isIP, isIPv4 } from 'node:net';
import * as v from 'valibot';
import { text } from '../core/options/option-schema.js';
import type { Address } from '../selector/network.js';

const RULE = 'must be an IP address, or a net such as 10.0.0.0/8';
const RULES = 'must be a list of IP addresses and of nets such as 10.0.0.0/8, or a net.BlockList';

function isRule(rule: string): boolean {
  const [address = '', bits, ...more] = rule.split('/');
  if (isIP(address) === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

/** An address, or a net as CIDR writes it. */
export const addressRule = v.pipe(text, v.check(isRule, RULE));
/** A list of rules; a BlockList may be changed later, which affects new peers. */
export const addressRules = v.union([v.array(addressRule), v.instance(BlockList)], RULES);

/** The value of an option that takes such a list. */
export type AddressRules = readonly string[] | BlockList;

/** Addresses that are in a list, or in a net of it. An IPv4 address that is written as an IPv6 one is the same. */
export class AddressList {
  readonly #list: BlockList;

  constructor(rules: AddressRules) {
    this.#list = rules instanceof BlockList ? rules : blockListOf(rules);
  }

  /** UNIX sockets have no addresses. */
  has(peer: Address | undefined): boolean {
    if (peer === undefined || peer.family === 'UNIX') return false;
    const family = peer.family ?? (isIPv4(peer.address) ? 'IPv4' : 'IPv6');
    // A net has no zone.
    return this.#list.check(peer.address.split('%', 1)[0]!, family === 'IPv4' ? 'ipv4' : 'ipv6');
  }
}

function blockListOf(rules: readonly string[]): BlockList {
  const list = new BlockList();
  for (const rule of rules) {
    const [address = '', bits] = rule.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
