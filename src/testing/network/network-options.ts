import * as v from 'valibot';
import { callable, flag, within } from '../../core/options/option-schema.js';
import type { Clock } from '../../core/time/clock.js';
import type { Random } from '../../core/time/random.js';
import { oneOrMoreOf } from '../one-or-more.js';
import type { NetworkFault } from './fault-source.js';
import { type NetworkSettings, settingsSchema } from './settings.js';
import type { NetworkEvent } from './simulation.js';

function has(name: string): (value: unknown) => boolean {
  return (value) => typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}

export const networkSchema = v.strictObject({
  ...settingsSchema.entries,
  /** The clock of the apps that run on it. */
  clock: v.custom<Clock>(has('now'), 'must be a clock'),
  /** Read once: its number is the seed of all faults. */
  random: v.custom<Random>(has('next'), 'must be a source of chance'),
  /** Asked before each fault: `false` suppresses it. */
  inject: v.optional(callable<(fault: NetworkFault) => boolean>('a function')),
  /** Stops virtual time until work in real time is done, such as that of TLS. */
  hold: v.optional(callable<(something: Promise<unknown>) => unknown>('a function')),
  /** Told of everything that happens. */
  onEvent: v.optional(callable<(event: NetworkEvent) => void>('a function')),
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link SimulatedNetwork}: what its hosts have, and where its time and its chance come from. */
export type SimulatedNetworkOptions = Readonly<v.InferInput<typeof networkSchema>> & Partial<NetworkSettings>;

export const hostSchema = v.strictObject({
  /** Its addresses. Default: the next one of 10.0.0.0/8. */
  address: v.optional(oneOrMoreOf('an address, or a list of addresses')),
});

/** Options of a host of a simulated network. */
export type HostOptions = Readonly<v.InferInput<typeof hostSchema>>;

const number = within(0, 65_535);

/** What a test says of the servers of a service. */
export const srvRecords = v.array(
  v.strictObject({ name: v.string(), port: number, priority: number, weight: number }),
  'must be a list of { name, port, priority, weight }',
);

export const partitionSchema = v.strictObject({
  /** Whether only packets from the first to the second are lost. */
  oneWay: v.optional(flag, false),
});

/** Options of a partition. */
export type PartitionOptions = Readonly<v.InferInput<typeof partitionSchema>>;
