import type { EventQueue } from './event-queue.js';
import type { FaultSource } from './fault-source.js';
import type { NetworkSettings } from './settings.js';

/** One thing that happened in the network, as plain data. */
export interface NetworkEvent {
  /** In ms of the clock. */
  readonly at: number;
  readonly kind:
    | 'listen'
    | 'bind'
    | 'connect'
    | 'refused'
    | 'open'
    | 'deliver'
    | 'end'
    | 'drop'
    | 'timeout'
    | 'reset'
    | 'close'
    | 'fault'
    | 'crash'
    | 'restart'
    | 'partition'
    | 'heal';
  /** The sockets or hosts that it concerns. */
  readonly what: string;
  /** Bytes that were delivered, or the index of what was dropped. */
  readonly count?: number;
}

/** What everything in a network has: time, chance, settings, and somebody to tell. */
export interface Simulation {
  readonly events: EventQueue;
  readonly faults: FaultSource;
  readonly settings: NetworkSettings;
  tell(kind: NetworkEvent['kind'], what: string, count?: number): void;
}
