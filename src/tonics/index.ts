import '../compose.js';

export {
  TcpServer,
  type TcpServerOptions,
  type ListenOptions,
  type ListenInfo,
  type ServerPhase,
} from './tcp/server/tcp-server.js';
export type { ServerCounts } from './tcp/server/server-tally.js';
export { PROXY_TLV, type ProxyHeader, type ProxyInfo, type ProxyTlv } from './tcp/proxy/proxy-header.js';
export { serve } from './tcp/server/serve.js';
export type { Hears } from './hears.js';
export { ServerCatalyst } from './tcp/server/server-catalyst.js';
export { TcpConnection, type ConnectionPhase, type RelayEnd, type Traffic } from './tcp/connection/tcp-connection.js';
export type { HostAndPort, HostOption } from './tcp/client/host-option.js';
export type { ResolveSrv, SharedHosts } from './tcp/client/places.js';
export {
  ConnectionGroup,
  type ConnectionGroupOptions,
  type GroupSent,
  type SentBy,
} from './tcp/group/connection-group.js';
export { ConnectionGroups, type ConnectionGroupsOptions } from './tcp/group/connection-groups.js';
export { TcpClient, type ConnectOptions, type TcpClientOptions } from './tcp/client/tcp-client.js';
export { TcpClientPool, type PoolCounts } from './tcp/pool/tcp-client-pool.js';
export type { PoolHealth, PoolRequestOptions, PooledClient, TcpClientPoolOptions } from './tcp/pool/pool-options.js';
export type { PoolQuestion } from './tcp/pool/pool-question.js';
export { type BackendCounts, TcpBackends } from './tcp/backends/tcp-backends.js';
export type { BackendInfo } from './tcp/backends/backend.js';
export type { BackendCheckOptions, TcpBackendsOptions } from './tcp/backends/backends-options.js';
export { UdpSocket, type UdpPhase, type UdpTraffic } from './udp/udp-socket.js';
export type { UdpSocketOptions } from './udp/udp-options.js';
export { MessageServer } from './messages/message-server.js';
export type { AnswersMessage, MessageServerOptions } from './messages/message-server-options.js';
export type { ResendOptions } from './udp/resend-pace.js';
export type { ResendKey, UnansweredInfo } from './udp/unanswered.js';
export { UdpServer } from './udp/server/udp-server.js';
export type { SessionProtocol, UdpServerOptions } from './udp/server/udp-server-options.js';
export type {
  DroppedDatagrams,
  PeerTurnedAway,
  PeerTurnedAwayReason,
  UdpServerCounts,
} from './udp/server/udp-server-counts.js';
export { UdpSession, type SessionTraffic } from './udp/server/udp-session.js';
export type { SessionEnd, SessionEndReason } from './udp/server/session-end.js';
export { relay, type RelayOptions } from './tcp/connection/streams/relay.js';
export { fromDuplex, type FromDuplexOptions, type StreamPair } from './tcp/connection/streams/from-duplex.js';
export type { FrameIteratorOptions } from './tcp/connection/streams/frame-iterator.js';
export type { RequestOptions } from './tcp/connection/replies/request.js';
export type { RequestKey } from './tcp/connection/replies/requests.js';
export type { ConnectionOptions } from './tcp/connection/connection-options.js';
export type { DisconnectInfo, DisconnectReason } from './tcp/connection/disconnect.js';
export type { IdleSide, IdleTimeout } from './tcp/connection/watches/idle-watch.js';
export type { Protocol } from './tcp/connection/protocol.js';
export type { SendResult, Sendable, SocketTonic } from './socket-tonic.js';
export { logServices } from './log/log-services.js';
export { TonicStore, tonicStore, type Catalog, type StoredTonic } from './tonic-store.js';
export type { SaidOfSocket, StatesOf } from './said-of-socket.js';
export type { CertificateOptions, ClientTlsOptions, ServerTlsOptions } from './tls/tls-options.js';
export { Readiness, type ReadinessOptions } from './readiness/readiness.js';
