// The load for servers of RESP: redis-benchmark. The command line and the JSON of load.c; `inflight` is its -P.
import { execFile } from 'node:child_process';
import { parseArgs } from 'node:util';
import { cpuSecondsOf } from '../lib/proc.mjs';

const text = (/** @type {string} */ value) => ({ type: /** @type {const} */ ('string'), default: value });
const { values } = parseArgs({
  options: {
    mode: text('redis-get'),
    port: { type: 'string' },
    connections: text('50'),
    size: text('3'),
    inflight: text('1'),
    'warmup-ms': text('0'),
    'duration-ms': text('1000'),
    'server-pid': text('0'),
  },
});

const test = values.mode.replace('redis-', '');
/** So many are asked for to know how fast it goes; then as many as fill the time. */
const FEW = 2_000;

/** @param {number} requests @returns {Promise<{ rate: number, text: string, seconds: number }>} */
function benchmark(requests) {
  const flags = {
    '-p': values.port,
    '-c': values.connections,
    '-P': values.inflight,
    '-d': values.size,
    '-n': requests,
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]);
  const began = process.hrtime.bigint();
  return new Promise((resolve) =>
    execFile('redis-benchmark', [...args, '-t', test, '--csv'], (error, stdout, stderr) => {
      const text = error ? String(error) : stdout + stderr;
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      resolve({ rate: Number(/"(?:SET|GET)","([\d.]+)"/.exec(text)?.[1] ?? 0), text, seconds });
    }),
  );
}

const requestsIn = (/** @type {number} */ rate, /** @type {string} */ ms) =>
  Math.max(FEW, Math.round((rate * Number(ms)) / 1000));

const first = await benchmark(FEW);
const warm = Number(values['warmup-ms']) > 0 ? await benchmark(requestsIn(first.rate, values['warmup-ms'])) : first;
const pid = Number(values['server-pid']);
const before = cpuSecondsOf(pid);
const messages = requestsIn(warm.rate, values['duration-ms']);
const { rate, text: printed, seconds } = await benchmark(messages);
const wrong = /error|refused|closed/i.exec(printed)?.[0] ?? '';
const ok = rate > 0 && wrong === '';
const result = {
  ok,
  error: ok ? '' : printed.trim(),
  messages,
  // Its own time: without that in which it starts.
  seconds: messages / rate,
  messagesPerSecond: rate,
  megabytesPerSecond: 0,
  serverCpuSeconds: cpuSecondsOf(pid) - before,
  cpuShare: messages / rate / seconds,
  bytesChecked: 0,
  lost: 0,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(ok ? 0 : 1));
