// The programs that the benchmark starts: what is there, what is built on the spot, and why something is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * @param {string} output
 * @param {string[]} sources
 */
function compile(output, sources) {
  mkdirSync(path('build'), { recursive: true });
  const gcc = spawnSync('gcc', ['-O2', '-o', path(output), ...sources.map(path)], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (gcc.error) return 'gcc is not here';
  return gcc.status === 0 ? null : `gcc failed: ${gcc.stderr.trim().split('\n')[0]}`;
}

const noLoad = process.env.BENCH_NO_GCC
  ? 'gcc is not wanted'
  : compile('build/load', ['load/load.c', 'load/tcp.c', 'load/udp.c']);
const noEpoll = process.env.BENCH_NO_GCC ? 'gcc is not wanted' : compile('build/epoll-echo', ['servers/epoll-echo.c']);

/** The load generator's command, and a word about it where it is not the C one. */
export const load = noLoad
  ? {
      command: [process.execPath, path('load/load.mjs')],
      note: `${noLoad}: the load comes from a fallback in Node, which may be the bottleneck`,
    }
  : { command: [path('build/load')], note: null };

const bun = path('node_modules/.bin/bun');
const noBun = !existsSync(bun)
  ? 'bun is not installed (npm ci --prefix bench)'
  : spawnSync(bun, ['--version'], { timeout: 20_000 }).status === 0
    ? null
    : 'bun does not run here';
const noTaskTonic = existsSync(path('../dist/lib/index.js')) ? null : 'the package is not built (npm run build)';

/** @typedef {{ label: string, skip: string | null, command: string[] }} Program */

/**
 * @param {string} label
 * @param {string} file
 * @param {string | null} skip
 * @returns {Program}
 */
const node = (label, file, skip = null) => ({ label, skip, command: [process.execPath, path(file)] });

/** @type {Record<string, Program>} */
export const programs = {
  'raw-tcp': node('raw node:net', 'servers/raw-tcp.mjs'),
  'raw-udp': node('raw node:dgram', 'servers/raw-udp.mjs'),
  'tasktonic-tcp': node('TaskTonic', 'servers/tasktonic-tcp.mjs', noTaskTonic),
  'tasktonic-udp': node('TaskTonic', 'servers/tasktonic-udp.mjs', noTaskTonic),
  'bun-tcp': { label: 'Bun.listen', skip: noBun, command: [bun, path('servers/bun-tcp.mjs')] },
  'bun-udp': { label: 'Bun.udpSocket', skip: noBun, command: [bun, path('servers/bun-udp.mjs')] },
  'epoll-tcp': { label: 'C epoll', skip: noEpoll, command: [path('build/epoll-echo'), 'tcp'] },
  'epoll-udp': { label: 'C epoll', skip: noEpoll, command: [path('build/epoll-echo'), 'udp'] },
  'ring-chain': node('ring of closures', 'micro/ring-chain.mjs'),
  'ring-burst': node('ring of closures', 'micro/ring-burst.mjs'),
  'tonic-chain': node('TaskTonic chain', 'micro/tonic-chain.mjs', noTaskTonic),
  'tonic-burst': node('TaskTonic', 'micro/tonic-burst.mjs', noTaskTonic),
  'tonic-states': node('TaskTonic', 'micro/tonic-states.mjs', noTaskTonic),
  'tonic-transitions': node('TaskTonic', 'micro/tonic-transitions.mjs', noTaskTonic),
};

/** @param {string} name */
export function program(name) {
  const found = programs[name];
  if (!found) throw new Error(`no program named ${name}; there are ${Object.keys(programs).join(', ')}`);
  return found;
}
