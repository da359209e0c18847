// What a load generator in Node prints at its end: the JSON of load.c.
import { SUB_BITS } from './node-run.mjs';

/** Each of these is answered once: what is missing at the end is lost. UDP counts itself. */
const OF_STREAMS = new Set(['tcp', 'lines', 'handshakes', 'ws', 'ws-broadcast', 'mqtt']);

/**
 * @param {import('./node-run.mjs').Run} run
 * @param {{ mode: string, connections: string, size: string, inflight: string }} asked
 */
export function report(run, { mode, connections, size, inflight }) {
  const { messages, seconds } = run;
  const perSecond = seconds > 0 ? messages / seconds : 0;
  const buckets = [...run.counts].sort((a, b) => a[0] - b[0]);
  const isStream = OF_STREAMS.has(mode);
  const lost = isStream ? run.underWay : run.lost;
  if (isStream && lost > 0) run.error ||= `${lost} messages never came back`;
  const result = {
    generator: 'node-fallback',
    mode,
    ok: !run.error && (messages > 0 || mode.endsWith('idle')),
    error: run.error,
    connections: Number(connections),
    size: Number(size),
    inflight: Number(inflight),
    seconds,
    messages,
    messagesPerSecond: perSecond,
    megabytesPerSecond: (perSecond * Number(size)) / 1e6,
    cpuShare: run.cpuShare,
    serverCpuSeconds: run.serverCpuSeconds,
    bytesChecked: run.bytesChecked,
    lost,
    resent: run.resent,
    stale: run.stale,
    failed: run.error ? 1 : 0,
    latency: { minNs: messages ? run.latencyMin : 0, maxNs: run.latencyMax },
    histogram: { subBits: SUB_BITS, buckets },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(run.error ? 1 : 0));
}
