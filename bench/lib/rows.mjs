// The table: what is measured, against what, and the bar that is to be met.
import { threadRows } from './thread-rows.mjs';

/** @typedef {import('./verdict.mjs').Bar} Bar */
/**
 * @typedef {object} Row
 * @property {string} id what --only matches
 * @property {string} title
 * @property {'network' | 'memory' | 'program' | 'startup' | 'idle'} kind
 * @property {string} ours names of programs, see tools.mjs
 * @property {string} theirs
 * @property {string[]} [limits] lines without a bar
 * @property {Bar} bar
 * @property {Bar} [p99]
 * @property {{ mode: 'tcp' | 'udp', connections: number, size: number, inflight: number, rate?: number }} [load]
 * @property {'both' | 'any'} [cores] of both sides, where it is not one for each process: see children.mjs
 * @property {string | null} [needs] what it needs and this Node has not
 * @property {number} [ops]
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

/** @param {number} value @returns {Bar} */
const atLeast = (value) => ({ kind: 'atLeast', value });

/** @type {Row[]} */
export const rows = [
  {
    ...tcp,
    id: 'tcp-64',
    title: 'TCP echo, 64 B, 50 connections, 1 in flight',
    bar: atLeast(1.05),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-64-pipelined',
    title: 'TCP echo, 64 B, 50 connections, 16 in flight',
    bar: atLeast(1.05),
    load: { mode: 'tcp', connections: 50, size: 64, inflight: 16 },
  },
  {
    ...tcp,
    id: 'tcp-16k',
    title: 'TCP echo, 16 KiB, 50 connections',
    bar: atLeast(1.4),
    load: { mode: 'tcp', connections: 50, size: 16384, inflight: 1 },
  },
  {
    ...tcp,
    id: 'tcp-1000',
    title: 'TCP echo, 64 B, 1,000 connections',
    bar: atLeast(1),
    load: { mode: 'tcp', connections: 1000, size: 64, inflight: 1 },
  },
  {
    id: 'udp-64',
    title: 'UDP echo, 64 B, 20 peers',
    kind: 'network',
    ours: 'tasktonic-udp',
    theirs: 'raw-udp',
    limits: ['bun-udp', 'epoll-udp'],
    bar: atLeast(1.1),
    p99,
    load: { mode: 'udp', connections: 20, size: 64, inflight: 1 },
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
    bar: { kind: 'extraMs', value: 120 },
  },
  ...threadRows,
];
