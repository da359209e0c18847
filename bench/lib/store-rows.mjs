// The rows of the Store: what a set costs, what hears of it, what crosses to another thread, what is kept.

/** @typedef {import('./rows.mjs').Row} Row */

const program = /** @type {const} */ ({ kind: 'program', cores: 'any', quickOps: 2000 });

/** @param {number} value @returns {import('./verdict.mjs').Bar} */
const atLeast = (value) => ({ kind: 'atLeast', value });

/** @type {Row[]} */
export const storeRows = [
  {
    ...program,
    id: 'store-set-one',
    title: 'sets of one path that nobody hears of, beside a Map with listeners',
    ours: 'store-set-one',
    theirs: 'map-set-one',
    bar: { kind: 'none' },
    ops: 5_000_000,
  },
  {
    ...program,
    id: 'store-set-many',
    title: 'sets of 10,000 paths that nobody hears of, beside a Map with listeners',
    ours: 'store-set-many',
    theirs: 'map-set-many',
    bar: { kind: 'none' },
    ops: 5_000_000,
  },
  {
    ...program,
    id: 'store-heard-map',
    title: 'sets of 10,000 paths, each heard, beside a Map with listeners',
    ours: 'store-heard',
    theirs: 'map-heard',
    bar: { kind: 'none' },
    ops: 2_000_000,
    quickOps: 20_000,
  },
  {
    ...program,
    id: 'store-heard-rxjs',
    title: 'sets of 10,000 paths, each heard, beside RxJS subjects by path',
    ours: 'store-heard',
    theirs: 'rxjs-heard',
    bar: atLeast(1),
    ops: 2_000_000,
    quickOps: 20_000,
  },
  {
    ...program,
    id: 'store-heard-zustand',
    title: 'sets of 10,000 paths, each heard, beside one Zustand store',
    ours: 'store-heard',
    theirs: 'zustand-heard',
    bar: atLeast(1),
    ops: 1_000,
    quickOps: 100,
  },
  {
    ...program,
    id: 'store-wildcards',
    title: 'sets with 10,000 subscriptions with wildcards, beside mqtt-pattern',
    ours: 'store-wildcards-10000',
    theirs: 'mqtt-pattern-wildcards',
    bar: atLeast(1),
    ops: 500,
    quickOps: 50,
  },
  {
    kind: 'time',
    cores: 'any',
    id: 'store-by-depth',
    title: 'a million sets with 10,000 subscriptions with wildcards, against 100 of them',
    ours: 'store-time-10000',
    theirs: 'store-time-100',
    bar: { kind: 'atMost', value: 2 },
    ops: 1_000_000,
    quickOps: 20_000,
  },
  {
    kind: 'time',
    cores: 'both',
    id: 'store-paced',
    title: 'a set each 5 ms, heard in a thread and answered by a set, p50, against bare sparkles',
    ours: 'store-paced',
    theirs: 'thread-paced',
    bar: { kind: 'atMost', value: 1.2 },
    ops: 600,
    quickOps: 20,
  },
  {
    ...program,
    id: 'store-reads',
    title: 'reads of a copy in another thread, beside a Map of Maps',
    ours: 'store-reads',
    theirs: 'map-reads',
    bar: atLeast(0.5),
    ops: 5_000_000,
  },
  {
    ...program,
    id: 'store-kept',
    title: 'sets that are kept, awaited in groups of 1,000, beside lmdb without fsync',
    ours: 'store-kept-process',
    theirs: 'lmdb-kept-process',
    bar: { kind: 'none' },
    ops: 500_000,
  },
  {
    ...program,
    id: 'store-kept-disk',
    title: 'sets that are kept on disk (fsync), awaited in groups of 1,000, beside lmdb',
    ours: 'store-kept-disk',
    theirs: 'lmdb-kept-disk',
    bar: { kind: 'none' },
    ops: 100_000,
  },
];
