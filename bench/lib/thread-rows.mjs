// The rows of threads: orders between two Catalysts, and what a thread that computes does to the others.

/** @typedef {import('./rows.mjs').Row} Row */

/** Two threads, each with a core of its own. */
const two = /** @type {const} */ ({ kind: 'program', cores: 'both' });
const batch = /** @type {const} */ ({ ...two, ops: 200_000, quickOps: 2000 });
/** Three busy threads: the kernel places them as it likes. */
const three = /** @type {const} */ ({ cores: 'any' });

/** @param {number} value @returns {import('./verdict.mjs').Bar} */
const atLeast = (value) => ({ kind: 'atLeast', value });

/** @param {string} library @returns {Row} */
const againstLibrary = (library) => ({
  ...batch,
  id: `thread-batch-${library}`,
  title: `50,000 of the objects against ${library}`,
  ours: 'thread-batch',
  theirs: `${library}-batch`,
  bar: atLeast(4),
  ops: 50_000,
});

/** Several listeners on one port. */
const [major, minor] = process.versions.node.split('.').map(Number);
const hasReusePort = (major > 22 || (major === 22 && minor >= 12)) && !['darwin', 'win32'].includes(process.platform);
const noReusePort = hasReusePort ? null : 'reusePort needs Node 22.12, and neither macOS nor Windows';

/** A time that a program measures, in ms. @param {number} times @returns {Pick<Row, 'kind' | 'cores' | 'bar'>} */
const time = (times) => ({ kind: 'time', cores: 'both', bar: { kind: 'atMost', value: times } });

/** @type {Row[]} */
export const threadRows = [
  {
    ...time(1.5),
    id: 'thread-paced',
    title: 'one call each 5 ms to a thread and back, p50',
    ours: 'thread-paced',
    theirs: 'raw-paced',
    ops: 600,
    quickOps: 20,
  },
  {
    ...time(1.5),
    id: 'thread-first-trips',
    title: 'CPU of the first 3,000 round trips of a process',
    ours: 'thread-first-trips',
    theirs: 'raw-first-trips',
    ops: 3000,
    quickOps: 100,
  },
  {
    ...time(1.3),
    id: 'thread-many',
    title: '200 threads started, asked and finished, against workers that import the package',
    ours: 'thread-many',
    theirs: 'raw-many',
    ops: 200,
    quickOps: 4,
  },
  {
    ...two,
    id: 'thread-ping-pong',
    title: 'ping-pong of a number, two threads',
    ours: 'thread-ping-pong',
    theirs: 'raw-ping-pong',
    limits: ['thread-ping-pong-silent'],
    bar: atLeast(4),
    ops: 50_000,
    quickOps: 500,
  },
  {
    ...batch,
    id: 'thread-batch',
    title: '200,000 small objects to a thread and back',
    ours: 'thread-batch',
    theirs: 'raw-batch',
    bar: atLeast(0.9),
  },
  {
    ...batch,
    id: 'thread-primitives',
    title: '200,000 times two primitives',
    ours: 'thread-primitives',
    theirs: 'raw-primitives',
    bar: atLeast(2.5),
  },
  againstLibrary('piscina'),
  againstLibrary('comlink'),
  againstLibrary('workerpool'),
  {
    ...three,
    id: 'thread-busy',
    title: 'ping-pong while a third thread computes',
    kind: 'program',
    ours: 'thread-busy',
    theirs: 'raw-busy',
    bar: atLeast(0.9),
    ops: 50_000,
    quickOps: 500,
  },
  {
    ...two,
    id: 'thread-transfer',
    title: '64 MiB moved to a thread and back',
    ours: 'thread-transfer',
    theirs: 'raw-transfer',
    bar: atLeast(0.9),
    ops: 10_000,
    quickOps: 100,
  },
  {
    ...three,
    id: 'thread-beside',
    title: 'TCP echo, 2,000 messages/s, a worker computes',
    kind: 'network',
    ours: 'tasktonic-tcp-beside-work',
    theirs: 'tasktonic-tcp',
    bar: { kind: 'none' },
    p99: { kind: 'atMost', value: 2 },
    load: { mode: 'tcp', connections: 20, size: 64, inflight: 64, rate: 2000 },
  },
  {
    ...three,
    id: 'thread-server',
    title: 'TCP, 100 us of work a message: 2 Catalysts against 1',
    kind: 'network',
    needs: noReusePort,
    ours: 'tasktonic-tcp-work-2',
    theirs: 'tasktonic-tcp-work-1',
    bar: atLeast(1.8),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1 },
  },
  {
    ...three,
    id: 'thread-server-tls',
    title: 'TLS, 100 us of work a message: 2 Catalysts against 1',
    kind: 'network',
    needs: noReusePort,
    ours: 'tasktonic-tls-work-2',
    theirs: 'tasktonic-tls-work-1',
    bar: atLeast(1.7),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1, tls: 'yes' },
  },
  {
    ...three,
    id: 'thread-server-udp',
    title: 'UDP sessions, 100 us of work a datagram: 2 Catalysts against 1',
    kind: 'network',
    ours: 'tasktonic-udp-work-2',
    theirs: 'tasktonic-udp-work-1',
    bar: { kind: 'none' },
    load: { mode: 'udp', connections: 10, size: 64, inflight: 1 },
  },
  {
    ...three,
    id: 'thread-idle',
    title: 'CPU of an idle app with 4 threads',
    kind: 'idle',
    ours: 'thread-idle',
    theirs: 'raw-idle',
    bar: { kind: 'amount', value: 0.002 },
  },
];
