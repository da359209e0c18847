// Lines over TCP. The peers are a C program on epoll.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { endings, endsOf, judge, kindsOf, reasons, turnedAway } from '../judging.mjs';
import { path } from './field.mjs';

const SOURCES = ['main.c', 'peers.c', 'kinds.c'];

/** How these peers always leave. */
const RIGHT_ENDS = /** @type {const} */ ([
  ['good', 'peerEnded'],
  ['half-closing', 'peerEnded'],
  ['resetting', 'peerReset'],
]);

/** @returns {import('./field.mjs').Field | string} or why it cannot be run here */
export function plainField() {
  const load = compiledLoad();
  if (load === null) return 'it needs gcc for its load';
  return {
    title: 'peers of nine kinds',
    ours: ['tasktonic-lines.mjs'],
    twin: ['raw-lines.mjs'],
    load: [load],
    waiting: ['good', 'half-closing'],
    hostile: ['slow', 'dripping', 'flooding', 'resetting', 'garbage', 'vanishing', 'idle'],
    ruled: ['slow', 'dripping', 'flooding', 'idle'],
    held: [],
    taste: { peers: 180, seconds: 2 },
    full: { peers: 10_000, seconds: 60 },
    short: { peers: 450, seconds: 6 },
    judge: judgePlain,
  };
}

/** @param {import('../one-run.mjs').Run} run */
function judgePlain(run) {
  const of = kindsOf(run);
  const { before, after } = run;
  return [
    judge('nobody was turned away', turnedAway(after) === 0, reasons(after.turnedAway)),
    judge(
      'each accepted connection was connected, and is open or has ended for a reason',
      after.connected === after.accepted && after.accepted === after.open + endings(after),
      `accepted ${after.accepted}, connected ${after.connected}, open ${after.open}, ended ${endings(after)}`,
    ),
    judge(
      'an end is told as an end, and a reset as a reset',
      RIGHT_ENDS.every(([name, reason]) => Object.keys(endsOf(run, of(name))).every((told) => told === reason)),
      RIGHT_ENDS.map(([name]) => `${name} ${reasons(endsOf(run, of(name)))}`).join('; '),
    ),
    judge('protocols threw at garbage, and it was counted', after.failed > before.failed, `failed ${after.failed}`),
  ];
}

/** The load's program, or null where there is no gcc. */
function compiledLoad() {
  const output = path('../../bench/build/hostile-load');
  mkdirSync(path('../../bench/build'), { recursive: true });
  const sources = SOURCES.map((name) => path(`load/${name}`));
  const gcc = spawnSync('gcc', ['-O2', '-o', output, ...sources], { encoding: 'utf8', timeout: 60_000 });
  if (gcc.error) return null;
  if (gcc.status !== 0) throw new Error(`gcc failed: ${gcc.stderr}`);
  return output;
}
