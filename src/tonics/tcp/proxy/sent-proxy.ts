import { isIP } from 'node:net';
import * as v from 'valibot';
import { flag, port, someBytes, within } from '../../../core/options/option-schema.js';
import type { Address, StreamChannel } from '../../../selector/network.js';
import { type ProxyExtras, type ProxyParts, MOST_TLV_BYTES, writeV1, writeV2 } from './write-proxy-header.js';

/** Whose addresses a header tells. */
export interface HasEnds {
  readonly remote: Address | undefined;
  readonly local: Address | undefined;
}

const anEnd = v.pipe(
  v.strictObject({
    address: v.string('must be a text'),
    port: port(0),
    family: v.optional(v.string('must be a text')),
  }),
  v.check(
    ({ address, family }) => family === 'UNIX' || isIP(address) !== 0,
    'must be { address, port } with an IP address',
  ),
);
const aVersion = v.picklist([1, 2], 'must be 1 or 2');
const aTlv = v.strictObject({
  type: within(0, 255),
  value: someBytes('must be a Buffer or a Uint8Array'),
});
const anOwner = v.custom<HasEnds>(
  (value) => typeof value === 'object' && value !== null && 'remote' in value && 'local' in value,
  'must be a connection',
);

/** The header that a client begins its connections with. */
export const sentProxySchema = v.strictObject({
  /** 1 is a line of text, 2 is binary. */
  version: v.optional(aVersion, 2),
  /**
   * The connection that this one relays: its present `remote` and `local` are sent. A protocol that relays passes
   * `this`.
   */
  of: v.optional(anOwner),
  /** The address of the client to send instead: `{ address, port }`. */
  source: v.optional(anEnd),
  /** The address that the client has connected to. */
  destination: v.optional(anEnd),
  /** Further values, with version 2: `{ type, value }` each. */
  tlvs: v.optional(v.array(aTlv, 'must be a list of { type, value }'), []),
  /** Whether version 2 has a checksum (CRC32C). */
  checksum: v.optional(flag, false),
});

/** As an option says it: a version, or more. */
export const sentProxyOption = v.union(
  [
    aVersion,
    v.pipe(
      sentProxySchema,
      v.check(({ source, destination }) => (source === undefined) === (destination === undefined)),
      v.check(({ version, tlvs, checksum }) => version === 2 || (tlvs.length === 0 && !checksum)),
      v.check(({ tlvs }) => tlvs.reduce((sum, { value }) => sum + 3 + value.length, 7) <= MOST_TLV_BYTES),
    ),
  ],
  'must be 1, 2, or { version, of, source, destination, tlvs, checksum }: both addresses or none, and "tlvs" (64 KiB) and "checksum" with version 2 only',
);

/** What a connection that is opened begins with. */
export class SentProxy {
  readonly #version: 1 | 2;
  readonly #parts: ProxyParts;
  readonly #extras: ProxyExtras;

  constructor(option: v.InferOutput<typeof sentProxyOption>) {
    const { version, of, source, destination, tlvs, checksum } = typeof option === 'number' ? PLAIN(option) : option;
    this.#version = version;
    this.#parts = {
      source: (source as Address | undefined) ?? of?.remote,
      destination: (destination as Address | undefined) ?? of?.local,
    };
    this.#extras = { tlvs, checksum };
  }

  /** Sends it on a connection, before anything else. */
  begin(channel: StreamChannel): void {
    const header = this.#version === 2 ? writeV2(this.#parts, this.#extras) : writeV1(this.#line(channel));
    channel.write(header, header.length);
    channel.flush();
  }

  /** A line has no word for what nobody else is behind: then it tells the ends of the connection itself, as the specification asks for. */
  #line({ local, remote }: HasEnds): ProxyParts {
    return this.#parts.source === undefined ? { source: local, destination: remote } : this.#parts;
  }
}

const PLAIN = (version: 1 | 2) =>
  ({ version, of: undefined, source: undefined, destination: undefined, tlvs: [], checksum: false }) as const;
