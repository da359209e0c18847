export {
  connectStore,
  StoreClient,
  type StoreClientOptions,
  type StoreClientRefusal,
  type StoreClientSubscribeOptions,
} from './store-client.js';
export { StoreClientError } from './error.js';
export type { StoreClientEvent } from './replica.js';
export type { StoreClientState } from './line.js';
export type { StoreClientCallback } from './subscribers.js';
export type { StoreClientValue } from './values.js';
export type { SocketLike, StoreClientHost } from './host.js';
