import * as v from 'valibot';

const PLACE = /^(\[[\da-f:]+\]|[^\s:[\]]+):\d{1,5}$/i;
const place = v.pipe(v.string(), v.regex(PLACE, 'must be as 10.0.0.1:80 or [::1]:80'));
const ms = v.pipe(v.number(), v.minValue(10, 'must be 10 ms or more'));
const many = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be 1 or more'));
/** SIGHUP may change it. */
const RELOAD = { reload: true } as const;

const proxy = v.strictObject({
  /** Where the backends are. */
  backends: v.pipe(v.array(place), v.minLength(1, 'must name a backend'), v.metadata(RELOAD)),
  /** The version of the PROXY header that a backend is sent; 0 for none. */
  sendProxy: v.pipe(v.optional(v.picklist([0, 1, 2], 'must be 0, 1 or 2'), 0), v.metadata(RELOAD)),
  /** How often each backend is looked at, in ms. */
  checkEvery: v.pipe(v.optional(ms, 2_000), v.metadata(RELOAD)),
  /** How long a backend has to take a connection, in ms. Then the next one is tried. */
  connectTimeout: v.pipe(v.optional(ms, 1_000), v.metadata(RELOAD)),
  /** How many connections may be open: in all, and of one address. */
  maxConnections: v.optional(many, 1_000),
  maxConnectionsPerAddress: v.optional(many, 1_000),
  /** Ends a connection on which nothing has passed for so long, in ms. */
  idleTimeout: v.optional(ms, 300_000),
});

export const settings = v.looseObject({ proxy });
export type ProxySettings = v.InferOutput<typeof proxy>;
