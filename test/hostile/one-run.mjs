// One run: a fresh server, the peers, and then what is left of them.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Child } from '../../bench/lib/children.mjs';

/** @typedef {{ letter: string, connects: number, failed: number, unsure: number, heard: number, requests: number, answers: number, wrong: number, lost: number, cut: number, ended: number, reset: number, stayed: number }} KindCounts see load/hostile.h and peers/tally.mjs (those in C have no `stayed`) */
/** @typedef {import('../../bench/lib/stats.mjs').Histogram & { total: number, longestNs: number }} Times */
/** @typedef {{ seconds: number, cpuShare: number, longestTurnMs: number, firstFault: string, kinds: Record<string, KindCounts>, requests: Times, connects: Times }} LoadResult */
/** @typedef {{ connected: number, ended: Record<string, Record<string, number>>, requests: Record<string, number>, accepted: number, open: number, failed: number, turnedAway?: Record<string, number>, handshakes?: Record<string, number>, http?: import('./fields/http.mjs').HttpBooks, tonics?: number, orders?: number, heap: number }} Books see servers/books.mjs */
/**
 * @typedef {object} Run
 * @property {LoadResult} measured the peers that wait for all their answers
 * @property {LoadResult} hostile the others
 * @property {Books} before
 * @property {Books} after
 * @property {number} descriptorsBefore
 * @property {number} descriptorsAfter
 * @property {number} clearMs how long it took until none of its connections was left
 * @property {number} peakBytes of resident memory
 * @property {number} cpuSeconds of the server
 * @property {number | null} exitCode
 */

/** The longest that answers may take when all others have gone. */
const DRAIN_SECONDS = 60;
/** The longest that a server may take to end those whom it must end. */
const HOLD_SECONDS = 20;
/** After which nothing may be left. */
const CLEAR_MS = 10_000;
/** What a heap may be larger afterwards: code, shapes, the free lists of the engine. */
export const HEAP_SLACK = 3 * 2 ** 20;
/** @typedef {{ peers: number, seconds: number, seed: number, drainSeconds?: number }} Load */
/** @typedef {import('./fields/field.mjs').Field} Field */

/**
 * @param {readonly string[]} command the server, in servers/, and its arguments
 * @param {Field} field
 * @param {Load} options
 * @returns {Promise<Run>}
 */
export async function run([file, ...more], field, { peers, seconds, seed }) {
  const path = fileURLToPath(new URL(`servers/${file}`, import.meta.url));
  const limitMs = (seconds + DRAIN_SECONDS * 2 + 60) * 1000;
  const server = new Child([process.execPath, '--expose-gc', path, ...more], { core: 'server', limitMs });
  try {
    const { port } = await server.json();
    const pid = server.process.pid ?? 0;
    const untouched = descriptorsOf(pid);
    await peersCome(field, { ...field.taste, seed }, port);
    const { books: before } = await cleared(server, untouched);
    const descriptorsBefore = descriptorsOf(pid);
    forgetPeak(pid);
    const cpuBefore = cpuSecondsOf(pid);
    const [measured, hostile] = await peersCome(field, { peers, seconds, seed }, port);
    const cpuSeconds = cpuSecondsOf(pid) - cpuBefore;
    const peakBytes = peakOf(pid);
    const { books: after, ms: clearMs } = await cleared(server, untouched, before.heap + HEAP_SLACK);
    const descriptorsAfter = descriptorsOf(pid);
    const exitCode = await endOf(server);
    return {
      measured,
      hostile,
      before,
      after,
      descriptorsBefore,
      descriptorsAfter,
      clearMs,
      peakBytes,
      cpuSeconds,
      exitCode,
    };
  } finally {
    await server.stop();
  }
}

/**
 * Two programs, so that the clocks of those who are timed do not wait for what the others read and write.
 * @param {Field} field
 * @param {Load} options
 * @param {number} port
 * @returns {Promise<LoadResult[]>}
 */
function peersCome({ load, waiting, hostile }, { peers, seconds, seed, drainSeconds = DRAIN_SECONDS }, port) {
  const limitMs = (seconds + DRAIN_SECONDS + 50) * 1000;
  const common = { port, peers, seconds, seed };
  const start = (/** @type {readonly string[]} */ kinds, /** @type {number} */ most) =>
    new Child(
      [
        ...load,
        ...Object.entries({ ...common, 'drain-seconds': most, kinds: kinds.join(',') }).flatMap(([name, value]) => [
          `--${name}`,
          String(value),
        ]),
      ],
      {
        core: 'load',
        limitMs,
      },
    );
  return Promise.all(
    [start(waiting, drainSeconds), start(hostile, Math.min(drainSeconds, HOLD_SECONDS))].map((child) => child.json()),
  );
}

/** @param {Child} server @returns {Promise<Books>} */
function booksOf(server) {
  server.process.kill('SIGUSR2');
  return server.json();
}

/**
 * Waits until no connection is left, and nothing of it, and not for ever.
 * @param {Child} server
 * @param {number} untouched its descriptors before the first connection
 * @param {number} mostHeap
 */
async function cleared(server, untouched, mostHeap = Infinity) {
  const from = performance.now();
  for (let accepted = -1; ;) {
    const books = await booksOf(server);
    const ms = performance.now() - from;
    // Some may have waited in the kernel to be accepted until now.
    const clear = books.open === 0 && books.accepted === accepted && books.heap < mostHeap;
    if ((clear && descriptorsOf(server.process.pid ?? 0) <= untouched) || ms > CLEAR_MS) return { books, ms };
    accepted = books.accepted;
    await sleep(100);
  }
}

/** Asked to end, a server without connections does so by itself. @param {Child} server */
async function endOf(server) {
  server.process.kill('SIGTERM');
  return Promise.race([server.ended, sleep(5000, null, { ref: false })]);
}

/** @param {number} pid */
const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** @param {number} pid */
function peakOf(pid) {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(peak?.[1]) * 1024;
}

/** From here on the peak of its memory counts: see clear_refs in proc(5). @param {number} pid */
function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // It may be forbidden. Then the peak is that of the whole life, which is the same on both sides.
  }
}

/** @param {number} pid */
function cpuSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
