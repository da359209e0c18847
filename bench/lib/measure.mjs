// One run of one program: a fresh process, measured, ended. Each kind of row has its own way.
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './children.mjs';
import { idle } from './idle.mjs';
import { dnsLoad, httpLoad, load, mqttLoad, redisLoad, tlsLoad, wsLoad } from './tools.mjs';

/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./tools.mjs').Program} Program */
/**
 * @typedef {object} Measured
 * @property {number} value in the row's unit
 * @property {import('./stats.mjs').Histogram} [histogram]
 * @property {Record<string, number>} [details]
 */
/** @typedef {{ quick: boolean, warmupMs: number, durationMs: number }} Effort */

/** @type {Record<Row['kind'], { unit: string, higherIsBetter: boolean }>} */
export const units = {
  network: { unit: 'messages/s', higherIsBetter: true },
  stream: { unit: 'MB/s', higherIsBetter: true },
  memory: { unit: 'bytes/connection', higherIsBetter: false },
  program: { unit: 'ops/s', higherIsBetter: true },
  time: { unit: 'ms', higherIsBetter: false },
  size: { unit: 'bytes/path', higherIsBetter: false },
  startup: { unit: 'ms', higherIsBetter: false },
  idle: { unit: 'cores', higherIsBetter: false },
};

/**
 * @param {Row} row
 * @param {Program} program
 * @param {Effort} effort
 * @returns {Promise<Measured>}
 */
export function measure(row, program, effort) {
  if (row.kind === 'network' || row.kind === 'stream') return network(row, program, effort);
  if (row.kind === 'memory') return memory(row, program, effort);
  if (row.kind === 'startup') return startup(program);
  if (row.kind === 'idle') return idle(program, effort);
  return ownFigure(row, program, effort);
}

/** @param {Record<string, string | number>} options */
const asArguments = (options) => Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);

/**
 * When the measurement ends: with the time, or where the row says so, when so many messages have come back.
 * @param {Row} row
 * @param {Effort} effort
 * @returns {{ 'duration-ms': number, messages?: number }}
 */
function lengthOf(row, { quick, durationMs }) {
  const messages = quick ? row.quickOps : row.ops;
  return messages === undefined ? { 'duration-ms': durationMs } : { 'duration-ms': 60_000, messages };
}

/** To open thousands takes the time of all other rows. */
const QUICK_CONNECTIONS = 500;

/** As long as it is measured, in ms, where in a quick run nothing has come back on a busy machine. */
const PATIENCE = 5_000;

/** Who opens connections and leaves them idle. @type {Record<'tcp' | NonNullable<Row['over']>, { command: string[], mode?: string, tls?: string }>} */
const idleLoads = {
  tcp: { command: load.command },
  tls: { command: tlsLoad, tls: 'yes' },
  ws: { command: wsLoad, mode: 'ws-idle' },
  udp: { command: tlsLoad, mode: 'udp-idle' },
};

/** @param {Row} row @returns {string[]} */
function loadFor({ load: of }) {
  if (of?.mode === 'http') return httpLoad;
  if (of?.mode === 'mqtt') return mqttLoad;
  if (of?.mode === 'dns') return dnsLoad;
  if (of?.mode.startsWith('redis')) return redisLoad;
  if (of?.mode.startsWith('ws')) return wsLoad;
  return of?.tls === undefined ? load.command : tlsLoad;
}

/** @param {any} result of the load generator */
function insistOnRight(result) {
  if (!result.ok) throw new Error(`wrong result: ${result.error || 'no reply was counted'}`);
  // A datagram may be lost even on the loopback, but not often with one in flight.
  if (result.lost > result.messages / 1000)
    throw new Error(`wrong result: ${result.lost} of ${result.messages} were lost`);
}

/**
 * @param {Row} row
 * @param {Program} program
 * @param {Effort} effort
 */
async function network(row, program, effort) {
  const server = new Child(program.command, { core: row.cores ?? 'server', limitMs: 120_000 });
  try {
    // A server that is started by another program tells its own pid.
    const { port, pid = server.process.pid } = await server.json();
    const options = {
      ...row.load,
      ...(effort.quick && row.load && { connections: Math.min(row.load.connections, QUICK_CONNECTIONS) }),
      port,
      'warmup-ms': effort.quick ? effort.warmupMs : Math.max(effort.warmupMs, row.warmupMs ?? 0),
      ...lengthOf(row, effort),
      'server-pid': pid ?? 0,
    };
    const command = loadFor(row);
    const generator = new Child([...command, ...asArguments(options)], {
      core: row.cores ?? 'load',
      limitMs: 110_000,
    });
    const result = await generator.json();
    await generator.ended;
    if (effort.quick && effort.durationMs < PATIENCE && !result.ok && !result.error)
      return await network(row, program, { ...effort, durationMs: PATIENCE });
    insistOnRight(result);
    if (options.messages !== undefined && result.messages < options.messages)
      throw new Error(`wrong result: only ${result.messages} of ${options.messages} messages came within a minute`);
    const { messagesPerSecond, megabytesPerSecond, messages, lost, cpuShare, bytesChecked, serverCpuSeconds } = result;
    return {
      value: row.kind === 'stream' ? megabytesPerSecond : messagesPerSecond,
      histogram: result.histogram,
      details: {
        megabytesPerSecond,
        messages,
        lost,
        bytesChecked,
        loadCpuShare: cpuShare,
        serverCpuShare: serverCpuSeconds / result.seconds,
        cpuUsPerMessage: (serverCpuSeconds / messages) * 1e6,
      },
    };
  } finally {
    await server.stop();
  }
}

/**
 * @param {Row} row
 * @param {Program} program
 * @param {Effort} effort
 */
async function memory(row, program, effort) {
  const connections = (effort.quick ? row.quickOps : row.ops) ?? 0;
  const [node, ...rest] = program.command;
  const server = new Child([node, '--expose-gc', ...rest], { core: 'server', limitMs: 180_000 });
  try {
    const { port } = await server.json();
    const before = await settledMemory(server, effort);
    const { command, ...how } = idleLoads[row.over ?? 'tcp'];
    const options = { mode: 'idle', port, connections, size: 64, 'duration-ms': 120_000, ...how };
    const generator = new Child([...command, ...asArguments(options)], {
      core: 'load',
      limitMs: 170_000,
      stdin: 'pipe',
    });
    const first = await generator.json();
    if (first.open !== connections) throw new Error(`wrong result: ${first.error}`);
    const after = await settledMemory(server, effort);
    generator.process.stdin?.end();
    insistOnRight(await generator.json());
    const perConnection = (/** @type {'rss' | 'heap'} */ what) => (after[what] - before[what]) / connections;
    return {
      value: perConnection('rss'),
      details: { heapPerConnection: perConnection('heap'), rssBefore: before.rss, rssAfter: after.rss },
    };
  } finally {
    await server.stop();
  }
}

/**
 * Collects garbage until the resident size stays where it is.
 * @param {Child} server
 * @param {Effort} effort
 */
async function settledMemory(server, { quick }) {
  let last = { rss: Infinity, heap: 0 };
  for (let look = 0; look < 12; look++) {
    await sleep(quick ? 20 : 400);
    server.process.kill('SIGUSR2');
    const memory = await server.json();
    if (Math.abs(memory.rss - last.rss) < last.rss * 0.005) return memory;
    last = memory;
  }
  return last;
}

/** @param {Program} program */
async function startup(program) {
  const server = new Child(program.command, { core: 'server', limitMs: 30_000 });
  try {
    await server.json();
    return { value: Number(process.hrtime.bigint() - server.startedAt) / 1e6 };
  } finally {
    await server.stop();
  }
}

/**
 * What a program measures of itself: a rate, a time, or a size.
 * @param {Row} row
 * @param {Program} program
 * @param {Effort} effort
 */
async function ownFigure(row, program, effort) {
  const wanted = (effort.quick ? row.quickOps : row.ops) ?? 0;
  const child = new Child([...program.command, String(wanted)], { core: row.cores ?? 'server', limitMs: 120_000 });
  const { ops, ns, ms, bytes, cpuUs } = await child.json();
  const code = await child.ended;
  if (code !== 0 || ops !== wanted) throw new Error(`wrong result: ${ops} of ${wanted} operations, exit code ${code}`);
  if (row.kind === 'time') return { value: ms };
  if (row.kind === 'size') return { value: bytes };
  return { value: (ops / ns) * 1e9, ...(cpuUs > 0 ? { details: { cpuUsPerMessage: cpuUs / ops } } : {}) };
}
