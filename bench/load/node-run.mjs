// The Node fallback's payload, clock, phases and histogram: what load.c keeps in load.h.
import { cpuSecondsOf } from '../lib/proc.mjs';
import { bucketOf } from '../lib/stats.mjs';

export const SUB_BITS = 7;
const PERIOD = 65_521;
const CHUNK = 65_536;

const pattern = Buffer.alloc(PERIOD + CHUNK);
for (let i = 0, x = 2_463_534_242; i < pattern.length; i++) {
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  pattern[i] = i < PERIOD ? x >>> 11 : pattern[i - PERIOD];
}

let period = PERIOD;
let step = 127;

/** From now on each message of that size is a line of letters. @param {number} size */
export function payloadOfLines(size) {
  step = size;
  period = Math.floor(PERIOD / size) * size;
  for (let i = 0; i < pattern.length; i++) {
    if (i >= period) pattern[i] = pattern[i - period];
    else pattern[i] = i % size === size - 1 ? 10 : 97 + (pattern[i] % 26);
  }
}

/**
 * At most CHUNK bytes of a connection's stream: ask again for the rest.
 * @param {number} seed
 * @param {number} position
 * @param {number} length
 */
export function payload(seed, position, length) {
  const from = (position + seed * step) % period;
  return pattern.subarray(from, from + Math.min(length, CHUNK));
}

/** Warm-up, measurement, drain, end. */
export class Run {
  /** @type {'opening' | 'warmup' | 'measure' | 'drain' | 'done'} */
  phase = 'opening';
  messages = 0;
  bytesChecked = 0;
  underWay = 0;
  lost = 0;
  resent = 0;
  stale = 0;
  seconds = 0;
  cpuShare = 0;
  /** The server's process, or 0. */
  serverPid = 0;
  serverCpuSeconds = 0;
  latencyMin = Infinity;
  latencyMax = 0;
  error = '';
  /** @type {Map<number, number>} */
  counts = new Map();
  #started = 0;
  #cpu = process.cpuUsage();
  #close = () => {};

  /**
   * @param {number} warmupMs
   * @param {number} durationMs
   * @param {number} limit of messages, or 0
   * @param {() => void} print
   */
  constructor(warmupMs, durationMs, limit, print) {
    this.warmupMs = warmupMs;
    this.durationMs = durationMs;
    this.limit = limit;
    this.print = print;
  }

  now() {
    return Number(process.hrtime.bigint());
  }

  get sending() {
    return this.phase === 'warmup' || this.phase === 'measure';
  }

  get ending() {
    return this.phase === 'done';
  }

  set ending(_) {
    this.phase = 'done';
  }

  /** @param {() => void} close what it opened */
  begin(close) {
    this.#close = close;
    this.phase = 'warmup';
    setTimeout(() => {
      this.phase = 'measure';
      this.#started = this.now();
      this.#cpu = process.cpuUsage();
      this.serverCpuSeconds = -cpuSecondsOf(this.serverPid);
      setTimeout(() => this.#stop(), this.durationMs);
    }, this.warmupMs);
  }

  #stop() {
    if (this.phase !== 'measure') return;
    this.phase = 'drain';
    this.seconds = (this.now() - this.#started) / 1e9;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.cpuShare = (user + system) / 1e6 / this.seconds;
    this.serverCpuSeconds += cpuSecondsOf(this.serverPid);
    const patience = setTimeout(() => this.#end(), 2000);
    const look = setInterval(() => {
      if (this.underWay > 0 && this.phase === 'drain') return;
      clearInterval(look);
      clearTimeout(patience);
      this.#end();
    }, 10);
  }

  #end() {
    if (this.phase === 'done') return;
    this.phase = 'done';
    this.#close();
    this.print();
  }

  /** @param {number} sentAt */
  reply(sentAt) {
    this.underWay--;
    if (this.phase !== 'measure') return;
    const latency = this.now() - sentAt;
    const bucket = bucketOf(latency, SUB_BITS);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
    this.latencyMin = Math.min(this.latencyMin, latency);
    this.latencyMax = Math.max(this.latencyMax, latency);
    if (++this.messages === this.limit) this.#stop();
  }

  /** @param {string} message */
  fail(message) {
    this.error ||= message;
    this.#end();
  }
}
