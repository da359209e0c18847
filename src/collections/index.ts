export { BoundedMap, type BoundedMapOptions } from './bounded-map.js';
export { Topics, type Subscription, type TopicsOptions } from './topics.js';
export { fitsTopic, isTopic, isTopicFilter } from './topic-filter.js';
export { Outbox, type OutboxEntry, type OutboxOptions } from './outbox.js';
export { Session, type SessionConnection, type SessionOptions } from './session.js';
export { Sessions, type AnySession, type ConnectionOf, type SessionTerms, type SessionsOptions } from './sessions.js';
export { MessageHub, type MessageHubOptions, type Qos } from './message-hub.js';
