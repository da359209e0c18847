// The door by which tests enter src/http/store: what they try there that is not public.
import '../../src/compose.js';

export { covers } from '../../src/http/store/covers.js';
export { feedOf, type StoreFeed } from '../../src/http/store/feed.js';
export { type StoreConnectionOptions, storeConnectionSchema } from '../../src/http/store/options.js';
export { type Peer, Session } from '../../src/http/store/session.js';
export type { SharedText } from '../../src/http/store/shared-text.js';
export type { Task } from '../../src/core/features/task.js';
