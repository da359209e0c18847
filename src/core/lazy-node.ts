import type * as childProcess from 'node:child_process';
import type dns from 'node:dns';
import type * as os from 'node:os';
import type { createHistogram } from 'node:perf_hooks';
import type * as tty from 'node:tty';
import type * as util from 'node:util';
import type * as workerThreads from 'node:worker_threads';

// Modules of Node that a server which only listens does not need. Importing them takes 4 ms at each start, so they are
// loaded at their first use. Node caches them, so later calls are fast.

/** The name of the method that returns the text for `inspect`: `inspect.custom` of `node:util`. */
export const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** `node:child_process`. */
export const nodeChildProcess = (): typeof childProcess => process.getBuiltinModule('node:child_process');

/** `node:dns`. */
export const nodeDns = (): typeof dns => process.getBuiltinModule('node:dns');

/** `node:os`. */
export const nodeOs = (): typeof os => process.getBuiltinModule('node:os');

/** The part of `node:perf_hooks` for measurements; the time itself comes from the Clock. */
export const nodePerfHooks = (): { readonly createHistogram: typeof createHistogram } =>
  process.getBuiltinModule('node:perf_hooks');

/** `node:tty`. */
export const nodeTty = (): typeof tty => process.getBuiltinModule('node:tty');

/** `node:util`. */
export const nodeUtil = (): typeof util => process.getBuiltinModule('node:util');

/** `node:worker_threads`. */
export const nodeWorkerThreads = (): typeof workerThreads => process.getBuiltinModule('node:worker_threads');
