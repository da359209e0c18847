// The door by which tests enter src/tonics: what they try there that is not public.
import '../../src/compose.js';

export { PolledKey } from '../../src/tonics/log/log-link.js';
export { showAddress, socketError } from '../../src/tonics/socket-errors.js';
export { backoff } from '../../src/tonics/tcp/client/backoff.js';
export type { DialDependencies } from '../../src/tonics/tcp/client/dialler-means.js';
export { dialOrder } from '../../src/tonics/tcp/client/dialler-order.js';
export { Dialler, type DialSettings } from '../../src/tonics/tcp/client/dialler.js';
export { domainOf } from '../../src/tonics/tcp/client/places.js';
export { srvOrder } from '../../src/tonics/tcp/client/srv-order.js';
export { clientSchema } from '../../src/tonics/tcp/client/tcp-client.js';
export { WaitingSends } from '../../src/tonics/tcp/client/waiting-sends.js';
export type { ConnectionGuest } from '../../src/tonics/tcp/connection/connection-guest.js';
export { type Input, LIFE, type Step } from '../../src/tonics/tcp/connection/connection-life.js';
export { connectionOptions, connectionSettings } from '../../src/tonics/tcp/connection/connection-options.js';
export { Watch } from '../../src/tonics/tcp/connection/watches/connection-watches.js';
export { Replies } from '../../src/tonics/tcp/connection/replies/replies.js';
export { type Pending, Requests } from '../../src/tonics/tcp/connection/replies/requests.js';
export { AddressList } from '../../src/tonics/address-list.js';
export { poolSchema } from '../../src/tonics/tcp/pool/pool-options.js';
export { crc32c } from '../../src/tonics/tcp/proxy/crc32c.js';
export type { ProxyReading } from '../../src/tonics/tcp/proxy/proxy-header.js';
export { beginsAsProxyHeader, readProxyHeader } from '../../src/tonics/tcp/proxy/read-proxy-header.js';
export { writeV1, writeV2 } from '../../src/tonics/tcp/proxy/write-proxy-header.js';
export { adopt } from '../../src/tonics/tcp/server/adoption.js';
export { PendingConnections } from '../../src/tonics/tcp/server/accept/door.js';
export type {
  AcceptStep,
  PendingConnection,
} from '../../src/tonics/tcp/server/accept/visitor.js';
export { AddressCounts } from '../../src/tonics/tcp/server/limits/address-counts.js';
export { SharedAddressCounts, bytesOfTable } from '../../src/tonics/tcp/server/limits/shared-address-counts.js';
export { LimitMaker, limitMemory } from '../../src/tonics/tcp/server/limits/shared-limits.js';
export { TurnedAwayEvents } from '../../src/tonics/tcp/server/limits/turned-away-events.js';
export { Refusals } from '../../src/tonics/tcp/server/refusals.js';
export { Admission } from '../../src/tonics/tcp/server/server-admission.js';
export type { ServerPart } from '../../src/tonics/tcp/server/server-catalyst.js';
export { serverSchema } from '../../src/tonics/tcp/server/server-options.js';
export { ServerListener } from '../../src/tonics/tcp/server/server-listener.js';
export { ServerSpread, type Supervise } from '../../src/tonics/tcp/server/server-spread.js';
export { ServerTally } from '../../src/tonics/tcp/server/server-tally.js';
export { Peer } from '../../src/tonics/udp/server/peer.js';
export { PeerTable } from '../../src/tonics/udp/server/peer-table.js';
export { type Seen, SeenLists } from '../../src/tonics/udp/server/seen-lists.js';
export { udpServerSchema } from '../../src/tonics/udp/server/udp-server-options.js';
export { udpSchema, udpSettings } from '../../src/tonics/udp/udp-options.js';
export { requestSchema } from '../../src/tonics/tcp/connection/replies/request.js';
