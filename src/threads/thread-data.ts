import type { LogLane } from '../core/log-lane.js';
import type { LogOptions } from '../log/log-options.js';
import type { Refs, TonicRef } from './refs.js';
import type { ThreadLogTarget } from './thread-log-target.js';
import type { ChannelEnd } from './wire.js';
import type { CrossingConfiguration } from './thread-configuration.js';

/** What a thread is started with. */
export interface ThreadData {
  /** The URL of the module that has its Catalyst's class, and the name of that. */
  readonly module: string;
  readonly className: string;
  readonly thread: number;
  readonly parent: number;
  /** What all threads share. */
  readonly state: SharedArrayBuffer;
  /** The id and name of its Catalyst, and who is its base. */
  readonly id: number;
  readonly name: string | undefined;
  readonly base: TonicRef;
  /** The service that its base is a part of. */
  readonly owner: string | undefined;
  /** The arguments of the Catalyst's constructor. */
  readonly args: unknown[];
  readonly refs: Refs | undefined;
  /** Its channels with the one that starts it, and with the main thread where that is another one. */
  readonly toParent: ChannelEnd;
  readonly fromParent: ChannelEnd;
  readonly toMain: ChannelEnd | undefined;
  readonly fromMain: ChannelEnd | undefined;
  readonly config: CrossingConfiguration;
  readonly log: Pick<LogOptions, 'default' | 'level' | 'slowSparkle' | 'entries'> & {
    readonly to: ThreadLogTarget;
    /** The colour that its base has. */
    readonly lane?: LogLane | undefined;
  };
  readonly waitingLimit: number;
  /** How long what it has said may take to leave, when it has finished, in ms. */
  readonly drainTimeout: number;
}

/** Where the module of a Catalyst's class finds what starts it, once it has loaded TaskTonic. */
export const START = 'tasktonic.thread';
