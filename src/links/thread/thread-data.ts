import type { LogLane } from '../../core/log-lane.js';
import type { LogOptions } from '../../log/log-options.js';
import type { Refs, TonicRef } from '../packing/refs.js';
import type { ChannelEnd } from './wire.js';
import type { CrossingConfiguration } from './thread-configuration.js';
import type { ThreadLogTarget } from './thread-log-target.js';
import type { ThreadSettings } from './thread-options.js';

/** What the one that has a thread started says of it. */
export interface ThreadStart {
  /** The URL of the module that has its Catalyst's class, and the name of that. */
  readonly module: string;
  readonly className: string;
  readonly thread: number;
  /** The id and name of its Catalyst, and who is its base. */
  readonly id: number;
  readonly name: string;
  readonly base: TonicRef;
  /** Whether the name was given: then no other Catalyst may have it. */
  readonly isNamed: boolean;
  /** The service that its base is a part of. */
  readonly owner: string | undefined;
  /** The arguments of the Catalyst's constructor. */
  readonly args: unknown[];
  readonly refs: Refs | undefined;
  /** How long what it has said may take to leave, when it has finished, in ms. */
  readonly drainTimeout: number;
  readonly logMode: LogOptions['default'];
  /** The colour that its base has. */
  readonly logLane: LogLane | undefined;
  /** What is for Node's `Worker` alone. */
  readonly node: Pick<ThreadSettings, 'resourceLimits' | 'execArgv'>;
}

/** What a thread is started with. */
export interface ThreadData extends ThreadStart {
  readonly parent: number;
  /** What all threads share. */
  readonly memory: SharedArrayBuffer;
  /** Its channels with the main thread, and with the one that has it started where that is another one. */
  readonly toMain: ChannelEnd;
  readonly toParent: ChannelEnd | undefined;
  readonly config: CrossingConfiguration;
  readonly log: Pick<LogOptions, 'level' | 'slowSparkle' | 'entries'> & { readonly to: ThreadLogTarget };
  readonly waitingLimit: number;
}

/** Where a thread keeps what it was started with: TaskTonic need not load `node:worker_threads` in the main thread to know. */
export const DATA = 'tasktonic.thread-data';

/** Where the module of a Catalyst's class finds what starts it, once it has loaded TaskTonic. */
export const START = 'tasktonic.thread';

/** The field that marks an error of a thread whose class could not be loaded: it would not be the next time either. */
export const NOT_LOADED = 'tasktonicNotLoaded';
