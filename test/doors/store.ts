// The door by which tests enter src/store: what they try there that is not public.
import '../../src/compose.js';

export { Op, type StoreOps } from '../../src/store/ops.js';
export { same } from '../../src/store/equality.js';
export { toStored, readable } from '../../src/store/values.js';
export { groupSchema, linkSchema, subscribeSchema, treeSchema } from '../../src/store/store-options.js';
export { Owner } from '../../src/store/service/owner.js';
export { Replica } from '../../src/store/service/replica.js';
export type { OwnerMessages, ReplicaMessages } from '../../src/store/service/messages.js';
export type { Batch } from '../../src/store/tree/batch.js';
export { PatternTrie } from '../../src/collections/pattern-trie.js';
export { Tree, type TreeOptions } from '../../src/store/tree/tree.js';
export { loadMqtt } from '../../src/store/mqtt/client.js';
export { UnsentChanges, type UnsentLimits } from '../../src/store/mqtt/unsent-changes.js';
export { payloadOf, valueIn } from '../../src/store/mqtt/payload.js';
export { TopicMap } from '../../src/store/mqtt/topic-map.js';
