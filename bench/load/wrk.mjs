// The load for HTTP: wrk, which keeps one request in flight on each connection. The command line and the JSON of load.c.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { cpuSecondsOf } from '../lib/proc.mjs';

const number = (/** @type {string} */ text) => ({ type: /** @type {const} */ ('string'), default: text });
const { values } = parseArgs({
  options: {
    mode: number('http'),
    port: { type: 'string' },
    connections: number('50'),
    size: number('0'),
    inflight: number('1'),
    'warmup-ms': number('0'),
    'duration-ms': number('1000'),
    'server-pid': number('0'),
  },
});

/** wrk takes whole seconds. */
const seconds = (/** @type {string} */ ms) => Math.ceil(Number(ms) / 1000);

/** What wrk has used of the processor, in s, to 100 ms. */
let used = 0;

/** @param {number} duration in s @returns {Promise<string>} what it prints */
async function wrk(duration) {
  const url = `http://127.0.0.1:${values.port}/`;
  const child = spawn('wrk', ['-t1', `-c${values.connections}`, `-d${duration}s`, url]);
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  child.stderr.on('data', (data) => (text += data));
  const watch = setInterval(() => (used = cpuSecondsOf(child.pid) || used), 100);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  return text;
}

if (Number(values['warmup-ms']) > 0) await wrk(seconds(values['warmup-ms']));
const pid = Number(values['server-pid']);
const before = cpuSecondsOf(pid);
const began = process.hrtime.bigint();
const text = await wrk(seconds(values['duration-ms']));
const took = Number(process.hrtime.bigint() - began) / 1e9;
const serverCpuSeconds = cpuSecondsOf(pid) - before;
const messages = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
const wrong = /Socket errors:.*|Non-2xx.*/.exec(text)?.[0] ?? '';
const result = {
  ok: wrong === '' && messages > 0,
  error: wrong || (messages > 0 ? '' : text.trim()),
  messages,
  seconds: took,
  messagesPerSecond: messages / took,
  megabytesPerSecond: 0,
  serverCpuSeconds,
  cpuShare: used / took,
  bytesChecked: 0,
  lost: 0,
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(result.ok ? 0 : 1));
