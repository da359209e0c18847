import '../compose.js';

export { SelectorCatalyst, type SelectorCatalystOptions } from './selector-catalyst.js';
export { Selector } from './selector.js';
export type { SelectionKey, ReadyHandler } from './selection-key.js';
export { Interest, type InterestSet } from './interest.js';
export type { Channel, ChannelKey } from './channel.js';
export { NotifyPipe } from './notify-pipe.js';
export { NotifyingQueue } from './notifying-queue.js';
export { nodeNetwork } from './node/node-network.js';
export { DatagramLost } from './network.js';
export type {
  Address,
  BindSettings,
  Bytes,
  ConnectSettings,
  Datagram,
  DatagramChannel,
  ForSuccessor,
  ListenPlace,
  ListenSettings,
  ListenerChannel,
  MulticastSettings,
  Network,
  OpenPlace,
  SendFailure,
  SocketChannel,
  StraightTaker,
  Taken,
  StreamChannel,
  SrvRecord,
  StreamSettings,
  TurnedAway,
  TurnedAwayReason,
} from './network.js';
export type { PeerIdentity, TlsClientSide, TlsInfo, TlsServerSide, TlsSide } from './tls.js';
