import fc from 'fast-check';

/** So many bytes in each piece: with `send()` in its own sparkle, or as orders. */
export interface Sending {
  readonly send: readonly number[];
  readonly asOrders: boolean;
}

/**
 * One thing that one side does. To a plain socket, `close` is `destroy()`, and `finish` its end. One that `slows` pauses for a moment after
 * each of the next pieces that it hears; one that `owes` has an answer under way, which it sends when it `answers`.
 */
export type Doing = Sending | 'end' | 'close' | 'finish' | 'abort' | 'pause' | 'resume' | 'slows' | 'owes' | 'answers';

/**
 * What happens at one time: on one connection, what its client and its server do (both: their packets cross), or on a datagram socket. All
 * that one side does is done in one sparkle. The next act begins when this one has had its effect.
 */
export type Act =
  | { readonly on: number; readonly client: readonly Doing[]; readonly server: readonly Doing[] }
  | { readonly udp: 0 | 1; readonly does: readonly Doing[] };

/** A connection: whether its client is a Tonic or a plain socket, and who keeps it open after the end of the other. */
export interface Link {
  readonly client: 'tonic' | 'plain';
  readonly clientHalfOpen: boolean;
}

export interface Script {
  readonly serverHalfOpen: boolean;
  readonly links: readonly Link[];
  readonly acts: readonly Act[];
}

/** What the buffers of any kernel take for one who is paused. */
export const BUFFERED = 200_000;

/** The bytes that it brings. */
export function sizeOf(doing: Doing): number {
  return typeof doing === 'object' ? doing.send.reduce((sum, piece) => sum + piece, 0) : 0;
}

const MOST_LINKS = 3;

const size = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 1_459, 1_460, 1_461, 16_384) },
  { weight: 3, arbitrary: fc.nat(3_000) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536, 65_537, 262_145, 700_000) },
);
const sending = fc.record({ send: fc.array(size, { minLength: 1, maxLength: 5 }), asOrders: fc.boolean() });
const doing: fc.Arbitrary<Doing> = fc.oneof(
  { weight: 10, arbitrary: sending },
  { weight: 3, arbitrary: fc.constant('pause' as const) },
  { weight: 4, arbitrary: fc.constant('resume' as const) },
  { weight: 1, arbitrary: fc.constant('slows' as const) },
  { weight: 2, arbitrary: fc.constantFrom('owes' as const, 'answers' as const) },
  { weight: 2, arbitrary: fc.constant('end' as const) },
  { weight: 1, arbitrary: fc.constantFrom('close' as const, 'finish' as const) },
  { weight: 1, arbitrary: fc.constant('abort' as const) },
);
const does = fc.array(doing, { minLength: 1, maxLength: 3 });
const on = fc.nat(MOST_LINKS - 1);
const datagrams = fc.record({ send: fc.array(fc.nat(9_000), { minLength: 1, maxLength: 4 }), asOrders: fc.boolean() });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ on, client: does, server: fc.constant([]) }) },
  { weight: 4, arbitrary: fc.record({ on, client: fc.constant([]), server: does }) },
  { weight: 2, arbitrary: fc.record({ on, client: does, server: does }) },
  {
    weight: 2,
    arbitrary: fc.record({
      udp: fc.constantFrom(0 as const, 1 as const),
      does: fc.array(fc.oneof(datagrams, fc.constantFrom('pause' as const, 'resume' as const)), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
);

/** Scripts by chance. */
export const scripts: fc.Arbitrary<Script> = fc.record({
  serverHalfOpen: fc.boolean(),
  links: fc.array(fc.record({ client: fc.constantFrom('tonic', 'tonic', 'plain'), clientHalfOpen: fc.boolean() }), {
    minLength: 1,
    maxLength: MOST_LINKS,
  }),
  acts: fc.array(act, { minLength: 1, maxLength: 12 }),
});
