// The door by which tests enter src/selector: what they try there that is not public.
import '../../src/compose.js';

export { DatagramInbox } from '../../src/selector/datagram-inbox.js';
export { DatagramOutbox, type DatagramSink } from '../../src/selector/datagram-outbox.js';
export { ReadBudget } from '../../src/selector/read-budget.js';
export { Descriptors, descriptors } from '../../src/selector/node/descriptors.js';
export { freeMemory } from '../../src/selector/node/free-memory.js';
export { ipBytes, ipText } from '../../src/selector/ip-bytes.js';
export { kernelDrops } from '../../src/selector/node/kernel-drops.js';
export { NodeStream } from '../../src/selector/node/node-stream.js';
export { PassedSockets, type SocketActivation } from '../../src/selector/node/passed-sockets.js';
export { ProcessDescriptors } from '../../src/selector/node/process-descriptors.js';
export { selectorCatalystSchema } from '../../src/selector/selector-options.js';
export { LARGEST_WRITE, SendBuffer, type Sink } from '../../src/selector/send-buffer.js';
