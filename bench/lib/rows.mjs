// The table: what is measured, against what, and the bar that is to be met.
import { storeRows } from './store-rows.mjs';
import { threadRows } from './thread-rows.mjs';

/** @typedef {import('./verdict.mjs').Bar} Bar */
/**
 * @typedef {object} Row
 * @property {string} id what --only matches
 * @property {string} title
 * @property {'network' | 'stream' | 'memory' | 'program' | 'time' | 'size' | 'startup' | 'idle'} kind
 * @property {string} ours names of programs, see tools.mjs
 * @property {string} theirs
 * @property {string[]} [limits] lines without a bar
 * @property {Bar} bar
 * @property {Bar} [p99]
 * @property {Bar} [cpu] of the server, a message
 * @property {{ mode: 'tcp' | 'lines' | 'udp' | 'handshakes' | 'http' | 'ws' | 'ws-broadcast' | 'mqtt' | 'redis-set' | 'redis-get' | 'dns', connections: number, size: number, inflight: number, active?: number, rate?: number, tls?: 'yes' | 'resumed' }} [load]
 * @property {number} [warmupMs] at least so much before the measurement
 * @property {'tls' | 'ws' | 'udp'} [over] of a memory row: its connections are under TLS, are WebSockets, or peers that have sent a datagram
 * @property {'both' | 'any'} [cores] of both sides, where it is not one for each process: see children.mjs
 * @property {string | null} [needs] what it needs and this Node has not
 * @property {number} [ops] of a program; or the messages that end a measurement of the network, which else ends with its time
 * @property {number} [quickOps]
 */

/** @type {Bar} */
const p99 = { kind: 'atMost', value: 1.25, orSpread: true };
const tcp = /** @type {const} */ ({
  kind: 'network',
  ours: 'tasktonic-tcp',
  theirs: 'raw-tcp',
  limits: ['bun-tcp', 'epoll-tcp'],
  p99,
});

/** A handshake is long and rare: so many ms until either server runs what its compiler has made of them. */
const MANY_HANDSHAKES = 8_000;
/** The generator is a Node too, and busier than the server: so it is the server's processor that is judged. */
const tls = /** @type {const} */ ({ kind: 'network', ours: 'tasktonic-tls', theirs: 'raw-tls' });

/** wrk itself needs little. */
const http = /** @type {const} */ ({
  kind: 'network',
  warmupMs: 3_000,
  load: { mode: 'http', connections: 50, size: 0, inflight: 1 },
});

const ws = /** @type {const} */ ({ kind: 'network', ours: 'tasktonic-ws', theirs: 'raw-ws', warmupMs: 2_000 });

/** @param {number} value @returns {Bar} */
const atLeast = (value) => ({ kind: 'atLeast', value });

/** So many times as fast, and by as much less of the processor. @param {number} times @returns {{ bar: Bar, cpu: Bar }} */
const faster = (times) => ({ bar: atLeast(times), cpu: { kind: 'atMost', value: Math.round(1000 / times) / 1000 } });

/**
 * SET and GET of redis-benchmark, in turn with the shortest server of node:net that has the same parsing, and with Redis.
 * @param {'set' | 'get'} what
 * @returns {Row[]}
 */
const redisRows = (what) => {
  const row = /** @type {const} */ ({ kind: 'network', ours: 'tasktonic-redis', warmupMs: 2_000 });
  const load = /** @type {const} */ ({ mode: `redis-${what}`, connections: 50, size: 3, inflight: 1 });
  const title = `redis-lite, ${what.toUpperCase()}, 50 connections`;
  return [
    { ...row, id: `redis-${what}`, title, theirs: 'raw-redis', ...faster(1), load },
    {
      ...row,
      id: `redis-${what}-pipelined`,
      title: `${title}, 16 in flight`,
      theirs: 'raw-redis',
      limits: ['redis-server'],
      ...faster(1.15),
      load: { ...load, inflight: 16 },
    },
    {
      ...row,
      id: `redis-${what}-beside-redis`,
      title: `${title}, beside Redis`,
      theirs: 'redis-server',
      bar: atLeast(0.9),
      load,
    },
  ];
};

const KIB = 1024;
/** A stream is sent in pieces of this size. */
const PIECE = 64 * KIB;

/**
 * What goes through the streams of a connection, in bytes a second and in work a byte: a relay before an echo in C, and an echo by Node's own `pipe()`.
 * @returns {Row[]}
 */
function streamRows() {
  const large = /** @type {const} */ ({
    kind: 'stream',
    load: { mode: 'tcp', connections: 1, size: PIECE, inflight: 512 }, // 32 MiB, more than the kernel holds
    ops: Math.ceil(1e9 / PIECE),
    quickOps: 100,
  });
  const small = /** @type {const} */ ({
    kind: 'network',
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1 },
  });
  const relay = { ours: 'tasktonic-relay', theirs: 'raw-relay' };
  const pipe = { ours: 'tasktonic-pipe', theirs: 'raw-pipe' };
  const proxy = { ours: 'tasktonic-proxy', theirs: 'haproxy', bar: /** @type {const} */ ({ kind: 'none' }) };
  const named = 'beside pipeline(a, b, a)';
  return [
    { ...large, ...relay, id: 'relay-stream', title: `a 1 GB stream relayed there and back, ${named}`, ...faster(1.1) },
    { ...small, ...relay, id: 'relay-64', title: `relay, 64 B, 50 connections, ${named}`, ...faster(1) },
    {
      ...large,
      ...proxy,
      id: 'proxy-stream',
      title: 'a 1 GB stream through examples/tcp-proxy, beside haproxy in TCP mode',
    },
    {
      ...small,
      ...proxy,
      id: 'proxy-64',
      title: 'examples/tcp-proxy, 64 B, 50 connections, beside haproxy in TCP mode',
    },
    { ...large, ...pipe, id: 'duplex-stream', title: 'a 1 GB stream echoed by toDuplex().pipe()', ...faster(0.9) },
    { ...small, ...pipe, id: 'duplex-64', title: 'echo by toDuplex().pipe(), 64 B, 50 connections', ...faster(0.9) },
  ];
}

/** @type {Row[]} */
export const rows = [
  {
    ...tcp,
    id: 'tcp-64',
    title: 'TCP echo, 64 B, 50 connections, 1 in flight',
    ...faster(1.05),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-64-pipelined',
    title: 'TCP echo, 64 B, 50 connections, 16 in flight',
    ...faster(1.05),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 16 },
  },
  {
    ...tcp,
    id: 'tcp-16k',
    title: 'TCP echo, 16 KiB, 50 connections',
    ...faster(1.4),
    load: { mode: 'tcp', connections: 50, size: 16384, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-1000',
    title: 'TCP echo, 64 B, 1,000 connections',
    ...faster(1),
    load: { mode: 'tcp', connections: 1000, size: 64, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-200',
    title: 'TCP echo, 64 B, 200 connections',
    ...faster(1),
    load: { mode: 'tcp', connections: 200, size: 64, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-1m',
    title: 'TCP echo, 1 MiB, 8 connections',
    ...faster(1),
    load: { mode: 'tcp', connections: 8, size: 1024 * KIB, inflight: 1 },
    quickOps: 20, // in the time of the other rows there may be none
  },
  {
    ...tcp,
    id: 'tcp-stream',
    title: 'a 1 GB stream echoed, one connection',
    kind: 'stream',
    p99: undefined, // a piece waits for those before it
    ...faster(1),
    load: { mode: 'tcp', connections: 1, size: PIECE, inflight: 512 }, // 32 MiB, more than the kernel holds: it sets the pace
    ops: Math.ceil(1e9 / PIECE),
    quickOps: 100,
  },
  ...streamRows(),
  {
    ...tcp,
    id: 'tcp-lines',
    title: 'echo of lines, 64 B, 50 connections, 16 in flight, beside split2',
    ours: 'tasktonic-lines',
    theirs: 'raw-split2',
    limits: [],
    ...faster(2),
    load: { mode: 'lines', connections: 50, size: 64, inflight: 16 },
  },
  {
    ...http,
    id: 'http-hello',
    title: 'HTTP, hello world, 50 connections (wrk)',
    ours: 'tasktonic-http',
    theirs: 'raw-http',
    ...faster(1.1),
  },
  {
    ...http,
    id: 'http-sparkles',
    title: 'HTTP, hello world by a sparkle, 50 connections (wrk)',
    ours: 'tasktonic-http-sparkles',
    theirs: 'raw-http',
    ...faster(0.95),
  },
  {
    ...http,
    id: 'http-fastify',
    title: 'HTTP, hello world in Fastify, 50 connections (wrk)',
    ours: 'tasktonic-fastify',
    theirs: 'raw-fastify',
    ...faster(0.97),
  },
  ...redisRows('set'),
  ...redisRows('get'),
  {
    id: 'dns-udp',
    title: 'DNS over UDP, 20 peers',
    kind: 'network',
    ours: 'tasktonic-dns',
    theirs: 'raw-dns',
    ...faster(1.1),
    warmupMs: 2_000,
    load: { mode: 'dns', connections: 20, size: 0, inflight: 1 },
    quickOps: 100, // in the time of the other rows there may be none
  },
  {
    ...ws,
    id: 'ws-echo',
    title: 'WebSocket echo, 64 B, 50 connections, 1 in flight',
    ...faster(0.95),
    load: { mode: 'ws', connections: 50, size: 64, inflight: 1 },
  },
  {
    ...ws,
    id: 'ws-echo-pipelined',
    title: 'WebSocket echo, 64 B, 50 connections, 8 in flight',
    ...faster(2),
    load: { mode: 'ws', connections: 50, size: 64, inflight: 8 },
  },
  {
    ...ws,
    id: 'ws-broadcast',
    title: 'what one WebSocket says to 5,000',
    ours: 'tasktonic-ws-broadcast',
    theirs: 'raw-ws-broadcast',
    ...faster(1),
    load: { mode: 'ws-broadcast', connections: 5_000, size: 64, inflight: 1 },
  },
  {
    ...ws,
    id: 'ws-memory',
    title: 'memory per idle WebSocket, 10,000 of them',
    kind: 'memory',
    bar: { kind: 'atMost', value: 1.2 },
    over: 'ws',
    ops: 10_000,
    quickOps: 50,
  },
  {
    id: 'mqtt-fanout',
    title: '20,000 MQTT messages with QoS 1 to two subscribers',
    kind: 'network',
    ours: 'tasktonic-mqtt',
    theirs: 'aedes',
    ...faster(1.2),
    warmupMs: 2_000,
    load: { mode: 'mqtt', connections: 2, size: 64, inflight: 50 },
    ops: 20_000,
    quickOps: 500,
  },
  {
    ...tls,
    id: 'tls-lines',
    title: 'TLS echo of lines, 64 B, 50 connections, 8 in flight',
    ours: 'tasktonic-tls-lines',
    theirs: 'raw-tls-lines',
    ...faster(1.5),
    load: { mode: 'lines', connections: 50, size: 64, inflight: 8, tls: 'yes' },
  },
  {
    ...tls,
    id: 'tls-64',
    title: 'TLS echo, 64 B, 50 connections, 1 in flight',
    ...faster(1),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1, tls: 'yes' },
  },
  {
    ...tls,
    id: 'tls-handshakes',
    title: 'TLS, full handshakes, 20 at a time',
    ...faster(0.95),
    warmupMs: MANY_HANDSHAKES,
    load: { mode: 'handshakes', connections: 20, size: 1, inflight: 1, tls: 'yes' },
  },
  {
    ...tls,
    id: 'tls-resumed',
    title: 'TLS, resumed handshakes, 20 at a time',
    ...faster(0.95),
    warmupMs: MANY_HANDSHAKES,
    load: { mode: 'handshakes', connections: 20, size: 1, inflight: 1, tls: 'resumed' },
  },
  {
    ...tls,
    id: 'tls-memory',
    title: 'memory per idle connection under TLS, 2,000 of them',
    kind: 'memory',
    bar: { kind: 'atMost', value: 1.1 },
    over: 'tls',
    ops: 2000,
    quickOps: 100,
  },
  {
    id: 'udp-64',
    title: 'UDP echo, 64 B, 20 peers',
    kind: 'network',
    ours: 'tasktonic-udp',
    theirs: 'raw-udp',
    limits: ['bun-udp', 'epoll-udp'],
    ...faster(1.1),
    p99,
    load: { mode: 'udp', connections: 20, size: 64, inflight: 1 },
  },
  {
    id: 'udp-sessions',
    title: 'UDP sessions, echo, 64 B, 10,000 peers',
    kind: 'network',
    ours: 'tasktonic-udp-sessions',
    theirs: 'raw-udp-sessions',
    ...faster(1),
    p99,
    warmupMs: 2_000, // all of them are there
    load: { mode: 'udp', connections: 10_000, size: 64, inflight: 1, active: 100 },
  },
  {
    id: 'udp-sessions-memory',
    title: 'memory per idle UDP session, 10,000 of them',
    kind: 'memory',
    ours: 'tasktonic-udp-sessions',
    theirs: 'raw-udp-sessions',
    bar: { kind: 'none' },
    over: 'udp',
    ops: 10_000,
    quickOps: 100,
  },
  {
    id: 'memory',
    title: 'memory per idle connection, 8,000 of them',
    kind: 'memory',
    ours: 'tasktonic-tcp',
    theirs: 'raw-tcp',
    bar: { kind: 'atMost', value: 1.6 },
    ops: 8000,
    quickOps: 100,
  },
  {
    id: 'lines',
    title: '1 GB of lines, cut at random, beside node:readline',
    kind: 'program',
    ours: 'decode-lines',
    theirs: 'readline',
    bar: atLeast(4),
    cpu: { kind: 'atMost', value: 0.5 },
    ops: 16_000_000,
    quickOps: 10_000,
  },
  {
    id: 'length-prefixed',
    title: '500 MB of frames with their lengths, beside length-prefixed-stream',
    kind: 'program',
    ours: 'decode-prefixed',
    theirs: 'length-prefixed-stream',
    bar: atLeast(1),
    cpu: { kind: 'atMost', value: 0.667 },
    ops: 7_000_000,
    quickOps: 10_000,
  },
  {
    id: 'chain',
    title: 'sparkle chain, 5 million',
    kind: 'program',
    ours: 'tonic-chain',
    theirs: 'ring-chain',
    bar: atLeast(0.4),
    ops: 5_000_000,
    quickOps: 10_000,
  },
  {
    id: 'burst',
    title: '1 million sparkles queued at once on 1,000 Tonics',
    kind: 'program',
    ours: 'tonic-burst',
    theirs: 'ring-burst',
    bar: atLeast(0.4),
    ops: 1_000_000,
    quickOps: 10_000,
  },
  {
    id: 'states',
    title: 'state-specific sparkles against the chain',
    kind: 'program',
    ours: 'tonic-states',
    theirs: 'tonic-chain',
    bar: atLeast(0.5),
    ops: 5_000_000,
    quickOps: 10_000,
  },
  {
    id: 'transitions',
    title: 'transitions against the chain',
    kind: 'program',
    ours: 'tonic-transitions',
    theirs: 'tonic-chain',
    bar: atLeast(0.2),
    ops: 5_000_000,
    quickOps: 10_000,
  },
  {
    id: 'startup',
    title: 'import to first listening',
    kind: 'startup',
    ours: 'tasktonic-tcp',
    theirs: 'raw-tcp',
    bar: { kind: 'atMost', value: 1.3 },
  },
  ...threadRows,
  ...storeRows,
];

/**
 * The row as it is judged against another checkout of TaskTonic: not slower, not larger.
 * @param {Row} row
 * @returns {Row}
 */
export function againstCheckout(row) {
  const rises = ['network', 'stream', 'program'].includes(row.kind);
  return {
    ...row,
    bar: row.kind === 'idle' ? { kind: 'none' } : rises ? atLeast(1) : { kind: 'atMost', value: 1 },
    ...(row.p99 ? { p99: { kind: 'atMost', value: 1, orSpread: true } } : {}),
    ...(row.cpu ? { cpu: { kind: 'atMost', value: 1 } } : {}),
  };
}
