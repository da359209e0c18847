import '../compose.js';

export { Store, type ShapeOf as StoreShapeOf } from './service/store.js';
export { StoreHandle, type StoreReadyInfo } from './service/store-handle.js';
export type { StoreOptions } from './service/store-service-options.js';
export { StoreTree } from './store-tree.js';
export { Cursor, Item, type Placed as StorePlace, type StoreSubscription } from './cursor.js';
export type { EventOf as StoreEventOf, StoreCallback, StoreEvent } from './event.js';
export type {
  AnyShape,
  Below as StoreBelow,
  ElementOf as StoreElementOf,
  Joined as StoreJoined,
  Pattern as StorePattern,
  Plain,
  Readable as StorePath,
  SetPairs as StoreSetPairs,
  SetPath as StoreSetPath,
  SetRecord as StoreSetRecord,
  SetShapeAt as StoreSetShapeAt,
  Settable as StoreSettable,
  ShapeAt as StoreShapeAt,
  ValueOf as StoreValueOf,
} from './typed-paths.js';
export type { Pair as StorePair } from './set-data.js';
export type { StoreValue } from './values.js';
export type { Dump, DumpEntry, DumpedLink } from './dump.js';
export type { LinkOptions, StoreGroupOptions, StoreTreeOptions, SubscribeOptions } from './store-options.js';
export type { PersistOptions } from './durable/options.js';
export { MqttBridge, type MqttCounts, type MqttInfo } from './mqtt/mqtt-bridge.js';
export type { MqttBridgeOptions, MqttPublish, MqttSubscribe } from './mqtt/options.js';
export type { MqttClient, MqttConnect, MqttMessage, MqttWish } from './mqtt/client.js';
