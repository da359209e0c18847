import * as v from 'valibot';
import { bytes, flag, oneOf } from '../../../core/options/option-schema.js';
import { addressRule } from '../../address-list.js';
import { LEAST_MAX } from './read-proxy-header.js';

const RULE = "must be IP addresses, nets such as 10.0.0.0/8, or 'unix'";
const TRUSTED = "must be a list of IP addresses, nets such as 10.0.0.0/8, and 'unix'";

/** What a server takes of PROXY headers. */
export const proxySchema = v.strictObject({
  /** Who is believed: addresses, nets as CIDR writes them, and `'unix'` for peers over UNIX sockets. */
  trusted: v.array(v.union([v.literal('unix'), addressRule], RULE), TRUSTED),
  /** Whether these must send a header. Else one that begins with something else, or says nothing for `handshakeTimeout`, is served as itself. */
  required: v.optional(flag, true),
  /**
   * What becomes of all other peers: `look` serves one whose first bytes are no header, and refuses one that sends one; `pass` serves them without
   * a look, as a server must that speaks first; `refuse` turns them away.
   */
  others: v.optional(oneOf('look', 'pass', 'refuse'), 'look'),
  /** Where the header stands: before everything else, or as the first bytes `inside` TLS. */
  inside: v.optional(v.literal('tls', "must be 'tls'")),
  /** The most bytes of a header; a longer one is refused. */
  maxHeader: v.optional(bytes(LEAST_MAX), 4_096),
});

/** The same, checked and complete. */
export type ProxySettings = v.InferOutput<typeof proxySchema>;
