// The door by which tests enter src/store/durable: what they try there that is not public.
import '../../src/compose.js';

export { checksum, checksumByTable } from '../../src/store/durable/checksum.js';
export { type Disk, nodeDisk } from '../../src/store/durable/disk.js';
export { Durable, type Loaded, type ProblemListener } from '../../src/store/durable/durable.js';
export { decode, encode } from '../../src/store/durable/encoding.js';
export { holderNamed, lockName, thisThread } from '../../src/store/durable/holder.js';
export { KeptOps } from '../../src/store/durable/kept-ops.js';
export { checkStorable } from '../../src/store/durable/not-storable.js';
export { Op, type StoreOps } from '../../src/store/ops.js';
