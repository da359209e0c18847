// The door by which tests enter src/threads: what they try there that is not public.
import '../../src/compose.js';

export { Packer } from '../../src/threads/crossing.js';
export { ThreadBell } from '../../src/threads/doorbell.js';
export { Inlet } from '../../src/threads/inlet.js';
export { type Batch, HEAD, Outlet } from '../../src/threads/outlet.js';
export type { Exporter, Importer, Ref, TonicRef } from '../../src/threads/refs.js';
export { RemoteTonic } from '../../src/threads/remote-tonic.js';
export { SharedIds } from '../../src/threads/shared-ids.js';
export { SharedState } from '../../src/threads/shared-state.js';
export { plainPart } from '../../src/threads/thread-configuration.js';
export { ThreadHub } from '../../src/threads/thread-hub.js';
export { ThreadLogSink } from '../../src/threads/thread-log-sink.js';
export { threadLogTarget } from '../../src/threads/thread-log-target.js';
export { workerThreads } from '../../src/threads/thread-worker.js';
export { unpack } from '../../src/threads/unpacking.js';
