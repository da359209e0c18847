import '../compose.js';

export { TcpServer, type TcpServerOptions, type ListenInfo, type ServerPhase } from './tcp-server.js';
export type { ServerCounts } from './server-tally.js';
export { serve } from './serve.js';
export type { Hears } from './hears.js';
export { ServerCatalyst } from './server-catalyst.js';
export { TcpConnection, type ConnectionPhase, type Traffic } from './tcp-connection.js';
export { TcpClient, type TcpClientOptions } from './tcp-client.js';
export { UdpSocket, type UdpPhase, type UdpTraffic } from './udp-socket.js';
export type { UdpSocketOptions } from './udp-options.js';
export type { ConnectionOptions } from './connection-options.js';
export type { DisconnectInfo, DisconnectReason } from './disconnect.js';
export type { IdleSide, IdleTimeout } from './idle-watch.js';
export type { Protocol } from './protocol.js';
export type { SendResult, Sendable, SocketTonic } from './socket-tonic.js';
export { logServices } from './log-services.js';
export { TonicStore, tonicStore, type Catalog, type StoredTonic } from './tonic-store.js';
