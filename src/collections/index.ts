export { BoundedMap, type BoundedMapOptions } from './bounded-map.js';
export { Topics, type Subscription, type TopicsOptions } from './topics.js';
export { fitsTopic, isTopic, isTopicFilter } from './topic-filter.js';
export { Outbox, type OutboxEntry, type OutboxOptions } from './outbox.js';
