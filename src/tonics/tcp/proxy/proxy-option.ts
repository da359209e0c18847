import * as v from 'valibot';
import { bytes, flag, oneOf } from '../../../core/options/option-schema.js';
import { addressRule } from '../../address-list.js';
import { LEAST_MAX } from './read-proxy-header.js';

const RULE = "must be IP addresses, nets such as 10.0.0.0/8, or 'unix'";
const TRUSTED = "must be a list of IP addresses, nets such as 10.0.0.0/8, and 'unix'";

/** What a server takes of PROXY headers. */
export const proxySchema = v.strictObject({
  /** The trusted proxies: addresses, networks in CIDR notation, and `'unix'` for peers over UNIX sockets. */
  trusted: v.array(v.union([v.literal('unix'), addressRule], RULE), TRUSTED),
  /**
   * Whether these must send a header. If not, a peer that sends other bytes, or nothing for `handshakeTimeout`, is
   * served with its own address.
   */
  required: v.optional(flag, true),
  /**
   * What happens to all other peers: `look` checks the first bytes, refuses a peer that sends a header, and serves
   * others; `pass` serves them without this check, for protocols in which the server sends first; `refuse` turns them
   * away.
   */
  others: v.optional(oneOf('look', 'pass', 'refuse'), 'look'),
  /** Where the header is: before everything else, or as the first bytes `inside` TLS. */
  inside: v.optional(v.literal('tls', "must be 'tls'")),
  /** The most bytes of a header; a longer one is refused. */
  maxHeader: v.optional(bytes(LEAST_MAX), 4_096),
});

/** The same, checked and complete. */
export type ProxySettings = v.InferOutput<typeof proxySchema>;
