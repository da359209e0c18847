import * as v from 'valibot';
import { count, ms, parseOptions } from '../../core/options/option-schema.js';

const chance = v.pipe(v.number(), v.minValue(0, 'must be from 0 to 1'), v.maxValue(1, 'must be from 0 to 1'));
const rate = v.pipe(v.number(), v.gtValue(0, 'must be more than 0'));

export const conditionsSchema = v.strictObject({
  /** How long a packet is under way, in ms. Default: 0.5; within a host 0. */
  latency: v.optional(ms()),
  /** The largest random addition to the delay, in ms (a fault `delay`); later packets wait behind it. Default: 0. */
  jitter: v.optional(ms()),
  /** Bytes a second, the headers included; more waits its turn. Default: no bound. */
  bandwidth: v.optional(rate),
  /** How many bytes may wait for the bandwidth; datagrams beyond that are dropped. Default: 262,144. */
  queue: v.optional(count(1)),
  /** The fraction of packets that are lost, 0 to 1. TCP sends them again. Default: 0. */
  loss: v.optional(chance),
  /** The fraction of datagrams that arrive twice. Default: 0. */
  duplicate: v.optional(chance),
  /** The fraction of datagrams that arrive after later ones. Default: 0. */
  reorder: v.optional(chance),
  /** The fraction of TCP segments at which the connection is reset, for both sides. Default: 0. */
  reset: v.optional(chance),
  /**
   * Where the bytes of a stream are split for the reader: every n bytes, at each byte, at random, or at these offsets.
   * The pieces arrive 1 ms apart; with `'random'` some arrive together. Default: as they come.
   */
  split: v.optional(v.union([v.literal('random'), v.literal('byte'), count(1), v.array(count(1))])),
  /** How many bytes of a stream its reader reads in a second: a slow process.
 Default: no bound. */
  readRate: v.optional(rate),
});

/** The conditions of a link, one direction of it. */
export type Conditions = v.InferInput<typeof conditionsSchema>;

/** The same, complete. */
export type LinkState = Required<{ readonly [K in keyof Conditions]: Exclude<Conditions[K], undefined> }>;

export const PLAIN: LinkState = {
  latency: 0.5,
  jitter: 0,
  bandwidth: Infinity,
  queue: 262_144,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reset: 0,
  split: [],
  readRate: Infinity,
};

/** @throws {TaskTonicError} `TT_BAD_OPTION` */
export function checkedConditions(conditions: Conditions): Partial<LinkState> {
  const given = parseOptions(conditionsSchema, conditions, 'Conditions');
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<LinkState>;
}
