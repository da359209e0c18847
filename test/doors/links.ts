// The door by which tests enter src/links: what they try there that is not public.
import '../../src/compose.js';

export { type Batch, NUMBERS_PER_ORDER } from '../../src/links/batch.js';
export type { Channel } from '../../src/links/channel.js';
export { Links, type LinkKind } from '../../src/links/links.js';
export { Packer } from '../../src/links/packing/packer.js';
export type { Exporter, Importer, Ref, TonicRef } from '../../src/links/packing/refs.js';
export { unpack } from '../../src/links/packing/unpacking.js';
export { Receiver, type ReceiverHost } from '../../src/links/receiver.js';
export { Progress } from '../../src/links/progress.js';
export { RemoteTonic } from '../../src/links/remote-tonic.js';
export { Sender, type Totals } from '../../src/links/sender.js';
export { ThreadBell } from '../../src/links/thread/doorbell.js';
export { ThreadChannel } from '../../src/links/thread/thread-channel.js';
export { endsOf } from '../../src/links/thread/wire.js';
export { ThreadLinks } from '../../src/links/thread/thread-links.js';
export { ThreadLogSink } from '../../src/links/thread/thread-log-sink.js';
export { threadLogTarget } from '../../src/links/thread/thread-log-target.js';
export { ThreadMemory } from '../../src/links/thread/thread-memory.js';
export { workerThreads } from '../../src/links/thread/thread-worker.js';
