import type * as childProcess from 'node:child_process';
import type dns from 'node:dns';
import type * as os from 'node:os';
import type { createHistogram } from 'node:perf_hooks';
import type * as tty from 'node:tty';
import type * as util from 'node:util';
import type * as workerThreads from 'node:worker_threads';

// Modules of Node that a server which only listens does not need. An `import` of them costs each start, 4 ms for all of these, so
// whoever needs one asks here at that moment; Node keeps it, so that each further call is quick.

/** The method of this name makes the text that `inspect` shows: it is `inspect.custom` of `node:util`. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** `node:child_process`. */
export const nodeChildProcess = (): typeof childProcess => process.getBuiltinModule('node:child_process');

/** `node:dns`. */
export const nodeDns = (): typeof dns => process.getBuiltinModule('node:dns');

/** `node:os`. */
export const nodeOs = (): typeof os => process.getBuiltinModule('node:os');

/** What measuring needs of `node:perf_hooks`; time is told by the Clock. */
export const nodePerfHooks = (): { readonly createHistogram: typeof createHistogram } =>
  process.getBuiltinModule('node:perf_hooks');

/** `node:tty`. */
export const nodeTty = (): typeof tty => process.getBuiltinModule('node:tty');

/** `node:util`. */
export const nodeUtil = (): typeof util => process.getBuiltinModule('node:util');

/** `node:worker_threads`. */
export const nodeWorkerThreads = (): typeof workerThreads => process.getBuiltinModule('node:worker_threads');
