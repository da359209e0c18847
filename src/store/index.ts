export { StoreTree } from './store-tree.js';
export { Cursor, type CursorHost, Item, type Placed, type StoreSubscription } from './cursor.js';
export type { EventOf, StoreCallback, StoreEvent } from './event.js';
export type { AnyShape, Plain } from './typed-paths.js';
export type { StoreValue } from './values.js';
export type { Dump, DumpEntry, DumpedLink } from './dump.js';
export type { LinkOptions, StoreGroupOptions, StoreTreeOptions, SubscribeOptions } from './store-options.js';
