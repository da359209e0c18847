import type { Address } from '../../../selector/network.js';

/** One of the further values of a PROXY header of version 2. */
export interface ProxyTlv {
  /** What it is: one of {@link PROXY_TLV}, or 0xe0 to 0xef for what an application has of its own. */
  readonly type: number;
  readonly value: Uint8Array;
}

/** Types of {@link ProxyTlv} that the specification names. */
export const PROXY_TLV = {
  alpn: 0x01,
  /** The name that the client asked for: that of TLS (SNI), mostly. */
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  netns: 0x30,
} as const;

/** What a PROXY header says. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** `PROXY`: it comes on behalf of `source`. `LOCAL`: the proxy itself has opened it, to look whether the server is well. */
  readonly command: 'PROXY' | 'LOCAL';
  /** Who has connected to the proxy; `undefined` where the header tells none (LOCAL, UNKNOWN, or no stream). */
  readonly source: Address | undefined;
  /** Where that one had connected to. */
  readonly destination: Address | undefined;
  /** In the order in which they came, without those that only fill (`noop`). */
  readonly tlvs: readonly ProxyTlv[];
}

/** How a connection came by way of a proxy. */
export interface ProxyInfo extends ProxyHeader {
  /** The address of the proxy itself; `undefined` where the system tells none. */
  readonly peer: Address | undefined;
}

/** What the first bytes of a connection are, as far as a PROXY header goes. */
export type ProxyReading =
  /** A whole header, which is so many bytes long. */
  | { readonly is: 'header'; readonly header: ProxyHeader; readonly size: number }
  /** They may be the beginning of one. */
  | { readonly is: 'unfinished' }
  /** They are none: something else begins with the first of them. */
  | { readonly is: 'other' }
  /** They begin as one, and are none. */
  | { readonly is: 'bad'; readonly problem: string };

export const UNFINISHED: ProxyReading = { is: 'unfinished' };

export function bad(problem: string): ProxyReading {
  return { is: 'bad', problem };
}
