// The door by which tests enter src/store: what they try there that is not public.
import '../../src/compose.js';

export { Owner } from '../../src/store/service/owner.js';
export { Replica } from '../../src/store/service/replica.js';
export { Tree } from '../../src/store/tree/tree.js';
export type { OwnerWords, ReplicaWords } from '../../src/store/service/words.js';
