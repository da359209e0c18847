import { TcpBackends } from 'tasktonic';
import * as v from 'valibot';

const many = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be 1 or more'));
const ms = v.pipe(v.number(), v.minValue(10, 'must be 10 ms or more'));

const proxy = v.strictObject({
  /** Where the backends are, and how they are spoken with and checked: the options of a TcpBackends. SIGHUP may change them. */
  backends: v.pipe(TcpBackends.optionsSchema, v.metadata({ reload: true })),
  /** How many connections may be open: in all, and of one address. */
  maxConnections: v.optional(many, 1_000),
  maxConnectionsPerAddress: v.optional(many, 1_000),
  /** Ends a connection on which nothing has passed for so long, in ms. */
  idleTimeout: v.optional(ms, 300_000),
});

export const settings = v.looseObject({ proxy });
export type Settings = v.InferOutput<typeof settings>;
