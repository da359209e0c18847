import type {
  Address,
  ProxyInfo,
  ProxyTlv,
  ServerCounts,
  TcpConnection,
  TcpServerOptions,
  TurnedAway,
  TurnedAwayReason,
} from '../../src/index.js';
import { TcpClient, TcpServer } from '../../src/index.js';
import { BlockList } from 'node:net';

// What a header tells is to be read, and may not be there.

export function told(connection: TcpConnection): string | undefined {
  const info: ProxyInfo | undefined = connection.proxy;
  // @ts-expect-error there may be none
  const { version } = connection.proxy;
  const source: Address | undefined = info?.source;
  const [value]: readonly ProxyTlv[] = info?.tlvs ?? [];
  // @ts-expect-error it is the server's to say
  connection.proxy = info;
  return `${version} ${source?.address} ${value?.type}`;
}

// Each refusal has a reason of which there is a number.

export function counted({ reason, count, error }: TurnedAway, { turnedAway }: ServerCounts): number {
  const why: TurnedAwayReason = reason;
  const told: Error | undefined = error;
  // @ts-expect-error there is no such reason
  const none = turnedAway.bored as number;
  return turnedAway[why] + (count ?? 1) + none + (told === undefined ? 0 : 1);
}

// Options.

export const taken: TcpServerOptions[] = [
  { port: 1, proxyProtocol: { trusted: ['10.0.0.0/8', 'unix'], required: false, others: 'pass', inside: 'tls' } },
  { port: 1, allow: ['10.0.0.0/8'], deny: new BlockList(), acceptRate: 5, readRate: { perSecond: 1, burst: 2 } },
  { port: 1, maxConnectionsPerAddress: 5, totalReadRate: 1e6, stallTimeout: false, handshakes: 5, handshakeTimeout: 5 },
];

// @ts-expect-error somebody must be trusted
export const nobody: TcpServerOptions = { port: 1, proxyProtocol: {} };
// @ts-expect-error a word that does not exist
export const other: TcpServerOptions = { port: 1, proxyProtocol: { trusted: [], others: 'maybe' } };
// @ts-expect-error a rate is a number, or two
export const rate: TcpServerOptions = { port: 1, acceptRate: { burst: 5 } };

export function sends(connection: TcpConnection, peer: Address): void {
  new TcpClient({ port: 1, proxyProtocol: 1 });
  new TcpClient({ port: 1, proxyProtocol: { of: connection, tlvs: [{ type: 0xe0, value: Buffer.from('x') }] } });
  new TcpClient({ port: 1, proxyProtocol: { version: 2, source: peer, destination: peer, checksum: true } });
  // @ts-expect-error there is no version 3
  new TcpClient({ port: 1, proxyProtocol: 3 });
  // @ts-expect-error a server is no connection
  new TcpClient({ port: 1, proxyProtocol: { of: new TcpServer({ port: 1 }) } });
}
