import * as v from 'valibot';
import { type CatalystOptions, catalystOptions } from '../core/options/catalyst-options.js';
import { badOption } from '../core/options/option-problem.js';
import { some } from '../core/options/option-schema.js';
import type { Network } from './network.js';

const QUEUE_LIMIT = catalystOptions.queueLimit.default;

function isNetwork(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'connect' in value && 'listen' in value;
}

export const selectorCatalystSchema = v.strictObject({
  ...catalystOptions,
  /** Where sockets come from. Default: Node's; under a Distiller, its own. */
  network: v.optional(v.custom<Network>(isNetwork, 'must be a network')),
  /**
   * When this many orders wait, reading from sockets pauses; at most `queueLimit`. Default: 10,000, or half of
   * `queueLimit`.
   */
  highWaterMark: v.optional(some),
  /**
   * When at most this many wait, all sockets read again; at most `highWaterMark`. Default: 2,000, or a fifth of
   * `highWaterMark`.
   */
  lowWaterMark: v.optional(some),
});

// What a schema spreads loses its doc comments in the declarations; the type that is added brings them back.
/** Options of a {@link SelectorCatalyst}. */
export type SelectorCatalystOptions = Readonly<v.InferInput<typeof selectorCatalystSchema>> & CatalystOptions;

/**
 * At how many waiting orders reading is held back, and at how many it goes on.
 * @throws {TaskTonicError} `TT_BAD_OPTION` where they are more than what they are a part of.
 */
export function readingMarks(options: SelectorCatalystOptions, of: string): { high: number; low: number } {
  const { queueLimit = QUEUE_LIMIT } = options;
  const { highWaterMark: high = Math.min(10_000, queueLimit / 2) } = options;
  const { lowWaterMark: low = Math.min(2_000, high / 5) } = options;
  refuseMore(of, 'highWaterMark', high, queueLimit, 'queueLimit');
  refuseMore(of, 'lowWaterMark', low, high, 'highWaterMark');
  return { high, low };
}

function refuseMore(of: string, option: string, value: number, most: number, bound: string): void {
  if (value > most) throw badOption(of, option, `it is ${value}, and must be at most ${most}, as "${bound}" is`);
}
