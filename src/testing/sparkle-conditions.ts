import * as v from 'valibot';
import { count } from '../core/options/option-schema.js';
import { durationOption } from './duration.js';
import { oneOrMore } from './one-or-more.js';

export const tonicContractSchema = v.strictObject({
  /** It is in one of these states: at the call, or after a sparkle of any Tonic. */
  tillStateIn: v.optional(oneOrMore),
  /** One of these sparkles of it ran. */
  tillSparkleIn: v.optional(oneOrMore),
  /** A field has this value, or the function returns true for it: at the call, or after a sparkle of any Tonic. */
  stopOnProbe: v.optional(v.record(v.string(), v.unknown())),
  /** Further probes: fields to be copied into the trace, such as `'count'` or `'peer.name'`. */
  probes: v.optional(oneOrMore),
});

/** The expectation for one Tonic; any one of its conditions is enough. */
export type TonicContract = Readonly<v.InferInput<typeof tonicContractSchema>>;

export const contractSchema = v.strictObject({
  /** How many of the Tonics with a condition must match. */
  stopMatchCount: v.optional(v.union([v.literal('all'), count(1)], "must be 'all', or a whole number from 1"), 'all'),
  /** By the name of a Tonic or of its class. */
  tonics: v.record(v.string(), tonicContractSchema),
  /** Probes of every Tonic that has such a field. With these alone it has no expectation, and is never met. */
  probes: v.optional(oneOrMore),
});

/** The expectations for several Tonics together. */
export type Contract = Readonly<v.InferInput<typeof contractSchema>>;

export const sparkleSchema = v.strictObject({
  /** This many sparkles have run, not counting those of their transitions. */
  count: v.optional(v.union([count(1), v.literal(Infinity)], 'must be a whole number from 1'), Infinity),
  /** This much virtual time has passed. With it, a run also waits when nothing can run. Default: one hour. */
  timeout: v.optional(durationOption, '1h'),
  /** A sparkle has left its Tonic in one of these states. */
  tillStateIn: v.optional(oneOrMore),
  /** One of these sparkles has run. */
  tillSparkleIn: v.optional(oneOrMore),
  /** Enough Tonics meet their expectations. */
  contract: v.optional(contractSchema),
});

/** The conditions of `sparkle()`: it stops when one of them is met. */
export type SparkleConditions = Readonly<v.InferInput<typeof sparkleSchema>>;
