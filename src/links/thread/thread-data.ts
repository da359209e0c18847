import type { LogLane } from '../../core/log-lane.js';
import type { LogOptions } from '../../log/log-options.js';
import type { Refs, TonicRef } from '../packing/refs.js';
import type { ChannelEnd } from './wire.js';
import type { CrossingConfiguration } from './thread-configuration.js';
import type { ThreadLogTarget } from './thread-log-target.js';
import type { ThreadSettings } from './thread-options.js';

/** The description of a thread by its starter. */
export interface ThreadStart {
  /** The URL of the module that exports the Catalyst's class, and the name of the class. */
  readonly module: string;
  readonly className: string;
  readonly thread: number;
  /** The id and name of its Catalyst, and its base. */
  readonly id: number;
  readonly name: string;
  readonly base: TonicRef;
  /** Whether the name was given by the user: then it must be unique. */
  readonly isNamed: boolean;
  /** The service that its base belongs to. */
  readonly owner: string | undefined;
  /** The arguments of the Catalyst's constructor. */
  readonly args: unknown[];
  readonly refs: Refs | undefined;
  /** How long its last messages may take to be sent after it has finished, in ms. */
  readonly drainTimeout: number;
  readonly logMode: LogOptions['default'];
  /** The colour of its base in the log. */
  readonly logLane: LogLane | undefined;
  /** Options for Node's `Worker`. */
  readonly node: Pick<ThreadSettings, 'resourceLimits' | 'execArgv'>;
}

/** The data that a thread is started with. */
export interface ThreadData extends ThreadStart {
  readonly parent: number;
  /** Memory that all threads share. */
  readonly memory: SharedArrayBuffer;
  /** Its channels to the main thread, and to its starter if that is another thread. */
  readonly toMain: ChannelEnd;
  readonly toParent: ChannelEnd | undefined;
  readonly config: CrossingConfiguration;
  readonly log: Pick<LogOptions, 'level' | 'slowSparkle' | 'entries'> & { readonly to: ThreadLogTarget };
  readonly waitingLimit: number;
}

/**
 * The key of the start data in a thread's environment data: the main thread need not load `node:worker_threads` to
 * check it.
 */
export const DATA = 'tasktonic.thread-data';

/** The key under which TaskTonic puts its start function for the entry module. */
export const START = 'tasktonic.thread';

/** The field that marks the error of a class that could not be loaded; trying again would not help. */
export const NOT_LOADED = 'tasktonicNotLoaded';
